// An http::Client that hands requests to a stand-in in the same process: no sockets, no threads, so
// that a seeded history runs the same way every time.
#ifndef COHORT_SYNC_TESTS_SUPPORT_IN_PROCESS_CLIENT_H_
#define COHORT_SYNC_TESTS_SUPPORT_IN_PROCESS_CLIENT_H_

#include <functional>
#include <utility>

#include "http/client.h"
#include "http/server.h"
#include "support/fake_clock.h"

namespace cohort_sync {

class InProcessClient final : public http::Client {
 public:
  // Every call takes `latency` of the clock; a reply that is delayed beyond `timeout` takes
  // `timeout`.
  InProcessClient(http::Handler handler, FakeClock& clock, Duration latency, Duration timeout)
      : handler_(std::move(handler)), clock_(clock), latency_(latency), timeout_(timeout) {}

  void Send(const http::Request& request, std::function<void(http::Answer)> done) override {
    done(Exchange(request));
  }

  http::Answer Download(const http::Request& request,
                        std::size_t /*max_bytes*/,
                        const std::function<bool(const http::Response&)>& on_headers,
                        const std::function<bool(std::string_view)>& on_data,
                        const std::stop_token& /*stop*/) override {
    http::Answer answer = Exchange(request);
    if (!answer) return answer;
    if (!on_headers(*answer) || !on_data(answer->body))
      return tl::unexpected(http::Failure{http::FailureKind::kCutOff, "ended by the reader"});
    answer->body.clear();
    return answer;
  }

 private:
  http::Answer Exchange(const http::Request& request) {
    const http::Reply reply = handler_(request);
    clock_.Advance(latency_);
    if (reply.delay >= timeout_) {
      clock_.Advance(timeout_);
      return tl::unexpected(http::Failure{http::FailureKind::kTimedOut, "no answer in time"});
    }
    if (reply.reset_connection || reply.cut_after < reply.response.body.size())
      return tl::unexpected(http::Failure{http::FailureKind::kCutOff, "the connection was cut"});
    return reply.response;
  }

  http::Handler handler_;
  FakeClock& clock_;
  Duration latency_;
  Duration timeout_;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_TESTS_SUPPORT_IN_PROCESS_CLIENT_H_
