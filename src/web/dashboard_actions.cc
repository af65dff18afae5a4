#include "web/dashboard_actions.h"

#include <algorithm>
#include <string_view>

#include <nlohmann/json.hpp>

#include "base/format.h"
#include "base/text.h"
#include "base/time_text.h"
#include "web/mask.h"

namespace cohort_sync::web {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kKept = 20;
constexpr std::size_t kMaxTextBytes = 4096;
constexpr std::size_t kMaxCohortBytes = 200;

using Value = Json;

std::string Dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

bool IsOneOf(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool TakesCohort(std::string_view action) {
  return IsOneOf(action, {"sync", "pause", "resume", "retry"});
}
bool TakesRun(std::string_view action) {
  return IsOneOf(action, {"approve", "discard"});
}

bool IsPlain(std::string_view cohort) {
  return !cohort.empty() && cohort.size() <= kMaxCohortBytes && cohort.front() != '-' &&
         std::none_of(cohort.begin(), cohort.end(), [](char c) {
           return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
         });
}

// What a person reads of it: what the command printed or, where that is nothing, what failed.
std::string TextOf(const CommandOutcome& outcome) {
  const std::string_view text = Trim(outcome.out.empty() ? outcome.err : outcome.out);
  return MaskIn(text.substr(0, kMaxTextBytes), "");
}

}  // namespace

std::vector<std::string> DashboardAction::Words() const {
  return {action, cohort.empty() ? std::to_string(run) : cohort};
}

bool DashboardAction::takes_long() const {
  return IsOneOf(action, {"sync", "retry", "approve"});
}

Result<DashboardAction> ParseDashboardAction(const std::string& json) {
  const auto refuse = [](std::string text) {
    return Fail(ErrorCode::kConfiguration, std::move(text));
  };
  const Json body = Json::parse(json, nullptr, /*allow_exceptions=*/false);
  if (!body.is_object()) return refuse("the body is not a JSON object");
  const auto text_of = [&body](const char* name) {
    const auto found = body.find(name);
    return found != body.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  DashboardAction action;
  action.action = text_of("action");
  if (TakesCohort(action.action)) {
    action.cohort = text_of("cohort");
    if (!IsPlain(action.cohort)) return refuse("'cohort' is not the id of a cohort");
    return action;
  }
  if (!TakesRun(action.action))
    return refuse("'action' is none of sync, pause, resume, retry, approve and discard");
  const auto run = body.find("run");
  if (run == body.end() || !run->is_number_unsigned() || run->get<std::uint64_t>() == 0 ||
      run->get<std::uint64_t>() > std::uint64_t{INT64_MAX})
    return refuse("'run' is not the number of a run");
  action.run = run->get<std::int64_t>();
  return action;
}

std::int64_t ActionLog::Begin(const DashboardAction& action) {
  const std::lock_guard lock(mutex_);
  entries_.push_front({.id = ++last_id_,
                       .action = action,
                       .started_at = clock_.Now(),
                       .ended_at = std::nullopt,
                       .text = {}});
  // One that runs stays, so that its end is seen.
  for (auto oldest = entries_.end(); entries_.size() > kKept && oldest != entries_.begin();) {
    --oldest;
    if (oldest->ended_at) oldest = entries_.erase(oldest);
  }
  return last_id_;
}

std::string ActionLog::End(std::int64_t id, const CommandOutcome& outcome) {
  const std::lock_guard lock(mutex_);
  for (Entry& entry : entries_) {
    if (entry.id != id) continue;
    entry.ended_at = clock_.Now();
    entry.exit_code = outcome.exit_code;
    entry.text = TextOf(outcome);
  }
  return JsonOf(id);
}

std::string ActionLog::Json(std::int64_t id) {
  const std::lock_guard lock(mutex_);
  return JsonOf(id);
}

std::string ActionLog::Json() {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> all;
  all.reserve(entries_.size());
  for (const Entry& entry : entries_)
    all.push_back(JsonOf(entry.id));
  return Format("{{\"actions\":[{}]}}", Join(all, ","));
}

std::string ActionLog::JsonOf(std::int64_t id) const {
  const auto found = std::find_if(
      entries_.begin(), entries_.end(), [id](const Entry& entry) { return entry.id == id; });
  if (found == entries_.end()) return "null";
  const bool ended = found->ended_at.has_value();
  return Dump({{"id", id},
               {"action", found->action.action},
               {"cohort", found->action.cohort.empty() ? Value() : Value(found->action.cohort)},
               {"run", found->action.run == 0 ? Value() : Value(found->action.run)},
               {"started_at", FormatTime(found->started_at)},
               {"ended_at", ended ? Value(FormatTime(*found->ended_at)) : Value()},
               {"exit_code", ended ? Value(found->exit_code) : Value()},
               {"text", found->text}});
}

}  // namespace cohort_sync::web
