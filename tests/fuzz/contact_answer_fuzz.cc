// What an answer to a contact call means. First line: the call and the status ("upsert 200",
// "update 404", "remove 422"); then headers, an empty line, and the body.
#include <cstdint>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "base/check.h"
#include "base/text.h"
#include "cordial/answer.h"
#include "cordial/retry_after.h"
#include "fuzz/fuzz_input.h"
#include "fuzz/message_law.h"
#include "support/fake_clock.h"

namespace cohort_sync::cordial {
namespace {

ContactCall CallOf(std::string_view word) {
  return {.kind = word == "remove" ? OperationKind::kRemove : OperationKind::kAdd,
          .creates_contact = word == "upsert",
          .list = ListName("activeusers")};
}

// Does a body let a 2xx pass for success?
bool SaysDone(const std::string& body) {
  const auto json = nlohmann::json::parse(body, nullptr, /*allow_exceptions=*/false);
  return json.is_object() && !json.contains("error") &&
         (!json.contains("success") || json["success"] == true);
}

// The classes of statuses that leave no choice.
void CheckStatus(const ContactCall& call, const http::Response& response, Verdict verdict) {
  const int status = response.status;
  if (status >= 200 && status < 300) {
    CHECK((verdict == Verdict::kDelivered) == SaysDone(response.body));
    CHECK(verdict == Verdict::kDelivered || verdict == Verdict::kRefused ||
          verdict == Verdict::kListRefused || verdict == Verdict::kUnknown);
  } else if (verdict == Verdict::kDelivered) {  // Whoever is not there is off the list.
    CHECK(call.kind == OperationKind::kRemove && (status == 404 || status == 422));
  }
  CHECK((verdict == Verdict::kThrottled) == (status == 429));
  if ((status >= 300 && status < 400) || status == 401 || status == 403 || status == 405)
    CHECK(verdict == Verdict::kDestinationRefused);
  if (status == 408 || status < 200 || status >= 500) CHECK(verdict == Verdict::kUnknown);
  if (verdict == Verdict::kUnknownContact)
    CHECK(call.kind == OperationKind::kAdd && !call.creates_contact);
  CHECK(verdict != Verdict::kNotSent);  // There was an answer.
}

void CheckWait(const DeliveryAnswer& answer, const std::optional<Duration>& requested) {
  if (requested) CHECK(*requested >= Duration(0) && *requested <= std::chrono::hours(24));
  const int status = answer.http_status;
  const bool may_wait = status == 408 || status == 429 || status >= 500;
  CHECK(answer.retry_after == (may_wait ? requested : std::nullopt));
}

}  // namespace
}  // namespace cohort_sync::cordial

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace cohort_sync;           // NOLINT(google-build-using-namespace)
  using namespace cohort_sync::cordial;  // NOLINT(google-build-using-namespace)
  FuzzInput input(bytes, size);
  const auto words = input.Words(2);
  const ContactCall call = CallOf(words[0]);
  http::Response response;
  response.status = static_cast<int>(ParseInteger(words[1]).value_or(200) % 1000);
  response.headers = input.HeaderLines();
  response.body = input.Rest();

  const DeliveryAnswer answer = Classify(call, response, FakeClock::kStart);
  CHECK(answer.http_status == response.status);
  CheckStatus(call, response, answer.verdict);
  CheckWait(answer, RequestedWait(response.headers, FakeClock::kStart));
  CHECK(answer.reason.empty() == (answer.verdict == Verdict::kDelivered));
  CheckPrintable(answer.reason);
  return 0;
}
