#include "amplitude/json_identify_format.h"

#include <array>
#include <cstddef>
#include <map>
#include <unordered_set>
#include <utility>

#include <nlohmann/json.hpp>

#include "amplitude/json_cursor.h"
#include "amplitude/push_body.h"
#include "base/format.h"
#include "base/text.h"

namespace cohort_sync::amplitude {
namespace {

using IsPushed = std::function<bool(const CohortId&)>;

constexpr std::string_view kPrefix = "[Amplitude] ";

std::string Quoted(std::string_view text) {
  const nlohmann::json json(text);
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

// ---- Traits ----

// What a trait's name says.
struct NamedCohort {
  CohortId id;
  std::string_view name;
};

std::optional<NamedCohort> CohortBetween(std::string_view name, std::string_view id) {
  if (id.empty() || id.size() > kMaxCohortIdBytes || id.find(' ') != std::string_view::npos)
    return std::nullopt;
  return NamedCohort{CohortId(std::string(id)), name};
}

// "<name> (<id>)"
std::optional<NamedCohort> CohortInBrackets(std::string_view text) {
  const std::size_t at = text.rfind(" (");
  if (!text.ends_with(')') || at == std::string_view::npos) return std::nullopt;
  return CohortBetween(text.substr(0, at), text.substr(at + 2, text.size() - at - 3));
}

// "<name>: <id>" or "<name>:<id>"
std::optional<NamedCohort> CohortBehindColon(std::string_view text) {
  const std::size_t at = text.rfind(':');
  if (at == std::string_view::npos) return std::nullopt;
  return CohortBetween(text.substr(0, at), Trim(text.substr(at + 1)));
}

// One that is pushed here, if the name can be read so. Of any other name only one that Amplitude's
// prefix tells.
std::optional<NamedCohort> CohortOf(std::string_view trait, const IsPushed& is_pushed) {
  const bool prefixed = trait.starts_with(kPrefix);
  if (prefixed) trait.remove_prefix(kPrefix.size());
  auto in_brackets = CohortInBrackets(trait);
  if (in_brackets && is_pushed(in_brackets->id)) return in_brackets;
  auto behind_colon = CohortBehindColon(trait);
  if (behind_colon && is_pushed(behind_colon->id)) return behind_colon;
  if (!prefixed) return std::nullopt;
  return in_brackets ? in_brackets : behind_colon;
}

// ---- Calls ----

struct Membership {
  CohortId cohort;
  std::string cohort_name;
  ChangeDirection direction;
};

struct Call {
  std::optional<std::string> user_id;
  bool has_traits = false;
  std::vector<Membership> memberships;
  std::vector<CohortId> named;        // Pushed here, whatever was said of them.
  std::optional<CohortId> elsewhere;  // The first.
  std::string properties;             // Fields of a JSON object.
  std::string problem;                // The first.

  void Refused(std::string why) {
    if (problem.empty()) problem = std::move(why);
  }
};

class CallReader {
 public:
  // Both outlive it. `path` is "batch[3]." or empty.
  CallReader(const IsPushed& is_pushed, std::string path)
      : is_pushed_(is_pushed), path_(std::move(path)) {}

  void TakeField(std::string_view key, JsonCursor& value) {
    if (key == "type") {
      TakeType(value);
    } else if (key == "userId") {
      TakeUserId(value);
    } else if (key == "traits") {
      TakeTraits(value);
    } else {
      value.Skip();
    }
  }

  [[nodiscard]] Call Finish() {
    if (!call_.user_id || call_.user_id->empty())
      call_.Refused(Format("'{}userId' is missing", path_));
    if (call_.named.empty())
      call_.Refused(call_.elsewhere ? Format("cohort '{}' is not pushed here",
                                             Printable(call_.elsewhere->value()))
                                    : Format("'{}traits' names no cohort", path_));
    return std::move(call_);
  }

 private:
  void TakeType(JsonCursor& value) {
    if (value.type() != JsonType::kText || value.Whole() != R"("identify")") {
      if (value.type() != JsonType::kText) value.Skip();
      call_.Refused(Format("'{}type' is not 'identify'", path_));
    }
  }

  void TakeUserId(JsonCursor& value) {
    const JsonType type = value.type();
    if (call_.user_id) call_.Refused(Format("'{}userId' stands twice", path_));
    if (type == JsonType::kText) {
      call_.user_id = value.Text();
    } else if (type == JsonType::kNumber) {
      call_.user_id = value.Number();
    } else {
      value.Skip();
      if (type != JsonType::kNull)
        call_.Refused(Format("'{}userId' is {}, not text", path_, ToString(type)));
    }
  }

  void TakeTraits(JsonCursor& value) {
    if (std::exchange(call_.has_traits, true))
      call_.Refused(Format("'{}traits' stands twice", path_));
    if (value.type() != JsonType::kObject) {
      call_.Refused(Format("'{}traits' is {}, not an object", path_, ToString(value.type())));
      return value.Skip();
    }
    value.ForEachField([this](std::string_view key, JsonCursor& trait) { TakeTrait(key, trait); });
  }

  void TakeTrait(std::string_view key, JsonCursor& value) {
    const std::optional<NamedCohort> cohort = CohortOf(key, is_pushed_);
    if (!cohort) {
      if (!call_.properties.empty()) call_.properties += ',';
      call_.properties += Format("{}:{}", Quoted(key), value.Whole());
    } else if (is_pushed_(cohort->id)) {
      TakeMembership(*cohort, value);
    } else {
      if (!call_.elsewhere) call_.elsewhere = cohort->id;
      value.Skip();
    }
  }

  void TakeMembership(const NamedCohort& cohort, JsonCursor& value) {
    call_.named.push_back(cohort.id);
    const JsonType type = value.type();
    const bool may_be = type == JsonType::kBool || type == JsonType::kText;
    const std::string_view whole = value.Whole();
    const bool enters = whole == "true" || whole == R"("true")";
    if (!may_be || !(enters || whole == "false" || whole == R"("false")"))
      return call_.Refused(Format("'{}traits' says of cohort '{}' neither true nor false",
                                  path_,
                                  Printable(cohort.id.value())));
    call_.memberships.push_back({cohort.id,
                                 std::string(cohort.name),
                                 enters ? ChangeDirection::kEnter : ChangeDirection::kLeave});
  }

  const IsPushed& is_pushed_;
  const std::string path_;
  Call call_;
};

// ---- Batches ----

class Batches {
 public:
  void Add(Call call) {
    if (call.elsewhere && !calls_.elsewhere) calls_.elsewhere = call.elsewhere;
    if (!call.problem.empty()) {
      if (calls_.skipped++ == 0) calls_.problem = std::move(call.problem);
      calls_.lost.insert(call.named.begin(), call.named.end());
      return;
    }
    ++calls_.taken;
    for (const Membership& membership : call.memberships)
      Add(membership, *call.user_id, call.properties);
  }

  [[nodiscard]] IdentifyCalls Finish() {
    for (const Group& group : groups_) {
      IdentifyCalls::Batch& batch = calls_.batches.emplace_back();
      batch.head = group.head;
      batch.body = Format(R"({{"cohort_id":{},"cohort_name":{},"in_cohort":{},"users":[{}]}})",
                          Quoted(group.head.cohort.value()),
                          Quoted(group.head.cohort_name),
                          group.head.direction == ChangeDirection::kEnter,
                          group.users);
    }
    return std::move(calls_);
  }

 private:
  struct Group {
    ChangeBatchHead head;
    std::string users;  // Items of a JSON array.
    std::unordered_set<std::string> ids;
  };
  // Of a cohort: the group that takes who enters, and that who leaves.
  using Open = std::array<std::optional<std::size_t>, 2>;

  void Add(const Membership& membership, const std::string& user, const std::string& properties) {
    const std::size_t way = membership.direction == ChangeDirection::kEnter ? 0 : 1;
    Open& open = open_[membership.cohort];
    const std::optional<std::size_t> opposite = open[1 - way];
    if (opposite && groups_[*opposite].ids.contains(user)) open = {};  // It said the opposite.
    if (!open[way]) {
      open[way] = groups_.size();
      ChangeBatchHead& head = groups_.emplace_back().head;
      head.cohort = membership.cohort;
      head.cohort_name = membership.cohort_name;
      head.direction = membership.direction;
    }
    Group& group = groups_[*open[way]];
    ++group.head.members;
    group.ids.insert(user);
    if (!group.users.empty()) group.users += ',';
    group.users += Format(R"({{"user_id":{})", Quoted(user));
    if (!properties.empty()) group.users += Format(R"(,"user_properties":{{{}}})", properties);
    group.users += '}';
  }

  IdentifyCalls calls_;
  std::vector<Group> groups_;
  std::map<CohortId, Open> open_;
};

Call ReadItem(JsonCursor& item, const IsPushed& is_pushed, std::size_t index) {
  CallReader reader(is_pushed, Format("batch[{}].", index));
  if (item.type() == JsonType::kObject) {
    item.ForEachField(
        [&](std::string_view key, JsonCursor& value) { reader.TakeField(key, value); });
    return reader.Finish();
  }
  Call call;
  call.Refused(Format("'batch[{}]' is {}, not an object", index, ToString(item.type())));
  item.Skip();
  return call;
}

IdentifyCalls ReadBody(JsonCursor& root, const IsPushed& is_pushed) {
  if (root.type() != JsonType::kObject) Refuse("the body is an array, not an object");
  Batches batches;
  bool has_batch = false;
  bool is_call = false;
  CallReader single(is_pushed, "");
  root.ForEachField([&](std::string_view key, JsonCursor& value) {
    if (key != "batch") {
      is_call = is_call || key == "userId" || key == "traits";
      return single.TakeField(key, value);
    }
    if (std::exchange(has_batch, true)) Refuse("'batch' stands twice");
    if (value.type() != JsonType::kArray)
      Refuse(Format("'batch' is {}, not an array", ToString(value.type())));
    std::size_t index = 0;
    value.ForEachItem([&](JsonCursor& item) { batches.Add(ReadItem(item, is_pushed, index++)); });
  });
  if (has_batch && is_call) Refuse("'batch' and a call stand beside each other");
  if (!has_batch) batches.Add(single.Finish());
  return batches.Finish();
}

}  // namespace

tl::expected<IdentifyCalls, PushProblem> JsonIdentifyFormat::Read(std::string_view body,
                                                                  const IsPushed& is_pushed) const {
  return ParseBody<IdentifyCalls>(body,
                                  [&](JsonCursor& root) { return ReadBody(root, is_pushed); });
}

}  // namespace cohort_sync::amplitude
