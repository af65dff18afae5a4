#include "storage/bindings.h"

#include "storage/query.h"

namespace cohort_sync {

namespace {

#define COHORT_SYNC_BINDING_COLUMNS                                               \
  "binding_id, project, cohort, destination, endpoint, list_name, list_id, "      \
  "identifier_name, identifier_property, identifier_rules_version, cohort_name, " \
  "accepted_as_of, stopped_reason, paused_at, inbox, inbox_batch"

constexpr char kFind[] = "SELECT " COHORT_SYNC_BINDING_COLUMNS
                         " FROM bindings WHERE project = ?1 AND cohort = ?2 AND destination = ?3";
constexpr char kGet[] =
    "SELECT " COHORT_SYNC_BINDING_COLUMNS " FROM bindings WHERE binding_id = ?1";
// lower() folds ASCII only, as the comparison of list names does (contracts/cordial.md: the rule of
// the destination is unknown, so names that differ in case only count as one).
constexpr char kFindByList[] = "SELECT " COHORT_SYNC_BINDING_COLUMNS
                               " FROM bindings WHERE endpoint = ?1 AND lower(list_name) ="
                               " lower(?2)";
constexpr char kAll[] = "SELECT " COHORT_SYNC_BINDING_COLUMNS " FROM bindings ORDER BY binding_id";
#undef COHORT_SYNC_BINDING_COLUMNS

constexpr char kInsert[] =
    "INSERT INTO bindings (project, cohort, destination, endpoint, list_name, list_id,"
    " identifier_name, identifier_property, identifier_rules_version, cohort_name, accepted_as_of)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
constexpr char kAccept[] =
    "UPDATE bindings SET cohort_name = ?2, list_id = ?3,"
    " accepted_as_of = coalesce(?4, accepted_as_of) WHERE binding_id = ?1";
constexpr char kSetInbox[] =
    "UPDATE bindings SET inbox = ?2, inbox_batch = ?3 WHERE binding_id = ?1";
constexpr char kSetStopped[] =
    "UPDATE bindings SET stopped_reason = ?2 WHERE binding_id = ?1 AND stopped_reason <> ?2";

constexpr char kSetPaused[] =
    "UPDATE bindings SET paused_at = ?2 WHERE binding_id = ?1 AND paused_at IS NOT ?2";
// No list has this id, so that it is taken for one that was made again.
constexpr char kForgetListId[] =
    "UPDATE bindings SET list_id = 0 WHERE binding_id = ?1 AND list_id <> 0";
// What refers to a binding, in the order in which it can go.
constexpr const char* kDelete[] = {
    "DELETE FROM held_contacts WHERE run_id IN (SELECT run_id FROM holds WHERE binding_id = ?1)",
    "DELETE FROM holds WHERE binding_id = ?1",
    "DELETE FROM segments WHERE binding_id = ?1",
    "DELETE FROM operations WHERE binding_id = ?1",
    "DELETE FROM calls WHERE binding_id = ?1",
    "DELETE FROM deliveries WHERE binding_id = ?1",
    "DELETE FROM members WHERE binding_id = ?1",
    "UPDATE runs SET binding_id = NULL WHERE binding_id = ?1",
    "DELETE FROM bindings WHERE binding_id = ?1",
};

Binding BindingAt(const Query& row) {
  Binding binding;
  binding.id = BindingId(row.Int(0));
  binding.key = {
      ProjectName(row.String(1)), CohortId(row.String(2)), DestinationName(row.String(3))};
  binding.pins.endpoint = row.String(4);
  binding.pins.list_name = ListName(row.String(5));
  binding.pins.list_id = ListId(row.Int(6));
  binding.pins.identifier = {row.String(7), row.String(8)};
  binding.pins.identifier_rules_version = static_cast<int>(row.Int(9));
  binding.cohort_name = row.String(10);
  binding.accepted_as_of = row.OptionalTime(11);
  binding.stopped_reason = row.String(12);
  binding.paused_at = row.OptionalTime(13);
  if (!row.IsNull(14)) binding.inbox = InboxPosition{row.Int(14), row.Int(15)};
  return binding;
}

std::optional<Binding> First(Query& query) {
  if (!query.Step()) return std::nullopt;
  return BindingAt(query);
}

}  // namespace

std::optional<Binding> Bindings::Find(const BindingKey& key) {
  Query query(database_, kFind);
  return First(query.Bind(key.project, key.cohort, key.destination));
}

std::optional<Binding> Bindings::Get(BindingId binding) {
  Query query(database_, kGet);
  return First(query.Bind(binding));
}

std::optional<Binding> Bindings::FindByList(const std::string& endpoint, const ListName& list) {
  Query query(database_, kFindByList);
  return First(query.Bind(endpoint, list));
}

std::vector<Binding> Bindings::All() {
  std::vector<Binding> all;
  Query query(database_, kAll);
  while (query.Step())
    all.push_back(BindingAt(query));
  return all;
}

BindingId Bindings::Accept(const PlanCommit& plan) {
  if (const std::optional<Binding> known = Find(plan.key)) {
    Query(database_, kAccept)
        .Bind(known->id, plan.cohort_name, plan.pins.list_id, plan.as_of)
        .Run();
    return known->id;
  }
  Query(database_, kInsert)
      .Bind(plan.key.project,
            plan.key.cohort,
            plan.key.destination,
            plan.pins.endpoint,
            plan.pins.list_name,
            plan.pins.list_id,
            plan.pins.identifier.name,
            plan.pins.identifier.property,
            plan.pins.identifier_rules_version,
            plan.cohort_name,
            plan.as_of)
      .Run();
  return BindingId(database_.last_insert_id());
}

void Bindings::SetInbox(BindingId binding, const InboxPosition& position) {
  Query(database_, kSetInbox).Bind(binding, position.inbox, position.batch).Run();
}

bool Bindings::SetStopped(BindingId binding, const std::string& reason) {
  return Query(database_, kSetStopped).Bind(binding, reason).Run() > 0;
}

bool Bindings::SetPaused(BindingId binding, std::optional<TimePoint> since) {
  return Query(database_, kSetPaused).Bind(binding, since).Run() > 0;
}

bool Bindings::ForgetListId(BindingId binding) {
  return Query(database_, kForgetListId).Bind(binding).Run() > 0;
}

void Bindings::Delete(BindingId binding) {
  for (const char* const statement : kDelete)
    Query(database_, statement).Bind(binding).Run();
}

}  // namespace cohort_sync
