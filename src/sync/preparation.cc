#include "sync/preparation.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/format.h"
#include "base/text.h"
#include "base/time_text.h"

namespace cohort_sync {
namespace {

std::string Both(const char* what, const std::string& pinned, const std::string& configured) {
  return Format(
      "{} is '{}' since the first sync, the configuration says '{}'", what, pinned, configured);
}

}  // namespace

std::optional<Duration> PreparedRun::EstimatedTime(
    std::optional<double> requests_per_second) const {
  if (!requests_per_second || *requests_per_second <= 0) return std::nullopt;
  return Duration(
      static_cast<std::int64_t>(static_cast<double>(calls) / *requests_per_second * 1000.0));
}

Result<PreparedRun> Preparation::Open() {
  PreparedRun run;
  run.started_at = clock_.Now();
  run.binding = store_.FindBinding(target_.key);
  if (!run.binding) return run;
  if (run.binding->paused_at)
    return Fail(ErrorCode::kRejected,
                Format("cohort '{0}' is paused since {1}; 'cohort-sync resume {0}' lets it go on",
                       target_.key.cohort.value(),
                       FormatTime(*run.binding->paused_at)));
  if (Status pins = CheckPins(*run.binding); !pins) return Fail(pins.error());
  const std::string& stopped = run.binding->stopped_reason;
  if (!stopped.empty() && options_.trigger != RunTrigger::kResync)
    return Fail(ErrorCode::kRejected,
                Format("cohort '{0}' is stopped: {1}; mend it, then run 'cohort-sync retry {0}'",
                       target_.key.cohort.value(),
                       stopped));
  return run;
}

Status Preparation::CheckPins(const Binding& binding) const {
  const BindingPins& pins = binding.pins;
  const IdentifierMapping& identifier = target_.identifier;
  std::vector<std::string> differences;
  if (pins.endpoint != target_.destination->endpoint())
    differences.push_back(Both("the endpoint", pins.endpoint, target_.destination->endpoint()));
  if (target_.list_name && *target_.list_name != pins.list_name.value())
    differences.push_back(Both("the list", pins.list_name.value(), *target_.list_name));
  if (pins.identifier.name != identifier.name)
    differences.push_back(Both("contact_identifier_name", pins.identifier.name, identifier.name));
  if (pins.identifier.property != identifier.property)
    differences.push_back(
        Both("contact_identifier_mapping", pins.identifier.property, identifier.property));
  if (pins.identifier_rules_version != kIdentifierRulesVersion)
    differences.push_back(
        Format("identifier rules have version {} since the first sync, this program has version {}",
               pins.identifier_rules_version,
               kIdentifierRulesVersion));
  if (differences.empty()) return {};
  return Fail(ErrorCode::kConfiguration,
              Format("cohort '{}' is pinned to its list: {}; set it back, or sync the cohort to a "
                     "destination of another name",
                     target_.key.cohort.value(),
                     Join(differences, "; ")));
}

Status Preparation::Fetch(PreparedRun& run,
                          std::function<void(const FetchProgress&)> on_progress,
                          const std::stop_token& stop) {
  if (target_.source == nullptr)
    return Fail(ErrorCode::kConfiguration,
                Format("cohort '{}' is pushed by Amplitude and has no \"reconcile\" source to read "
                       "it from; add one to its source, as in \"reconcile\": {{\"type\": "
                       "\"amplitude\", \"frequency\": \"daily\", \"at\": \"06:00\"}}",
                       target_.key.cohort.value()));
  FetchRequest request;
  request.cohort = target_.key.cohort;
  request.identifier = target_.identifier;
  request.hash_key = store_.hash_key();
  request.reuse_export_within = target_.reuse_export_within;
  request.wants_members = target_.push.has_value();
  request.read_only = options_.plan_only;
  if (run.binding && !options_.force) request.accepted_as_of = run.binding->accepted_as_of;
  request.on_progress = std::move(on_progress);
  Result<Snapshot> snapshot = target_.source->Fetch(request, stop);
  if (!snapshot) return Fail(snapshot.error());
  run.snapshot = std::move(*snapshot);
  return {};
}

Status Preparation::CheckAge(const PreparedRun& run) const {
  const Snapshot& snapshot = run.snapshot;
  if (options_.force || run.push || !run.binding || !run.binding->accepted_as_of ||
      snapshot.as_of >= *run.binding->accepted_as_of)
    return {};
  return Fail(ErrorCode::kInvalidInput,
              Format("{} is of {}, older than the last accepted snapshot ({}); --force accepts it",
                     snapshot.origin,
                     FormatTime(snapshot.as_of),
                     FormatTime(*run.binding->accepted_as_of)));
}

Result<ListName> Preparation::NameList(PreparedRun& run) const {
  const std::optional<std::string>& cohort_name =
      run.snapshot.cohort_name ? run.snapshot.cohort_name : target_.cohort_name;
  if (run.binding) {
    if (cohort_name && *cohort_name != run.binding->cohort_name)
      run.notes.push_back(Format("the cohort was renamed from '{}' to '{}'; it keeps its list '{}'",
                                 Printable(run.binding->cohort_name),
                                 Printable(*cohort_name),
                                 run.binding->pins.list_name.value()));
    return run.binding->pins.list_name;
  }
  if (target_.list_name) return target_.destination->CheckListName(*target_.list_name);
  if (cohort_name) return target_.destination->ListNameFor(*cohort_name);
  return Fail(ErrorCode::kConfiguration,
              "its name is not known; set 'name' or 'list_name' on this sync");
}

Status Preparation::CheckNameIsFree(PreparedRun& run) {
  const std::string& cohort = target_.key.cohort.value();
  const std::string& list = run.list.value();
  if (const auto other = store_.FindBindingByList(target_.destination->endpoint(), run.list))
    return Fail(ErrorCode::kConfiguration,
                Format("cohort '{}' would use list '{}', which belongs to cohort '{}'; set another "
                       "'list_name' on this sync",
                       cohort,
                       list,
                       other->key.cohort.value()));
  const auto attributes = target_.destination->AttributeKeys();
  if (!attributes) return Fail(attributes.error());
  if (!*attributes) {
    run.notes.emplace_back(
        "the key may not read contact attributes: whether one has the list's name is unknown");
    return {};
  }
  const bool taken = std::any_of((*attributes)->begin(),
                                 (*attributes)->end(),
                                 [&](const auto& key) { return EqualsIgnoringCase(key, list); });
  if (!taken) return {};
  return Fail(ErrorCode::kConfiguration,
              Format("cohort '{}' would use list '{}', but a contact attribute has that name; set "
                     "another 'list_name' on this sync",
                     cohort,
                     list));
}

Status Preparation::LookAtNewList(PreparedRun& run) {
  if (Status is_free = CheckNameIsFree(run); !is_free) return is_free;
  auto found = target_.destination->FindList(run.list);
  if (!found) return Fail(found.error());
  run.existing_list = *found;
  if (!run.existing_list) return {};
  const auto count = target_.destination->CountContacts(run.existing_list->id);
  if (!count) return Fail(count.error());
  run.contacts_of_others = *count;
  if (run.contacts_of_others.value_or(0) > 0)
    run.notes.push_back(Format("list '{}' already has {} that others put there; they stay on it",
                               run.list.value(),
                               Count(*run.contacts_of_others, "contact", "contacts")));
  return {};
}

Status Preparation::LookAtPinnedList(PreparedRun& run) {
  auto found = target_.destination->FindList(run.list);
  if (!found) return Fail(found.error());
  run.existing_list = *found;
  const ListId pinned = run.binding->pins.list_id;
  if (run.existing_list && run.existing_list->id == pinned) return {};
  if (options_.trigger == RunTrigger::kResync) return {};
  if (run.existing_list && pinned == ListId())
    return Fail(ErrorCode::kRejected,
                Format("list '{}' was to be emptied and filled again, and that did not finish; its "
                       "operations wait; 'cohort-sync resync {}' fills it",
                       run.list.value(),
                       target_.key.cohort.value()));
  const std::string what = run.existing_list
                               ? Format("was made again as id {}", run.existing_list->id.value())
                               : std::string("is gone or was renamed");
  return Fail(
      ErrorCode::kRejected,
      Format("list '{}' (id {}) {}; its operations wait; 'cohort-sync resync {}' fills it again",
             run.list.value(),
             pinned.value(),
             what,
             target_.key.cohort.value()));
}

Status Preparation::Plan(PreparedRun& run) {
  if (Status age = CheckAge(run); !age) return age;
  Result<ListName> list = NameList(run);
  if (!list)
    return Fail(list.error().WithContext(Format("cohort '{}'", target_.key.cohort.value())));
  run.list = *list;
  if (Status looked = run.binding ? LookAtPinnedList(run) : LookAtNewList(run); !looked)
    return looked;
  if (run.push) {
    CountAndJudgePush(run);
  } else {
    TakeNewerChanges(run);
    CountAndJudge(run);
  }
  return {};
}

GuardInput Preparation::GuardInputOf(const PreparedRun& run) const {
  GuardInput input;
  input.first_snapshot = run.first_sync();
  input.desired = run.counts.desired_before;
  input.members = run.counts.members;
  if (run.binding)
    input.unapproved_removals_in_window =
        store_.UnapprovedRemovalsSince(run.binding->id, clock_.Now() - target_.limits.window);
  return input;
}

void Preparation::CountAndJudge(PreparedRun& run) {
  const BindingId binding = run.binding ? run.binding->id : BindingId();
  run.delta = Diff(run.snapshot.members, binding, store_);
  const auto adds = static_cast<std::int64_t>(run.delta.added.size());
  const auto removals = static_cast<std::int64_t>(run.delta.removed.size());

  RunCounts& counts = run.counts;
  counts.rows = run.snapshot.rows;
  counts.rejected = run.snapshot.rejected;
  counts.rejected[static_cast<std::size_t>(RejectReason::kDuplicate)] = run.delta.duplicates;
  counts.unchanged = run.delta.unchanged;
  counts.desired_before = run.delta.desired_before;
  counts.members = counts.unchanged + adds;
  if (run.snapshot.expected_size && *run.snapshot.expected_size != run.snapshot.rows)
    run.notes.push_back(
        Format("amplitude counted {} when it last computed the cohort, the export has {}",
               Count(*run.snapshot.expected_size, "member", "members"),
               Count(run.snapshot.rows, "row", "rows")));

  GuardInput input = GuardInputOf(run);
  input.removals = removals;
  input.adds = adds;
  run.verdict = Judge(input, target_.limits, options_.approval, target_.key.cohort.value());
  (run.verdict.hold_adds ? run.change.hold_add : run.change.add) = run.delta.added;
  (run.verdict.hold_removals ? run.change.hold_remove : run.change.remove) = run.delta.removed;
  CountChange(run);
  if (options_.trigger == RunTrigger::kResync) run.calls += counts.unchanged;
}

void Preparation::CountChange(PreparedRun& run) {
  if (run.verdict.hold_removals) run.notes.push_back(run.verdict.removals_reason);
  if (run.verdict.hold_adds) run.notes.push_back(run.verdict.adds_reason);
  const ListChange& change = run.change;
  RunCounts& counts = run.counts;
  counts.added = std::ssize(change.add);
  counts.removed = std::ssize(change.remove);
  if (run.verdict.hold_adds) counts.held_adds = std::ssize(change.hold_add);
  if (run.verdict.hold_removals) counts.held_removals = std::ssize(change.hold_remove);
  if (run.binding) run.open_before = store_.CountOpen(run.binding->id).pending;
  run.calls = counts.added + counts.removed + run.open_before;
}

}  // namespace cohort_sync
