#include "cordial/answer.h"

#include "base/format.h"
#include "base/text.h"
#include "cordial/answer_body.h"
#include "cordial/retry_after.h"

namespace cohort_sync::cordial {
namespace {

constexpr std::string_view kEndpointAdvice =
    "set endpoint to the base URL of Cordial's REST API, for example 'https://api.cordial.io/v2'";

struct Meaning {
  Verdict verdict = Verdict::kUnknown;
  std::string advice;  // The next step; follows the destination's words.
};

Meaning ListRefused(const ListName& list) {
  return {Verdict::kListRefused,
          Format("Cordial does not take list '{}'; check that it exists there under this name and "
                 "resync the cohort to make it again",
                 list.value())};
}

bool IsAboutList(const ContactCall& call, const AnswerBody& body) {
  return body.SaysListMissing() || body.NamesList(call.list);
}

Meaning OfSuccess(const ContactCall& call, const AnswerBody& body) {
  if (!body.is_object) return {Verdict::kUnknown, "expected a JSON object"};
  if (body.success == SuccessFlag::kFalse) {
    return IsAboutList(call, body) ? ListRefused(call.list) : Meaning{Verdict::kRefused, ""};
  }
  if (body.has_error || body.success == SuccessFlag::kOther) {
    return {Verdict::kUnknown, "the answer does not say whether it was done"};
  }
  return {Verdict::kDelivered, ""};
}

// The contact is not there: for a removal that is what was wanted.
Meaning OfMissingContact(const ContactCall& call) {
  if (call.creates_contact) return {Verdict::kRefused, ""};
  if (call.kind == OperationKind::kRemove) return {Verdict::kDelivered, ""};
  return {Verdict::kUnknownContact, ""};
}

Meaning OfNotFound(const ContactCall& call, const AnswerBody& body) {
  if (IsAboutList(call, body)) return ListRefused(call.list);
  if (body.SaysContactMissing()) return OfMissingContact(call);
  if (body.is_envelope) return {Verdict::kRefused, ""};
  return {Verdict::kDestinationRefused,
          Format("the endpoint's path does not lead to Cordial's contacts; {}", kEndpointAdvice)};
}

Meaning OfRefusal(const ContactCall& call, int status, const AnswerBody& body) {
  if (IsAboutList(call, body)) return ListRefused(call.list);
  if (status == 422 && body.SaysContactMissing()) return OfMissingContact(call);
  return {Verdict::kRefused, ""};
}

// Our request is at fault, so every other one would fail alike. But the status beside
// VALIDATION_ERROR is not published (contracts/cordial.md 2.11): one contact's bad value must not
// stop all the others.
Meaning OfMisunderstanding(const ContactCall& call, const AnswerBody& body) {
  if (IsAboutList(call, body)) return ListRefused(call.list);
  if (body.error_key == "VALIDATION_ERROR" || !body.fields.empty()) return {Verdict::kRefused, ""};
  return {Verdict::kDestinationRefused,
          "Cordial did not understand the request; report it with this answer"};
}

Meaning OfRedirect(const http::Response& response) {
  const auto location = response.headers.Find("Location");
  return {Verdict::kDestinationRefused,
          Format("redirects are not followed, this one led to '{}'; {}",
                 location ? Printable(*location) : std::string("nowhere"),
                 kEndpointAdvice)};
}

Meaning OfStatus(const ContactCall& call, const http::Response& response, const AnswerBody& body) {
  const int status = response.status;
  if (status >= 200 && status < 300) return OfSuccess(call, body);
  if (status >= 300 && status < 400) return OfRedirect(response);
  switch (status) {
    case 400:
    case 415:
      return OfMisunderstanding(call, body);
    case 401:
    case 403:
      return {Verdict::kDestinationRefused, std::string(kCredentialAdvice)};
    case 404:
      return OfNotFound(call, body);
    case 405:
    case 410:
      return {Verdict::kDestinationRefused, std::string(kEndpointAdvice)};
    case 407:
      return {Verdict::kDestinationRefused, "a proxy in between asks for credentials; remove it"};
    case 408:
      return {Verdict::kUnknown, ""};
    case 429:
      return {Verdict::kThrottled, ""};
    default:
      break;
  }
  if (status >= 400 && status < 500) return OfRefusal(call, status, body);
  return {Verdict::kUnknown, ""};
}

DeliveryAnswer OfFailure(const http::Failure& failure) {
  // Only a connection that was never made proves that Cordial saw nothing.
  const Verdict verdict =
      failure.kind == http::FailureKind::kNotSent ? Verdict::kNotSent : Verdict::kUnknown;
  return {
      .verdict = verdict, .reason = failure.message, .retry_after = std::nullopt, .http_status = 0};
}

}  // namespace

DeliveryAnswer Classify(const ContactCall& call, const http::Answer& answer, TimePoint now) {
  if (!answer) return OfFailure(answer.error());
  const http::Response& response = *answer;
  const AnswerBody body = ReadAnswerBody(response.body);
  const Meaning meaning = OfStatus(call, response, body);

  DeliveryAnswer result{.verdict = meaning.verdict,
                        .reason = "",
                        .retry_after = std::nullopt,
                        .http_status = response.status};
  if (meaning.verdict == Verdict::kDelivered) return result;
  result.reason = Describe(response, body);
  if (!meaning.advice.empty()) result.reason += ": " + meaning.advice;
  if (response.status == 408 || response.status == 429 || response.status >= 500) {
    result.retry_after = RequestedWait(response.headers, now);
  }
  return result;
}

}  // namespace cohort_sync::cordial
