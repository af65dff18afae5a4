// The right to answer one request, once, from any thread.
#ifndef COHORT_SYNC_HTTP_RESPONDER_H_
#define COHORT_SYNC_HTTP_RESPONDER_H_

#include <functional>
#include <utility>

#include "http/reply.h"

namespace cohort_sync::http {

// Moves from thread to thread; one thread at a time. Dropped without an answer, it answers 500. It
// may outlive its server and its connection; then the answer is dropped.
class Responder {
 public:
  // `send` is called once, on the thread that answers, and must not hold it up.
  explicit Responder(std::function<void(Reply)> send) : send_(std::move(send)) {}
  Responder(Responder&& other) noexcept : send_(std::exchange(other.send_, nullptr)) {}
  Responder& operator=(Responder&& other) noexcept;
  Responder(const Responder&) = delete;
  Responder& operator=(const Responder&) = delete;
  ~Responder() { Drop(); }

  // REQUIRES: not answered and not moved from.
  void Send(Reply reply);

 private:
  void Drop();

  std::function<void(Reply)> send_;
};

}  // namespace cohort_sync::http

#endif  // COHORT_SYNC_HTTP_RESPONDER_H_
