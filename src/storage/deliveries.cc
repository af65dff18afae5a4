#include "storage/deliveries.h"

#include "base/redaction.h"
#include "storage/column_text.h"
#include "storage/query.h"

namespace cohort_sync {
namespace {

constexpr char kSave[] =
    "INSERT OR REPLACE INTO deliveries (binding_id, updated_at, done, total, pending, refused,"
    " exhausted, unknown_contacts, per_second, limit_kind, limit_per_second, limit_calls,"
    " limit_until, limit_reason)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)";
constexpr char kDelete[] = "DELETE FROM deliveries WHERE binding_id = ?1";
constexpr char kDeleteAll[] = "DELETE FROM deliveries";
constexpr char kFind[] =
    "SELECT updated_at, done, total, pending, refused, exhausted, unknown_contacts, per_second,"
    " limit_kind, limit_per_second, limit_calls, limit_until, limit_reason FROM deliveries"
    " WHERE binding_id = ?1";

}  // namespace

void Deliveries::Save(BindingId binding, const DeliveryProgress& progress, TimePoint now) {
  if (progress.ended) {
    Query(database_, kDelete).Bind(binding).Run();
    return;
  }
  const DeliveryLimit& limit = progress.limit;
  Query(database_, kSave)
      .Bind(binding,
            now,
            progress.done,
            progress.total,
            progress.pending,
            progress.refused,
            progress.exhausted,
            progress.unknown_contacts,
            progress.per_second,
            ToString(limit.kind),
            limit.per_second,
            limit.calls,
            limit.until,
            Redact(limit.reason))
      .Run();
}

std::int64_t Deliveries::DeleteAll() {
  return Query(database_, kDeleteAll).Bind().Run();
}

std::optional<LiveDelivery> Deliveries::Of(BindingId binding) {
  Query row(database_, kFind);
  if (!row.Bind(binding).Step()) return std::nullopt;
  LiveDelivery delivery;
  delivery.updated_at = row.Time(0);
  DeliveryProgress& progress = delivery.progress;
  progress.done = row.Int(1);
  progress.total = row.Int(2);
  progress.pending = row.Int(3);
  progress.refused = row.Int(4);
  progress.exhausted = row.Int(5);
  progress.unknown_contacts = row.Int(6);
  progress.per_second = row.Real(7);
  progress.limit.kind = KnownWord(ParseLimitKind(row.Text(8)), row.Text(8));
  progress.limit.per_second = row.Real(9);
  progress.limit.calls = row.Int(10);
  progress.limit.until = row.OptionalTime(11);
  progress.limit.reason = row.String(12);
  return delivery;
}

}  // namespace cohort_sync
