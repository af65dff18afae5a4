// The words of src/sync as they stand in columns, and back.
#ifndef COHORT_SYNC_STORAGE_COLUMN_TEXT_H_
#define COHORT_SYNC_STORAGE_COLUMN_TEXT_H_

#include <optional>
#include <string_view>

#include "base/format.h"
#include "storage/query.h"
#include "sync/operation.h"
#include "sync/run.h"

namespace cohort_sync {

// `value` of a column that held `text`. The schema allows only known words, so an unknown one means
// a damaged or edited file: DatabaseError.
template <typename Value>
[[nodiscard]] Value KnownWord(std::optional<Value> value, std::string_view text) {
  if (!value) throw DatabaseError(Format("state: unknown word '{}' in a row", text));
  return *value;
}

[[nodiscard]] inline OperationKind KindAt(const Query& query, int column) {
  return KnownWord(ParseOperationKind(query.Text(column)), query.Text(column));
}
[[nodiscard]] inline Membership MembershipAt(const Query& query, int column) {
  return KnownWord(ParseMembership(query.Text(column)), query.Text(column));
}
[[nodiscard]] inline OperationState StateAt(const Query& query, int column) {
  return KnownWord(ParseOperationState(query.Text(column)), query.Text(column));
}
// `column` is unknown_kind, the next one unknown_at.
[[nodiscard]] inline std::optional<UnknownAttempt> UnknownAttemptAt(const Query& query,
                                                                    int column) {
  if (query.IsNull(column)) return std::nullopt;
  return UnknownAttempt{KindAt(query, column), query.Time(column + 1)};
}

// ---- For binding ----
[[nodiscard]] inline std::optional<std::string_view> UnknownKindOf(
    const std::optional<UnknownAttempt>& unknown) {
  if (!unknown) return std::nullopt;
  return ToString(unknown->kind);
}
[[nodiscard]] inline std::optional<TimePoint> UnknownTimeOf(
    const std::optional<UnknownAttempt>& unknown) {
  if (!unknown) return std::nullopt;
  return unknown->at;
}

}  // namespace cohort_sync

#endif  // COHORT_SYNC_STORAGE_COLUMN_TEXT_H_
