// What went wrong with a call to Amplitude, and whether trying again can help.
#ifndef COHORT_SYNC_AMPLITUDE_CALL_ERROR_H_
#define COHORT_SYNC_AMPLITUDE_CALL_ERROR_H_

#include <optional>
#include <stop_token>
#include <string_view>
#include <utility>

#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "http/client.h"
#include "http/message.h"
#include "sync/retry.h"

namespace cohort_sync::amplitude {

struct CallError {
  Error error;
  int status = 0;         // 0 when there was no answer.
  bool may_pass = false;  // No answer, 429 or 5xx: the same call may succeed later.
  std::optional<Duration> retry_after;
  // A 429 that names the month: nothing more can be exported in this one (contracts/amplitude.md
  // 1.2; that the body says which limit it is, is documented of the Dashboard API only).
  bool month_spent = false;
};

template <typename T>
using CallResult = tl::expected<T, CallError>;

// `call` says what was tried ("list cohorts"), `origin` who was asked ("https://amplitude.com").
// Every kind of contracts/amplitude.md 1.8 with its next step; a body that is not JSON is quoted by
// its beginning. Never holds a credential.
[[nodiscard]] CallError ExplainAnswer(std::string_view call,
                                      std::string_view origin,
                                      const http::Response& response);
[[nodiscard]] CallError ExplainFailure(std::string_view call,
                                       std::string_view origin,
                                       const http::Failure& failure);
// A success of which the body is not what it should be.
[[nodiscard]] CallError UnknownShape(std::string_view call,
                                     std::string_view origin,
                                     const http::Response& response);
[[nodiscard]] CallError Interrupted(std::string_view call);

// Calls `call`, which returns a CallResult, until it succeeds, fails for good, is out of attempts
// or `stop` is requested.
template <typename Call>
auto CallWithRetries(const RetryPolicy& policy,
                     Clock& clock,
                     Random& random,
                     const std::stop_token& stop,
                     Call&& call) -> decltype(call()) {
  for (int attempt = 1;; ++attempt) {
    auto answer = call();
    if (answer || !answer.error().may_pass) return answer;
    const std::optional<Duration> wait =
        NextDelay(policy, attempt, answer.error().retry_after, random.Uniform());
    if (!wait) return answer;
    if (!clock.SleepFor(*wait, stop))
      return tl::unexpected<CallError>(Interrupted("waiting to ask again"));
  }
}

}  // namespace cohort_sync::amplitude

#endif  // COHORT_SYNC_AMPLITUDE_CALL_ERROR_H_
