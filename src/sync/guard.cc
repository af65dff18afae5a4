#include "sync/guard.h"

#include <algorithm>

#include "base/format.h"
#include "base/text.h"
#include "base/time_text.h"

namespace cohort_sync {
namespace {

// "20 %" of `base`, rounded down: the largest whole number that does not exceed it.
std::int64_t PercentOf(int percent, std::int64_t base) {
  return base * percent / 100;
}

// Why these removals need a person; empty when they do not.
std::string RemovalsReason(const GuardInput& input, const GuardLimits& limits, std::int64_t limit) {
  if (input.members == 0 && !input.pushed)
    return Format("the snapshot is empty and {} would leave the list",
                  Count(input.removals, "contact", "contacts"));
  const std::int64_t in_window = input.unapproved_removals_in_window + input.removals;
  if (in_window <= limit) return {};
  std::string reason = Format("too many removals ({} of {}",
                              WithThousands(input.removals),
                              Count(input.desired, "contact", "contacts"));
  if (input.unapproved_removals_in_window > 0)
    reason += Format(", after {} in the last {}",
                     WithThousands(input.unapproved_removals_in_window),
                     FormatDuration(limits.window));
  return reason + Format("; limit {}: {} % and at least {})",
                         WithThousands(limit),
                         limits.max_removal_percent,
                         WithThousands(limits.min_removals));
}

std::string WayOut(const std::string& cohort,
                   const char* option,
                   std::int64_t number,
                   const std::optional<std::int64_t>& approved) {
  std::string text;
  if (approved)
    text = Format(
        "; the approval of {} does not cover {}", WithThousands(*approved), WithThousands(number));
  return text + Format("; check the cohort in Amplitude, then run 'cohort-sync sync {} {} {}'",
                       cohort,
                       option,
                       number);
}

void JudgeRemovals(const GuardInput& input,
                   const GuardLimits& limits,
                   const Approval& approval,
                   const std::string& cohort,
                   GuardVerdict& verdict) {
  // What nobody approved counts as still there: removals in slices are measured against the list
  // that the first slice met.
  verdict.removal_limit = std::max(
      limits.min_removals,
      PercentOf(limits.max_removal_percent, input.desired + input.unapproved_removals_in_window));
  if (input.removals == 0) return;
  const std::string reason = RemovalsReason(input, limits, verdict.removal_limit);
  if (reason.empty()) return;
  if (approval.removals && input.removals <= *approval.removals) {
    verdict.removals_approved = true;
    return;
  }
  verdict.hold_removals = true;
  verdict.removals_reason =
      "removals held: " + reason + WayOut(cohort, "--approve", input.removals, approval.removals);
}

void JudgeAdds(const GuardInput& input,
               const GuardLimits& limits,
               const Approval& approval,
               const std::string& cohort,
               GuardVerdict& verdict) {
  if (input.first_snapshot || input.adds <= limits.min_added ||
      input.adds <= PercentOf(limits.max_added_percent, input.desired))
    return;
  if (approval.adds && input.adds <= *approval.adds) return;
  verdict.hold_adds = true;
  verdict.adds_reason = Format("adds held: too many adds ({} to {}; limit {} % and at least {})",
                               WithThousands(input.adds),
                               Count(input.desired, "contact", "contacts"),
                               limits.max_added_percent,
                               WithThousands(limits.min_added)) +
                        WayOut(cohort, "--approve-adds", input.adds, approval.adds);
}

}  // namespace

GuardVerdict Judge(const GuardInput& input,
                   const GuardLimits& limits,
                   const Approval& approval,
                   const std::string& cohort) {
  GuardVerdict verdict;
  JudgeRemovals(input, limits, approval, cohort, verdict);
  JudgeAdds(input, limits, approval, cohort, verdict);
  return verdict;
}

}  // namespace cohort_sync
