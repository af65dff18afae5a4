#include "http/responder.h"

#include "base/check.h"

namespace cohort_sync::http {

Responder& Responder::operator=(Responder&& other) noexcept {
  if (this != &other) {
    Drop();
    send_ = std::exchange(other.send_, nullptr);
  }
  return *this;
}

void Responder::Send(Reply reply) {
  CHECK(send_);
  std::exchange(send_, nullptr)(std::move(reply));
}

void Responder::Drop() {
  if (send_) Send(ReplyWith(500));
}

}  // namespace cohort_sync::http
