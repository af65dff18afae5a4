// Bodies that Cordial answers with (contracts/cordial.md 2.11).
#ifndef COHORT_SYNC_SIMULATOR_CORDIAL_ANSWERS_H_
#define COHORT_SYNC_SIMULATOR_CORDIAL_ANSWERS_H_

#include <string>
#include <string_view>

#include "base/clock.h"
#include "http/server.h"

namespace cohort_sync::simulator {

// {"error":true,"errorKey":…,"message":…}
[[nodiscard]] http::Reply CordialError(int status, std::string_view key, std::string_view message);
// {"error":"text"}: refused access, unknown routes, internal errors.
[[nodiscard]] http::Reply CordialPlainError(int status, std::string_view text);
[[nodiscard]] http::Reply AccessDenied(int status);
[[nodiscard]] http::Reply RecordNotFound();
// "2018-08-07T18:32:28+0000" (2.2)
[[nodiscard]] std::string CordialTime(TimePoint time);

}  // namespace cohort_sync::simulator

#endif  // COHORT_SYNC_SIMULATOR_CORDIAL_ANSWERS_H_
