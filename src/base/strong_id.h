// Identifiers that cannot be mistaken for one another: `CohortId` is not a `ListName`.
#ifndef COHORT_SYNC_BASE_STRONG_ID_H_
#define COHORT_SYNC_BASE_STRONG_ID_H_

#include <compare>
#include <functional>
#include <utility>

namespace cohort_sync {

template <typename Tag, typename Value>
class StrongId {
 public:
  StrongId() = default;
  explicit StrongId(Value value) : value_(std::move(value)) {}

  [[nodiscard]] const Value& value() const { return value_; }

  friend bool operator==(const StrongId&, const StrongId&) = default;
  friend auto operator<=>(const StrongId&, const StrongId&) = default;

 private:
  Value value_{};
};

}  // namespace cohort_sync

template <typename Tag, typename Value>
struct std::hash<cohort_sync::StrongId<Tag, Value>> {
  std::size_t operator()(const cohort_sync::StrongId<Tag, Value>& id) const {
    return std::hash<Value>{}(id.value());
  }
};

#endif  // COHORT_SYNC_BASE_STRONG_ID_H_
