#include "cli/dashboard_reader.h"

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/format.h"
#include "base/time_text.h"
#include "cli/dashboard_rows.h"
#include "cli/status_document.h"
#include "cli/sync_status.h"
#include "service/export_forecast.h"
#include "web/mask.h"

namespace cohort_sync {
namespace {

using Json = nlohmann::ordered_json;
using web::DashboardQuery;
using web::DashboardView;

constexpr Duration kLongestRead = std::chrono::seconds(5);
constexpr Duration kLongestKnown = std::chrono::minutes(1);
constexpr std::size_t kMostPoints = 500;

std::string Dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

void Mask(RejectedRow& row) {
  row.value = web::MaskIdentifier(row.value);
  row.member = web::MaskIdentifier(row.member);
}

void Mask(OperationCall& entry) {
  CallRecord& call = entry.call;
  for (std::string* text : {&call.target, &call.request_body, &call.answer})
    *text = web::MaskIn(*text, entry.contact);
  entry.contact = web::MaskIdentifier(entry.contact);
}

void Mask(RunReport& run) {
  run.error = web::MaskIn(run.error, "");
  for (std::string& note : run.notes)
    note = web::MaskIn(note, "");
}

template <typename Items>
void MaskAll(Items& items) {
  for (auto& item : items)
    Mask(item);
}

// When the document changes although nothing was written: a run is due.
TimePoint RightUntil(const std::vector<SyncStatus>& syncs, TimePoint now) {
  TimePoint until = now + kLongestKnown;
  for (const SyncStatus& sync : syncs) {
    if (sync.next_run && *sync.next_run > now) until = std::min(until, *sync.next_run);
  }
  return until;
}

}  // namespace

DashboardReader::DashboardReader(Config config, const Clock& clock)
    : config_(std::move(config)), clock_(clock) {}

Result<web::DashboardText> DashboardReader::Read(const DashboardQuery& query) {
  if (Status opened = Open(); !opened) return Fail(opened.error());
  history_->LimitTime(kLongestRead);
  const auto document = [](std::string text) { return web::DashboardText{std::move(text), {}}; };
  switch (query.view) {
    case DashboardView::kRuns:
      return document(Runs(query));
    case DashboardView::kRun:
    case DashboardView::kRunRows:
      return OfRun(query);
    case DashboardView::kStatus:
      Refresh();
      return document(known_->document);
    case DashboardView::kSizes:
    case DashboardView::kMembers:
    case DashboardView::kPending:
    case DashboardView::kParked:
    case DashboardView::kWaiting:
    case DashboardView::kHold:
    case DashboardView::kCalls:
      break;
  }
  const auto binding = history_->FindBinding(query.binding);
  if (!binding)
    return Fail(ErrorCode::kNotFound, Format("there is no binding {}", query.binding.value()));
  return OfBinding(*binding, query);
}

Status DashboardReader::Open() {
  if (history_ == nullptr) {
    auto history = SqliteHistory::Open(config_.state.string());
    if (!history) return Fail(history.error());
    history_ = std::move(*history);
  }
  if (inbox_ == nullptr) {
    auto inbox = OpenInbox(config_);
    if (!inbox) return Fail(inbox.error());
    inbox_ = std::move(*inbox);
  }
  return {};
}

void DashboardReader::Refresh() {
  const TimePoint now = clock_.Now();
  const std::string versions =
      history_->Version() + ' ' + (inbox_ == nullptr ? "" : inbox_->Version());
  if (known_ && known_->versions == versions && now < known_->until) return;
  std::vector<BindingStatus> bindings = history_->Bindings();
  const std::vector<ExportBudget> budgets = ExportBudgets(config_, bindings, history_.get(), now);
  KnownStatus known{
      versions, {}, StatusOf(config_, std::move(bindings), history_.get(), inbox_.get(), now), {}};
  known.until = RightUntil(known.syncs, now);
  known.document = StatusDocument(config_, known.syncs, budgets, history_.get(), now);
  known_ = std::move(known);
}

Result<web::DashboardText> DashboardReader::OfRun(const DashboardQuery& query) {
  std::optional<RunReport> run = history_->FindRun(query.run);
  if (!run) return Fail(ErrorCode::kNotFound, Format("there is no run {}", query.run.value()));
  if (query.view == DashboardView::kRun) return web::DashboardText{Run(*run, query), {}};
  return ReadRows(*history_, inbox_.get(), history_->FindBinding(run->binding), query);
}

std::string DashboardReader::Run(RunReport& run, const DashboardQuery& query) {
  std::vector<RejectedRow> rejected = history_->RejectedRows(query.run);
  if (!query.reveal) {
    Mask(run);
    MaskAll(rejected);
  }
  // A page shows the first ones, the counts say how many there are.
  if (rejected.size() > query.limit) rejected.resize(query.limit);
  Json json = Json::parse(RunJson(run, rejected, {}));
  json.erase("parked_operations");  // They are rows of the run.
  json["binding"] = run.binding == BindingId() ? Json() : Json(run.binding.value());
  return Dump(json);
}

std::string DashboardReader::Runs(const DashboardQuery& query) {
  std::vector<RunReport> runs = history_->Runs(query.limit, query.cohort);
  MaskAll(runs);
  return RunsJson(runs);
}

web::DashboardText DashboardReader::OfBinding(const Binding& binding, const DashboardQuery& query) {
  if (query.view == DashboardView::kSizes) return {Sizes(query), {}};
  if (query.view == DashboardView::kCalls) return {Calls(binding, query), {}};
  return ReadRows(*history_, inbox_.get(), binding, query);
}

std::string DashboardReader::Sizes(const DashboardQuery& query) {
  Json sizes = Json::array();
  for (const ListSize& size : history_->Sizes(query.binding, kMostPoints))
    sizes.push_back(
        {{"run", size.run.value()}, {"at", FormatTime(size.at)}, {"members", size.members}});
  return Dump({{"sizes", std::move(sizes)}});
}

std::string DashboardReader::Calls(const Binding& binding, const DashboardQuery& query) {
  std::vector<OperationCall> calls = history_->LastCalls(binding.id, query.limit);
  if (!query.reveal) MaskAll(calls);
  return CallsJson(binding, calls);
}

}  // namespace cohort_sync
