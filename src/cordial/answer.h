// What one answer to a contact call means. Pure; the table is in tests/cordial/answer_test.cc.
#ifndef COHORT_SYNC_CORDIAL_ANSWER_H_
#define COHORT_SYNC_CORDIAL_ANSWER_H_

#include "base/clock.h"
#include "http/client.h"
#include "sync/ids.h"
#include "sync/list_destination.h"

namespace cohort_sync::cordial {

// What was asked, as far as the meaning of the answer depends on it.
struct ContactCall {
  OperationKind kind = OperationKind::kAdd;
  bool creates_contact = true;  // POST (upsert), else PUT (contact_request.h).
  ListName list;
};

// Only what Cordial plainly says is taken as definite; everything else is kUnknown and may be
// repeated, because a call sets a value (design brief, section 8, "Answers"; contracts/cordial.md
// 2.11, 6.1.5):
//
//   2xx              JSON object, no `error`, `success` absent or true: delivered. `success:
//   false`:
//                    refused. Anything else: unknown.
//   404, or 422      a missing contact, in Cordial's envelope: a removal by it is delivered, an add
//                    by PUT is kUnknownContact.
//   404              otherwise: a missing list is kListRefused, another refusal in the envelope is
//                    refused, and without an envelope the base path is wrong: kDestinationRefused.
//   400 415          our request is at fault: kDestinationRefused; refused if the body is about
//                    values.
//   401 403 405 407 410, 3xx   kDestinationRefused; redirects are never followed.
//   429              throttled.
//   408, 5xx, other  unknown.
//   other 4xx        refused, with Cordial's words.
//   400, 404, 415, other 4xx and `success: false` that name the list's key, or say that the list
//                    is missing: kListRefused before anything else.
//   no answer        kNotSent only when no connection was made, else unknown.
//
// `retry_after` is set for 408, 429 and 5xx that ask for a wait; `now` resolves a date in it.
[[nodiscard]] DeliveryAnswer Classify(const ContactCall& call,
                                      const http::Answer& answer,
                                      TimePoint now);

}  // namespace cohort_sync::cordial

#endif  // COHORT_SYNC_CORDIAL_ANSWER_H_
