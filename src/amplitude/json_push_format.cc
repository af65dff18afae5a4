#include "amplitude/json_push_format.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "amplitude/json_cursor.h"
#include "amplitude/json_token.h"
#include "amplitude/push_body.h"
#include "amplitude/push_members.h"
#include "base/format.h"
#include "base/text.h"

namespace cohort_sync::amplitude {
namespace {

constexpr std::size_t kMaxTextBytes = 1024;  // Of a message id or a list's name.
constexpr std::string_view kFlagPrefix = "amplitude_";

// ---- Values ----

JsonText TextNamed(JsonCursor& value, const char* name) {
  return TextOf(value, [&] { return name; });
}

std::string IdOf(JsonCursor& value, const char* name, std::size_t most) {
  const JsonText text = TextNamed(value, name);
  if (!text || text->empty()) Refuse(Format("'{}' is empty", name));
  if (text->size() > most) Refuse(Format("'{}' has more than {} bytes", name, most));
  return std::string(*text);
}

std::optional<TimePoint> TimeOf(JsonCursor& value, const char* name) {
  const JsonText text = TextNamed(value, name);
  if (!text) return std::nullopt;
  const std::optional<TimePoint> time = ParseEpochSeconds(*text);
  if (!time)
    Refuse(Format("'{}' is '{}', not a time in seconds since 1970", name, Printable(*text, 40)));
  return time;
}

template <typename Visit>
void ForEachItemOf(JsonCursor& value, std::string_view name, const Visit& visit) {
  if (value.type() != JsonType::kArray)
    Refuse(Format("'{}' is {}, not an array", name, ToString(value.type())));
  value.ForEachItem(visit);
}

void RequireObject(JsonCursor& root) {
  if (root.type() != JsonType::kObject) Refuse("the body is an array, not an object");
}

// ---- Bodies ----

class Fields {
 public:
  // REQUIRES: `name` outlives this.
  void Once(const char* name) {
    if (Has(name)) Refuse(Format("'{}' stands twice", name));
    seen_.emplace_back(name);
  }
  void Require(const char* name) const {
    if (!Has(name)) Refuse(Format("'{}' is missing", name));
  }

 private:
  [[nodiscard]] bool Has(std::string_view name) const {
    return std::find(seen_.begin(), seen_.end(), name) != seen_.end();
  }
  std::vector<std::string_view> seen_;
};

ChangeBatchHead ReadWebhookObject(JsonCursor& body, PushMembers& members) {
  ChangeBatchHead head;
  Fields fields;
  body.ForEachField([&](std::string_view key, JsonCursor& value) {
    if (key == "cohort_id") {
      fields.Once("cohort_id");
      head.cohort = CohortId(IdOf(value, "cohort_id", kMaxCohortIdBytes));
    } else if (key == "cohort_name") {
      fields.Once("cohort_name");
      head.cohort_name = TextNamed(value, "cohort_name").value_or("");
    } else if (key == "in_cohort") {
      fields.Once("in_cohort");
      head.direction = DirectionOf(value, "in_cohort");
    } else if (key == "computed_time") {
      fields.Once("computed_time");
      head.computed_at = TimeOf(value, "computed_time");
    } else if (key == "message_id") {
      fields.Once("message_id");
      head.message_id = TextNamed(value, "message_id").value_or("");
    } else if (key == "users") {
      fields.Once("users");
      ForEachItemOf(value, "users", [&](JsonCursor& user) {
        members.AddUser(user, [](std::string_view, JsonCursor&) { return false; });
      });
    } else {
      value.Skip();
    }
  });
  for (const char* name : {"cohort_id", "in_cohort", "users"})
    fields.Require(name);
  if (head.message_id.size() > kMaxTextBytes)
    Refuse(Format("'message_id' has more than {} bytes", kMaxTextBytes));
  return head;
}

// "amplitude_<cohort name>_<cohort id>": an id has no underscore (contract 1.3), a name may.
void ReadFlagName(std::string_view name, ChangeBatchHead& head) {
  const std::string_view rest = name.substr(kFlagPrefix.size());
  const std::size_t at = rest.rfind('_');
  if (at == std::string_view::npos || at + 1 == rest.size() ||
      rest.size() - at - 1 > kMaxCohortIdBytes)
    Refuse(Format("'{}' does not end with '_' and a cohort id", Printable(name)));
  head.cohort_name = rest.substr(0, at);
  head.cohort = CohortId(std::string(rest.substr(at + 1)));
}

// The documented template of one boolean property per cohort.
ChangeBatchHead ReadFlags(JsonCursor& body, PushMembers& members) {
  ChangeBatchHead head;
  std::string first;
  body.ForEachItem([&](JsonCursor& user) {
    bool has_flag = false;
    members.AddUser(user, [&](std::string_view key, JsonCursor& value) {
      if (!key.starts_with(kFlagPrefix)) return false;
      const ChangeDirection direction = DirectionOf(value, key);
      if (std::exchange(has_flag, true))
        Refuse(Format("'users[{}]' has two fields that begin with '{}'; a batch is of one cohort",
                      members.count(),
                      kFlagPrefix));
      if (first.empty()) {
        first = key;
        head.direction = direction;
        ReadFlagName(key, head);
      } else if (key != first || direction != head.direction) {
        Refuse(
            Format("'users[{}]' is of another cohort or direction than the first; a batch is of "
                   "one",
                   members.count()));
      }
      return true;
    });
    if (!has_flag)
      Refuse(Format("'users[{}]' has no field '{}<cohort name>_<cohort id>'",
                    members.count() - 1,
                    kFlagPrefix));
  });
  if (members.count() == 0) Refuse("an empty array does not say which cohort it is of");
  return head;
}

ChangeBatchHead ReadWebhookBody(JsonCursor& root, PushMembers& members) {
  ChangeBatchHead head =
      root.type() == JsonType::kArray ? ReadFlags(root, members) : ReadWebhookObject(root, members);
  head.members = members.count();
  return head;
}

void ReadListBody(JsonCursor& root, PushMembers& members) {
  RequireObject(root);
  std::string found;
  root.ForEachField([&](std::string_view key, JsonCursor& value) {
    if (key != "userIds" && key != "user_ids" && key != "users" && key != "items")
      return value.Skip();
    if (found == key) Refuse(Format("'{}' stands twice", key));
    if (!found.empty()) Refuse(Format("'{}' and '{}' stand beside each other", found, key));
    found = key;
    ForEachItemOf(value, key, [&](JsonCursor& item) { members.AddItem(item); });
  });
  if (found.empty()) Refuse("'userIds' is missing");
}

// "[Amplitude] <name>: <id>", or Segment's "[Amplitude] <name> (<id>)".
std::optional<CohortId> CohortAtTheEnd(std::string_view name) {
  std::string_view id;
  if (name.ends_with(')')) {
    const std::size_t at = name.rfind(" (");
    if (at != std::string_view::npos) id = name.substr(at + 2, name.size() - at - 3);
  } else if (const std::size_t at = name.rfind(": "); at != std::string_view::npos) {
    id = name.substr(at + 2);
  }
  if (id.empty() || id.size() > kMaxCohortIdBytes || id.find(' ') != std::string_view::npos)
    return std::nullopt;
  return CohortId(std::string(id));
}

CreateListRequest ReadCreateListBody(JsonCursor& root) {
  RequireObject(root);
  CreateListRequest request;
  Fields fields;
  root.ForEachField([&](std::string_view key, JsonCursor& value) {
    if (key == "name") {
      fields.Once("name");
      request.name = IdOf(value, "name", kMaxTextBytes);
    } else if (key == "cohort_id") {
      fields.Once("cohort_id");
      request.cohort = CohortId(IdOf(value, "cohort_id", kMaxCohortIdBytes));
    } else {
      value.Skip();
    }
  });
  fields.Require("name");
  if (!request.cohort) request.cohort = CohortAtTheEnd(request.name);
  return request;
}

}  // namespace

tl::expected<ChangeBatchHead, PushProblem> JsonPushFormat::ReadWebhook(
    std::string_view body) const {
  return ParseBody<ChangeBatchHead>(body, [](JsonCursor& root) {
    PushMembers members;
    return ReadWebhookBody(root, members);
  });
}

tl::expected<ChangeBatchHead, PushProblem> JsonPushFormat::ReadListChange(
    std::string_view body, const CohortId& cohort, ChangeDirection direction) const {
  return ParseBody<ChangeBatchHead>(body, [&](JsonCursor& root) {
    PushMembers members;
    ReadListBody(root, members);
    ChangeBatchHead head;
    head.kind = PushKind::kList;
    head.cohort = cohort;
    head.direction = direction;
    head.members = members.count();
    return head;
  });
}

tl::expected<CreateListRequest, PushProblem> JsonPushFormat::ReadCreateList(
    std::string_view body) const {
  return ParseBody<CreateListRequest>(body,
                                      [](JsonCursor& root) { return ReadCreateListBody(root); });
}

tl::expected<std::vector<MemberChange>, PushProblem> JsonPushFormat::ReadChanges(
    PushKind kind, std::string_view body, const IdentifierMapping& identifier) const {
  return ParseBody<std::vector<MemberChange>>(body, [&](JsonCursor& root) {
    PushMembers members(&identifier);
    if (kind == PushKind::kWebhook) {
      static_cast<void>(ReadWebhookBody(root, members));
    } else {
      ReadListBody(root, members);
    }
    return members.TakeChanges();
  });
}

}  // namespace cohort_sync::amplitude
