// The work of one run of a push: what is sent, in which order, and how it goes
// (contracts/amplitude.md 2, 3).
#ifndef COHORT_SYNC_SIMULATOR_PUSH_JOB_H_
#define COHORT_SYNC_SIMULATOR_PUSH_JOB_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "simulator/amplitude_project.h"
#include "simulator/push_delivery.h"
#include "simulator/push_messages.h"

namespace cohort_sync::simulator {

// Runs the function where the project may be touched, and waits.
using ProjectAccess = std::function<void(const std::function<void(AmplitudeProject&)>&)>;

struct PushJob {
  PushContent content;
  std::shared_ptr<const Members> before;  // As of the last run that succeeded.
  std::shared_ptr<const Members> now;
  std::string list_id;  // Of PushKind::kLists; "" until the list was created.
  std::uint64_t seed = 0;
};

// Called on the threads of the job.
struct PushJobEvents {
  // Before the first request: how many messages there are.
  std::function<void(const PushDifference&, std::size_t messages)> on_planned;
  OnAttempt on_attempt;
};

// Sends everything; returns when that is done or failed. Sets `job.list_id` when a list was
// created. Errors as PushDelivery has them, and kConfiguration for an address that cannot be used.
// Counted faults count down in the project.
[[nodiscard]] Status RunPushJob(PushJob& job,
                                const PushJobEvents& events,
                                const ProjectAccess& project,
                                Clock& clock,
                                const std::stop_token& stop);

}  // namespace cohort_sync::simulator

#endif  // COHORT_SYNC_SIMULATOR_PUSH_JOB_H_
