// Sending the requests of a push: several at once, repeated with growing pauses
// (contracts/amplitude.md 2.3, 3.3).
#ifndef COHORT_SYNC_SIMULATOR_PUSH_DELIVERY_H_
#define COHORT_SYNC_SIMULATOR_PUSH_DELIVERY_H_

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "http/client.h"
#include "simulator/push_switches.h"

namespace cohort_sync::simulator {

struct PushRequest {
  std::function<http::Request()> make;  // Called once; its repeats are the same bytes.
  bool answer_lost = false;             // The first answer is taken for none.
};

// Called after each attempt, by several threads at once. `attempt` counts from 1.
using OnAttempt =
    std::function<void(const http::Request&, std::int64_t attempt, const http::Answer&)>;

// The pause before repeat number `repeat`, from 1: 1 s, 2 s, 4 s, … as the switches say.
[[nodiscard]] Duration PauseBefore(std::int64_t repeat, const PushSwitches& switches);

// Safe from several threads. What it is given outlives it.
class PushDelivery {
 public:
  PushDelivery(http::Client& client,
               const PushSwitches& switches,
               Clock& clock,
               std::stop_token stop,
               OnAttempt on_attempt);

  // Until a 200, the end of the retries or a stop. kNotFound after a 404, kUnavailable for any
  // other failure, kInterrupted after a stop; the message says what the last attempt met.
  [[nodiscard]] Result<http::Response> Send(const PushRequest& request) const;

  // All of them, switches.parallel at once, begun in their order. After a failure no further one is
  // begun, and that failure is the result.
  [[nodiscard]] Status SendAll(const std::vector<PushRequest>& requests) const;

 private:
  [[nodiscard]] bool Repeats(const http::Answer& answer) const;

  http::Client& client_;
  const PushSwitches& switches_;
  Clock& clock_;
  const std::stop_token stop_;
  const OnAttempt on_attempt_;
};

}  // namespace cohort_sync::simulator

#endif  // COHORT_SYNC_SIMULATOR_PUSH_DELIVERY_H_
