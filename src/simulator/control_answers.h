// What the control door says when it cannot do what it was asked for.
#ifndef COHORT_SYNC_SIMULATOR_CONTROL_ANSWERS_H_
#define COHORT_SYNC_SIMULATOR_CONTROL_ANSWERS_H_

#include <string>

#include "base/result.h"
#include "http/server.h"

namespace cohort_sync::simulator {

// {"error": message}
[[nodiscard]] http::Reply ControlProblem(int status, const std::string& message);
// 404 for kNotFound, 409 for kRejected, 503 for kInterrupted, 422 for anything else.
[[nodiscard]] http::Reply ControlProblem(const Error& error);

}  // namespace cohort_sync::simulator

#endif  // COHORT_SYNC_SIMULATOR_CONTROL_ANSWERS_H_
