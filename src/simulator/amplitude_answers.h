// Bodies that Amplitude and its storage answer with.
#ifndef COHORT_SYNC_SIMULATOR_AMPLITUDE_ANSWERS_H_
#define COHORT_SYNC_SIMULATOR_AMPLITUDE_ANSWERS_H_

#include <string_view>

#include "http/server.h"

namespace cohort_sync::simulator {

// The error envelope of contracts/amplitude.md 1.8.
[[nodiscard]] http::Reply AmplitudeError(int status, std::string_view details);

// The XML of an object store (1.6, inferred).
[[nodiscard]] http::Reply StorageError(int status, std::string_view code, std::string_view message);

}  // namespace cohort_sync::simulator

#endif  // COHORT_SYNC_SIMULATOR_AMPLITUDE_ANSWERS_H_
