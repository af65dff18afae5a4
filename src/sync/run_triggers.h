// Every trigger that there is.
#ifndef COHORT_SYNC_SYNC_RUN_TRIGGERS_H_
#define COHORT_SYNC_SYNC_RUN_TRIGGERS_H_

#include <array>

#include "sync/run.h"

namespace cohort_sync {

inline constexpr std::array kRunTriggers = {RunTrigger::kManual,
                                            RunTrigger::kScheduled,
                                            RunTrigger::kResync,
                                            RunTrigger::kRetry,
                                            RunTrigger::kPush,
                                            RunTrigger::kApproval};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_SYNC_RUN_TRIGGERS_H_
