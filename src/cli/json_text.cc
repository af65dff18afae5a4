#include "cli/json_text.h"

#include <nlohmann/json.hpp>

#include "base/time_text.h"

namespace cohort_sync {
namespace {

using Json = nlohmann::ordered_json;

// Foreign text may hold bytes that are not UTF-8; they are replaced rather than failing the report.
std::string Dump(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace);
}

Json TimeOrNull(const std::optional<TimePoint>& time) {
  return time ? Json(FormatTime(*time)) : Json(nullptr);
}

Json TextOrNull(const std::string& text) {
  return text.empty() ? Json(nullptr) : Json(text);
}

Json CountsOf(const RunCounts& counts) {
  Json rejected = Json::object();
  for (std::size_t i = 0; i < kRejectReasonCount; ++i)
    rejected[std::string(ToString(static_cast<RejectReason>(i)))] = counts.rejected[i];
  return {{"rows", counts.rows},
          {"members", counts.members},
          {"rejected", rejected},
          {"desired_before", counts.desired_before},
          {"added", counts.added},
          {"removed", counts.removed},
          {"unchanged", counts.unchanged},
          {"held_removals", counts.held_removals},
          {"held_adds", counts.held_adds},
          {"reopened", counts.reopened},
          {"batches", counts.batches}};
}

Json CallSummaryOf(const CallSummary& call) {
  return {{"call", call.call},
          {"answers", call.answers},
          {"p50_ms", call.p50.count()},
          {"p90_ms", call.p90.count()},
          {"p99_ms", call.p99.count()},
          {"max_ms", call.max.count()}};
}

template <typename Items, typename Convert>
Json ArrayOf(const Items& items, Convert convert) {
  Json array = Json::array();
  for (const auto& item : items)
    array.push_back(convert(item));
  return array;
}

Json RunOf(const RunReport& run) {
  const DeliveryCounts& delivery = run.delivery;
  return {{"run", run.id.value()},
          {"cohort", run.cohort},
          {"cohort_name", TextOrNull(run.cohort_name)},
          {"list", TextOrNull(run.list)},
          {"trigger", ToString(run.trigger)},
          {"state", ToString(run.state)},
          {"started_at", FormatTime(run.started_at)},
          {"finished_at", TimeOrNull(run.finished_at)},
          {"snapshot_as_of", TimeOrNull(run.snapshot_as_of)},
          {"origin", TextOrNull(run.origin)},
          {"removals_approved", run.removals_approved},
          {"counts", CountsOf(run.counts)},
          {"delivery",
           {{"calls", delivery.calls},
            {"delivered", delivery.delivered},
            {"unneeded", delivery.unneeded},
            {"refused", delivery.refused},
            {"exhausted", delivery.exhausted},
            {"pending", delivery.pending},
            {"parked", delivery.parked},
            {"unknown_contacts", delivery.unknown_contacts},
            {"by_call", ArrayOf(delivery.by_call, CallSummaryOf)}}},
          {"error", TextOrNull(run.error)},
          {"failed_side", run.failed_side ? Json(ToString(*run.failed_side)) : Json(nullptr)},
          {"notes", run.notes}};
}

Json PlanOf(const PlannedSync& planned) {
  Json json = {{"cohort", planned.cohort}, {"error", TextOrNull(planned.error)}};
  if (!planned.plan) return json;
  const PreparedRun& plan = *planned.plan;
  json["list"] = TextOrNull(plan.list.value());
  json["list_exists"] = plan.nothing_pushed() ? Json() : Json(plan.existing_list.has_value());
  json["snapshot_as_of"] = plan.push ? Json() : Json(FormatTime(plan.snapshot.as_of));
  json["origin"] = plan.snapshot.origin;
  json["counts"] = CountsOf(plan.counts);
  json["open_before"] = plan.open_before;
  json["calls"] = plan.calls;
  const auto time = plan.EstimatedTime(planned.requests_per_second);
  json["seconds"] = time ? Json(time->count() / 1000) : Json();
  json["notes"] = plan.notes;
  return json;
}

Json DeliveryOf(const LiveDelivery& delivery) {
  const DeliveryProgress& progress = delivery.progress;
  const DeliveryLimit& limit = progress.limit;
  const auto left = progress.TimeLeft();
  return {{"updated_at", FormatTime(delivery.updated_at)},
          {"done", progress.done},
          {"total", progress.total},
          {"pending", progress.pending},
          {"parked",
           {{"refused", progress.refused},
            {"exhausted", progress.exhausted},
            {"unknown_contact", progress.unknown_contacts}}},
          {"per_second", progress.per_second},
          {"seconds_left", left ? Json(left->count() / 1000) : Json(nullptr)},
          {"limit",
           {{"kind", ToString(limit.kind)},
            {"per_second", limit.per_second > 0 ? Json(limit.per_second) : Json(nullptr)},
            {"calls", limit.calls > 0 ? Json(limit.calls) : Json(nullptr)},
            {"until", TimeOrNull(limit.until)},
            {"reason", TextOrNull(limit.reason)}}}};
}

Json PushOf(const PushStatus& push) {
  return {{"waiting_batches", push.waiting.batches},
          {"waiting_members", push.waiting.members},
          {"oldest", TimeOrNull(push.waiting.oldest)},
          {"needs_reconcile",
           push.gap ? Json{{"since", FormatTime(push.gap->at)}, {"reason", push.gap->reason}}
                    : Json(nullptr)}};
}

Json StatusOf(const SyncStatus& sync) {
  Json json = {{"cohort", sync.cohort},
               {"name", TextOrNull(sync.name)},
               {"configured", sync.configured},
               {"next_run", TimeOrNull(sync.next_run)},
               {"push", sync.push ? PushOf(*sync.push) : Json(nullptr)}};
  if (!sync.state) {
    json["synced"] = false;
    return json;
  }
  const BindingStatus& state = *sync.state;
  json["synced"] = true;
  json["list"] = state.binding.pins.list_name.value();
  json["list_id"] = state.binding.pins.list_id.value();
  json["desired"] = state.desired;
  json["pending"] = state.pending;
  json["parked"] = {{"refused", state.parked.refused},
                    {"exhausted", state.parked.exhausted},
                    {"unknown_contact", state.parked.unknown_contact}};
  json["delivery"] = state.delivery ? DeliveryOf(*state.delivery) : Json(nullptr);
  json["hold"] = state.hold ? Json{{"run", state.hold->run.value()},
                                   {"removals", state.hold->removals},
                                   {"adds", state.hold->adds}}
                            : Json(nullptr);
  json["stopped_reason"] = TextOrNull(state.binding.stopped_reason);
  json["paused_at"] = TimeOrNull(state.binding.paused_at);
  json["snapshot_as_of"] = TimeOrNull(state.binding.accepted_as_of);
  json["last_success"] = TimeOrNull(state.last_success);
  json["last_run"] = state.last_run ? RunOf(*state.last_run) : Json(nullptr);
  return json;
}

Json BudgetOf(const ExportBudget& budget) {
  return {{"project", budget.project.value()},
          {"granted", budget.granted},
          {"spent", budget.spent},
          {"left", budget.left()},
          {"planned", budget.planned},
          {"runs_out_at", TimeOrNull(budget.runs_out_at)},
          {"refused_at", TimeOrNull(budget.refused_at)},
          {"resets_at", FormatTime(budget.resets_at)}};
}

Json FindingOf(const Finding& finding) {
  const char* level = finding.level == Finding::Level::kOk        ? "ok"
                      : finding.level == Finding::Level::kWarning ? "warning"
                                                                  : "problem";
  return {{"level", level}, {"subject", finding.subject}, {"text", finding.text}};
}

template <typename Items, typename Convert>
std::string Listing(const char* name, const Items& items, Convert convert) {
  return Dump({{name, ArrayOf(items, convert)}});
}

}  // namespace

std::string ErrorJson(const std::string& message) {
  return Dump({{"error", message}});
}

std::string RunsJson(const std::vector<RunReport>& runs) {
  return Listing("runs", runs, RunOf);
}

std::string RunJson(const RunReport& run,
                    const std::vector<RejectedRow>& rejected,
                    const std::vector<ParkedOperation>& parked) {
  Json json = RunOf(run);
  json["rejected_rows"] = Json::array();
  for (const RejectedRow& row : rejected)
    json["rejected_rows"].push_back({{"row", row.row == 0 ? Json(nullptr) : Json(row.row)},
                                     {"reason", ToString(row.reason)},
                                     {"value", row.value},
                                     {"amplitude_id", TextOrNull(row.member)}});
  json["parked_operations"] = Json::array();
  for (const ParkedOperation& operation : parked)
    json["parked_operations"].push_back({{"operation", ToString(operation.kind)},
                                         {"contact", operation.contact},
                                         {"parked", ToString(operation.park_reason)},
                                         {"reason", operation.reason},
                                         {"attempts", operation.attempts},
                                         {"updated_at", FormatTime(operation.updated_at)}});
  return Dump(json);
}

std::string PlansJson(const std::vector<PlannedSync>& plans) {
  return Listing("plans", plans, PlanOf);
}

std::string StatusJson(const std::vector<SyncStatus>& syncs,
                       const std::vector<ExportBudget>& budgets) {
  return Dump({{"syncs", ArrayOf(syncs, StatusOf)}, {"exports", ArrayOf(budgets, BudgetOf)}});
}

std::string CohortsJson(const std::vector<KnownCohort>& cohorts) {
  return Listing("cohorts", cohorts, [](const KnownCohort& cohort) {
    return Json{{"project", cohort.project},
                {"cohort", cohort.id},
                {"name", cohort.name},
                {"size", cohort.size ? Json(*cohort.size) : Json(nullptr)},
                {"last_computed", TimeOrNull(cohort.last_computed)},
                {"list", TextOrNull(cohort.list)},
                {"configured", cohort.configured},
                {"synced", cohort.synced},
                {"problem", TextOrNull(cohort.problem)}};
  });
}

std::string MembersJson(const Binding& binding,
                        const std::optional<TimePoint>& as_of,
                        const std::vector<std::string>& members) {
  return Dump({{"cohort", binding.key.cohort.value()},
               {"list", binding.pins.list_name.value()},
               {"as_of", TimeOrNull(as_of)},
               {"members", members}});
}

std::string CallsJson(const Binding& binding, const std::vector<OperationCall>& calls) {
  const auto call_of = [](const OperationCall& entry) {
    const CallRecord& call = entry.call;
    return Json{{"sent_at", FormatTimeWithMillis(call.sent_at)},
                {"took_ms", call.took.count()},
                {"operation", ToString(entry.kind)},
                {"contact", entry.contact},
                {"method", call.method},
                {"target", call.target},
                {"request", call.request_body},
                {"status", call.http_status == 0 ? Json(nullptr) : Json(call.http_status)},
                {"answer", call.answer}};
  };
  return Dump({{"cohort", binding.key.cohort.value()},
               {"list", binding.pins.list_name.value()},
               {"calls", ArrayOf(calls, call_of)}});
}

std::string PauseJson(const Binding& binding) {
  return Dump({{"cohort", binding.key.cohort.value()},
               {"list", binding.pins.list_name.value()},
               {"paused_at", TimeOrNull(binding.paused_at)}});
}

std::string DiscardedJson(const Binding& binding, const HoldRecord& hold) {
  return Dump({{"run", hold.run.value()},
               {"cohort", binding.key.cohort.value()},
               {"list", binding.pins.list_name.value()},
               {"discarded_removals", hold.removals},
               {"discarded_adds", hold.adds}});
}

std::string ForgottenJson(const Binding& binding, std::int64_t removed, std::int64_t dropped) {
  return Dump({{"cohort", binding.key.cohort.value()},
               {"list", binding.pins.list_name.value()},
               {"contacts_removed", removed},
               {"operations_dropped", dropped}});
}

std::string TokenJson(const std::string& token) {
  return Dump({{"token", token}});
}

std::string FindingsJson(const std::vector<Finding>& findings,
                         const std::vector<ExportBudget>& budgets) {
  return Dump(
      {{"findings", ArrayOf(findings, FindingOf)}, {"exports", ArrayOf(budgets, BudgetOf)}});
}

std::string SimulateJson(const StandInAccess& access) {
  return Dump({{"amplitude_url", access.amplitude_url},
               {"amplitude_api_key", access.amplitude_api_key},
               {"amplitude_secret_key", access.amplitude_secret_key},
               {"cordial_endpoint", access.cordial_endpoint},
               {"cordial_api_key", access.cordial_api_key},
               {"control_url", access.control_url}});
}

}  // namespace cohort_sync
