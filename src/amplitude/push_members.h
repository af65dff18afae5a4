// The members of a pushed body, one after the other.
#ifndef COHORT_SYNC_AMPLITUDE_PUSH_MEMBERS_H_
#define COHORT_SYNC_AMPLITUDE_PUSH_MEMBERS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "amplitude/json_cursor.h"
#include "base/format.h"
#include "sync/change_batch.h"
#include "sync/identifier.h"

namespace cohort_sync::amplitude {

// Thrown within a walk over a body and caught by whoever began it, because a shape is refused at
// any depth.
struct UnknownShape {
  std::string message;
};

using JsonText = std::optional<std::string_view>;  // nullopt: null. Valid until the walk ends.

// A text, or a number as it was written. Throws UnknownShape for anything else; `path()` is the
// value's name for the message.
template <typename Path>
[[nodiscard]] JsonText TextOf(JsonCursor& value, const Path& path) {
  const JsonType type = value.type();
  if (type == JsonType::kText) return value.Text();
  if (type == JsonType::kNumber) return value.Number();
  if (type != JsonType::kNull)
    throw UnknownShape{Format("'{}' is {}, not text", path(), ToString(type))};
  value.Skip();
  return std::nullopt;
}

// Takes the members of one body; without `identifier` it checks and counts them, and refuses no
// less. Throws UnknownShape.
class PushMembers {
 public:
  // Takes a field of a user that is not one of its own, or says that it did not.
  using TakeField = std::function<bool(std::string_view key, JsonCursor& value)>;

  // `identifier` outlives this.
  explicit PushMembers(const IdentifierMapping* identifier = nullptr);

  // One of `users` of a webhook.
  void AddUser(JsonCursor& user, const TakeField& take_field);
  // One of the items of a list.
  void AddItem(JsonCursor& item);

  [[nodiscard]] std::int64_t count() const { return count_; }
  [[nodiscard]] std::vector<MemberChange> TakeChanges() { return std::move(changes_); }

 private:
  static constexpr std::size_t kItemNames = 6;

  void Add(std::string_view member, const JsonText& value);
  [[nodiscard]] JsonText ReadProperties(JsonCursor& properties) const;

  const IdentifierMapping* identifier_;
  std::string prefixed_property_;
  // The first that an item has says who it is. The first two are the identifier's.
  std::array<std::string_view, kItemNames> item_names_ = {
      {"", "", "userId", "user_id", "id", "email"}};
  std::int64_t count_ = 0;
  std::vector<MemberChange> changes_;
};

}  // namespace cohort_sync::amplitude

#endif  // COHORT_SYNC_AMPLITUDE_PUSH_MEMBERS_H_
