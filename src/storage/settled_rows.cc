#include "storage/settled_rows.h"

#include <utility>

#include "base/format.h"
#include "storage/column_text.h"
#include "storage/id_group.h"
#include "storage/query.h"

namespace cohort_sync {
namespace {

constexpr char kWrite[] =
    "UPDATE operations SET state = ?1, before = ?2, unknown_kind = ?3, unknown_at = ?4,"
    " park_reason = ?5, attempts = ?6, not_before = ?7, http_status = ?8, reason = ?9,"
    " updated_at = ?10 WHERE state = 'in_flight' AND operation_id IN"
    " (?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26)";
constexpr int kFirstId = 11;

std::optional<std::string_view> TextOf(const std::optional<ParkReason>& reason) {
  if (!reason) return std::nullopt;
  return ToString(*reason);
}

}  // namespace

void SettledRows::Add(OperationId id, SettledRow row) {
  if (ids_.size() == kIdGroup || !(row == row_)) {
    Write();
    row_ = std::move(row);
  }
  ids_.push_back(id);
}

void SettledRows::Write() {
  if (ids_.empty()) return;
  Query write(database_, kWrite);
  write.Bind(ToString(row_.state),
             ToString(row_.before),
             UnknownKindOf(row_.unknown),
             UnknownTimeOf(row_.unknown),
             TextOf(row_.park_reason),
             row_.attempts,
             row_.not_before,
             row_.http_status,
             row_.reason,
             row_.updated_at);
  SetIds(write, kFirstId, ids_);
  const std::int64_t written = write.Run();
  if (written != static_cast<std::int64_t>(ids_.size()))
    throw DatabaseError(Format("state '{}': settle operations: {} of {} are in flight",
                               database_.path(),
                               written,
                               ids_.size()));
  ids_.clear();
}

}  // namespace cohort_sync
