#include "cli/dashboard_rows.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/check.h"
#include "base/format.h"
#include "base/time_text.h"
#include "cli/csv_text.h"
#include "web/mask.h"

namespace cohort_sync {
namespace {

using Json = nlohmann::ordered_json;
using web::DashboardQuery;
using web::DashboardView;

constexpr web::PageEnd kBeginning{};

// The columns are those of the CSV; a row may have more for the page.
struct Table {
  const char* name;
  std::vector<const char*> columns;
  Json rows = Json::array();
  std::string next = {};
  Json hold = {};  // Of kHold: what the rows are of.
};

RowFilter FilterOf(const DashboardQuery& query, std::size_t more = 0) {
  return {.search = query.search, .search_parts = query.reveal, .limit = query.limit + more};
}

std::string Contact(const DashboardQuery& query, const std::string& contact) {
  return query.reveal ? contact : web::MaskIdentifier(contact);
}
std::string Words(const DashboardQuery& query,
                  const std::string& words,
                  const std::string& contact) {
  return query.reveal ? words : web::MaskIn(words, contact);
}
Json WordOrNull(const std::optional<ParkReason>& reason) {
  return reason ? Json(ToString(*reason)) : Json();
}
Json TimeOrNull(const std::optional<TimePoint>& time) {
  return time ? Json(FormatTime(*time)) : Json();
}

// One row more was read, which says whether there is another page.
template <typename Rows>
void EndPage(Rows& rows, const DashboardQuery& query, Table& table) {
  if (rows.size() <= query.limit) return;
  rows.resize(query.limit);
  table.next = std::to_string(rows.back().id.value());
}

Table Members(SqliteHistory& history, const Binding& binding, const DashboardQuery& query) {
  constexpr unsigned kHalf = 32;  // A hash is two numbers, which JSON has room for.
  Table table{"members", {"contact", "state", "parked"}};
  const std::uint64_t from = static_cast<std::uint64_t>(query.after[0]) << kHalf |
                             static_cast<std::uint64_t>(query.after[1]);
  const MemberPage page = history.MembersFrom(binding.id, from, FilterOf(query));
  for (const MemberPageRow& row : page.rows)
    table.rows.push_back({{"contact", Contact(query, row.contact)},
                          {"state", row.open ? ToString(*row.open) : "on_list"},
                          {"parked", WordOrNull(row.park_reason)}});
  if (page.next) table.next = Format("{}.{}", *page.next >> kHalf, *page.next & 0xFFFFFFFFU);
  return table;
}

Json JournalJson(const JournalRow& row, const DashboardQuery& query) {
  return {{"id", row.id.value()},
          {"contact", Contact(query, row.contact)},
          {"operation", ToString(row.kind)},
          {"state", ToString(row.state)},
          {"parked", WordOrNull(row.park_reason)},
          {"reason", Words(query, row.reason, row.contact)},
          {"attempts", row.attempts},
          {"not_before", TimeOrNull(row.not_before)},
          {"updated_at", FormatTime(row.updated_at)}};
}

Table Pending(SqliteHistory& history, const Binding& binding, const DashboardQuery& query) {
  Table table{"pending",
              {"contact", "operation", "state", "reason", "attempts", "not_before", "updated_at"}};
  const PendingPlace after{
      static_cast<int>(std::min<std::int64_t>(query.after[0], 3)), query.after[1], query.after[2]};
  const PendingPage page = history.PendingBehind(binding.id, after, FilterOf(query));
  for (const JournalRow& row : page.rows)
    table.rows.push_back(JournalJson(row, query));
  if (page.next)
    table.next = Format("{}.{}.{}", page.next->stage, page.next->not_before, page.next->id);
  return table;
}

Table RowsOfRun(SqliteHistory& history,
                const std::optional<Binding>& binding,
                const DashboardQuery& query) {
  Table table{"rows",
              {"contact", "operation", "state", "parked", "reason", "attempts", "updated_at"}};
  if (!binding) return table;
  std::vector<JournalRow> rows =
      history.RowsOfRun(binding->id,
                        query.run,
                        OperationId(query.after[0]),
                        {.kind = query.kind, .state = query.state, .rows = FilterOf(query, 1)});
  EndPage(rows, query, table);
  for (const JournalRow& row : rows)
    table.rows.push_back(JournalJson(row, query));
  return table;
}

Table Parked(SqliteHistory& history, const Binding& binding, const DashboardQuery& query) {
  Table table{"parked", {"contact", "operation", "parked", "reason", "attempts", "updated_at"}};
  std::vector<ParkedOperation> parked = history.Parked(binding.id,
                                                       {.reason = query.reason,
                                                        .search = query.search,
                                                        .search_parts = query.reveal,
                                                        .after = OperationId(query.after[0]),
                                                        .limit = query.limit + 1});
  EndPage(parked, query, table);
  for (const ParkedOperation& row : parked)
    table.rows.push_back({{"id", row.id.value()},
                          {"operation", ToString(row.kind)},
                          {"contact", Contact(query, row.contact)},
                          {"parked", ToString(row.park_reason)},
                          {"reason", Words(query, row.reason, row.contact)},
                          {"attempts", row.attempts},
                          {"updated_at", FormatTime(row.updated_at)}});
  return table;
}

Table Waiting(InboxView* inbox, const Binding& binding, const DashboardQuery& query) {
  Table table{"waiting", {}};
  if (inbox == nullptr) return table;
  const std::vector<StoredBatch> batches =
      inbox->Waiting(binding.key.cohort, binding.inbox, query.after[0], query.limit + 1);
  for (const StoredBatch& stored : batches) {
    if (table.rows.size() == query.limit) {
      table.next = std::to_string(table.rows.back()["id"].get<std::int64_t>());
      break;
    }
    const ChangeBatchHead& head = stored.batch.head;
    table.rows.push_back({{"id", stored.id},
                          {"received_at", FormatTime(stored.batch.received_at)},
                          {"computed_at", TimeOrNull(head.computed_at)},
                          {"kind", ToString(head.kind)},
                          {"direction", ToString(head.direction)},
                          {"members", head.members}});
  }
  return table;
}

Table Held(SqliteHistory& history, const Binding& binding, const DashboardQuery& query) {
  Table table{"contacts", {"contact", "operation"}};
  const std::optional<OpenHold> hold = history.FindHold(binding.id);
  if (!hold) return table;
  table.hold = {{"run", hold->run.value()}, {"removals", hold->removals}, {"adds", hold->adds}};
  const auto skip = static_cast<std::size_t>(query.after[0]);
  for (const HeldContact& held : history.Held(hold->run, skip, query.limit))
    table.rows.push_back(
        {{"contact", Contact(query, held.contact)}, {"operation", ToString(held.kind)}});
  const std::int64_t seen = query.after[0] + std::ssize(table.rows);
  if (!table.rows.empty() && seen < hold->removals + hold->adds) table.next = std::to_string(seen);
  return table;
}

Table TableOf(SqliteHistory& history,
              InboxView* inbox,
              const std::optional<Binding>& binding,
              const DashboardQuery& query) {
  if (query.view == DashboardView::kRunRows) return RowsOfRun(history, binding, query);
  CHECK(binding);
  if (query.view == DashboardView::kMembers) return Members(history, *binding, query);
  if (query.view == DashboardView::kPending) return Pending(history, *binding, query);
  if (query.view == DashboardView::kParked) return Parked(history, *binding, query);
  if (query.view == DashboardView::kHold) return Held(history, *binding, query);
  CHECK(query.view == DashboardView::kWaiting);
  return Waiting(inbox, *binding, query);
}

std::string FieldOf(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  return value.is_null() ? "" : value.dump();
}

std::string CsvOf(const Table& table, bool first_part) {
  std::string csv;
  if (first_part) csv = CsvLine({table.columns.begin(), table.columns.end()});
  std::vector<std::string> fields;
  for (const Json& row : table.rows) {
    fields.clear();
    for (const char* column : table.columns)
      fields.push_back(FieldOf(row.at(column)));
    csv += CsvLine(fields);
  }
  return csv;
}

}  // namespace

web::DashboardText ReadRows(SqliteHistory& history,
                            InboxView* inbox,
                            const std::optional<Binding>& binding,
                            const DashboardQuery& query) {
  Table table = TableOf(history, inbox, binding, query);
  if (query.csv) return {CsvOf(table, query.after == kBeginning), std::move(table.next)};
  Json document{{table.name, std::move(table.rows)},
                {"next", table.next.empty() ? Json() : Json(table.next)}};
  if (query.view == DashboardView::kHold) document["hold"] = std::move(table.hold);
  return {document.dump(-1, ' ', false, Json::error_handler_t::replace), {}};
}

}  // namespace cohort_sync
