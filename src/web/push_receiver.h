// Takes what Amplitude pushes (contracts/amplitude.md 2, 3, 6.3): answers 200 when a batch is
// durable, and otherwise says what is wrong to the person who set the sync up.
#ifndef COHORT_SYNC_WEB_PUSH_RECEIVER_H_
#define COHORT_SYNC_WEB_PUSH_RECEIVER_H_

#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/secret.h"
#include "http/guarded_server.h"
#include "sync/identify_format.h"
#include "sync/inbox.h"
#include "sync/push_format.h"
#include "web/push_route.h"
#include "web/push_statistics.h"
#include "web/pushed_cohorts.h"

namespace cohort_sync::web {

struct PushReceiverOptions {
  // Each is accepted. None: everybody may push, which is for loopback addresses only; whoever
  // starts the server sees to that.
  std::vector<Secret> secrets;
  std::vector<PushedCohort> cohorts;
  std::size_t max_body_bytes = 16U << 20U;
};

// The handler of a GuardedServer. One request per connection. Every error is `{"error": "..."}`; an
// unauthenticated peer learns nothing but that. When a push of a cohort that is received here is
// not answered 200, the inbox notes a gap.
//
// Of identify calls one body may have users of several cohorts: its batches are stored one behind
// the other, and it is answered when all are. Users that say nothing that can be used are counted
// in the answer, logged, and a gap of the cohorts that they name; as long as there is another one
// the answer is 200.
class PushReceiver final : public http::RequestHandler {
 public:
  // The others outlive the receiver and its server.
  PushReceiver(PushReceiverOptions options,
               const PushFormat& format,
               const IdentifyFormat& identify_format,
               BatchSink& inbox,
               const Clock& clock);
  ~PushReceiver() override;
  PushReceiver(const PushReceiver&) = delete;
  PushReceiver& operator=(const PushReceiver&) = delete;

  http::Admission Admit(const http::Request& head) override;
  http::Reply Refuse(const http::Request& head, int status) override;
  void Handle(http::Request request, http::Responder responder) override;

  // Safe from any thread.
  [[nodiscard]] PushStatistics Statistics() const;

 private:
  class Counter;

  struct Answer {
    int status = 200;
    std::string text;  // The JSON of 200, else what is wrong.
  };

  [[nodiscard]] http::Reply Count(PushRouteKind route, const Answer& answer);
  // The same; what is not 200 is logged, and noted as a gap where `cohort` is received here.
  [[nodiscard]] http::Reply Conclude(const PushRoute& route,
                                     const CohortId& cohort,
                                     const Answer& answer);
  [[nodiscard]] Answer CreateList(const std::string& body) const;
  void ReceiveBatch(const PushRoute& route, std::string body, http::Responder responder);
  void ReceiveIdentify(const std::string& body, http::Responder responder);
  void StoreAll(IdentifyCalls calls, TimePoint received_at, http::Responder responder);
  [[nodiscard]] Answer NotPushedHere(const CohortId& cohort) const;

  const PushReceiverOptions options_;
  const PushedCohorts cohorts_;
  const PushFormat& format_;
  const IdentifyFormat& identify_format_;
  BatchSink& inbox_;
  const Clock& clock_;
  const std::shared_ptr<Counter> counter_;  // Shared with batches that are being stored.
};

}  // namespace cohort_sync::web

#endif  // COHORT_SYNC_WEB_PUSH_RECEIVER_H_
