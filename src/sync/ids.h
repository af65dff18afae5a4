// The names and numbers by which things are known.
#ifndef COHORT_SYNC_SYNC_IDS_H_
#define COHORT_SYNC_SYNC_IDS_H_

#include <cstdint>
#include <string>

#include "base/strong_id.h"

namespace cohort_sync {

using ProjectName = StrongId<struct ProjectNameTag, std::string>;          // Key in `projects`.
using DestinationName = StrongId<struct DestinationNameTag, std::string>;  // Key in `destinations`.
using CohortId = StrongId<struct CohortIdTag, std::string>;  // Amplitude's id; opaque.
using ListName = StrongId<struct ListNameTag, std::string>;  // Accepted by the destination's rule.
using ListId = StrongId<struct ListIdTag, std::int64_t>;     // The destination's number of a list.
using BindingId = StrongId<struct BindingIdTag, std::int64_t>;  // Row in the state.
using RunId = StrongId<struct RunIdTag, std::int64_t>;  // Row in the state; what people type.
using OperationId = StrongId<struct OperationIdTag, std::int64_t>;  // Order of the journal.

}  // namespace cohort_sync

#endif  // COHORT_SYNC_SYNC_IDS_H_
