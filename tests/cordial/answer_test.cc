#include "cordial/answer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "support/fake_clock.h"

namespace cohort_sync::cordial {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr TimePoint kNow = FakeClock::kStart;

// Names of the three calls that there are.
enum class Call { kUpsert, kUpdate, kRemove };

ContactCall Make(Call call) {
  return {.kind = call == Call::kRemove ? OperationKind::kRemove : OperationKind::kAdd,
          .creates_contact = call == Call::kUpsert,
          .list = ListName("activeusers")};
}

DeliveryAnswer Answered(Call call, int status, std::string body, http::Headers headers = {}) {
  return Classify(
      Make(call),
      http::Response{.status = status, .headers = std::move(headers), .body = std::move(body)},
      kNow);
}

constexpr const char* kHtml = "<html><h1>Not here</h1></html>";
constexpr const char* kNoRecord =
    R"({"error":true,"errorKey":"RECORD_NOT_FOUND","message":"record not found"})";
constexpr const char* kNoContact =
    R"({"error":true,"errorKey":"CONTACTS_CONTACT_NOT_FOUND","message":"Contact not found"})";
constexpr const char* kNoContactText =
    R"({"error":true,"errorKey":"GENERIC_ERROR_KEY","message":"Contact doesn't exist"})";
constexpr const char* kNoContactV1 = R"({"error":true,"messages":"Contact doesn't exist"})";
constexpr const char* kNoList =
    R"({"error":true,"errorKey":"ACCOUNT_LISTS_NOT_FOUND","message":"List does not exist"})";
constexpr const char* kNoPath = R"({"error":"'/v2/contact' is not found."})";
constexpr const char* kListKey =
    R"({"error":true,"errorKey":"GENERIC_ERROR_KEY","messages":{"validationErrors":)"
    R"({"activeusers":["key activeusers is not part of the schema for this resource"]}}})";
constexpr const char* kOtherKey =
    R"({"error":true,"messages":{"validationErrors":)"
    R"({"custID":["key custID is not part of the schema for this resource"]}}})";
constexpr const char* kListText =
    R"({"error":true,"message":"key activeusers is not part of the schema for this resource"})";
constexpr const char* kBadAddress =
    R"({"error":true,"errorKey":"GENERIC_ERROR_KEY","messages":{"email":["Address not exists"]}})";
constexpr const char* kBadJson =
    R"({"error":true,"errorKey":"INVALID_JSON_PROVIDED","message":"Invalid JSON provided."})";
constexpr const char* kBadValue =
    R"({"error":true,"errorKey":"VALIDATION_ERROR","message":"too long"})";
constexpr const char* kDenied = R"({"error":"Access Denied: Authentication Failure"})";
constexpr const char* kCreated =
    R"({"success":true,"message":"contact created","cID":"604f30256a44206b3f8d086e"})";

struct Case {
  Call call;
  int status;
  const char* body;
  Verdict verdict;
};

constexpr Case kCases[] = {
    // 2xx: done only when the body says so.
    {Call::kUpsert, 201, kCreated, Verdict::kDelivered},
    {Call::kUpsert, 200, kCreated, Verdict::kDelivered},
    {Call::kUpdate, 200, R"({"success":true})", Verdict::kDelivered},
    {Call::kRemove, 200, R"({"success":true})", Verdict::kDelivered},
    {Call::kRemove, 202, "{}", Verdict::kDelivered},
    {Call::kUpsert, 200, R"({"cID":"604f30256a44206b3f8d086e"})", Verdict::kDelivered},
    {Call::kUpsert, 200, R"({"success":false,"message":"no"})", Verdict::kRefused},
    {Call::kUpsert, 200, R"({"success":false,"error":true})", Verdict::kRefused},
    {Call::kRemove, 200, R"({"success":false})", Verdict::kRefused},
    {Call::kUpsert,
     200,
     R"({"success":false,"messages":{"validationErrors":{"activeusers":["no"]}}})",
     Verdict::kListRefused},
    {Call::kUpsert, 200, R"({"error":true,"message":"no"})", Verdict::kUnknown},
    {Call::kUpsert, 200, R"({"success":true,"error":true})", Verdict::kUnknown},
    {Call::kUpsert, 200, R"({"success":true,"error":false})", Verdict::kUnknown},
    {Call::kUpsert, 200, R"({"success":"success"})", Verdict::kUnknown},
    {Call::kUpsert, 200, R"({"success":1})", Verdict::kUnknown},
    {Call::kUpsert, 200, R"({"success":null})", Verdict::kUnknown},
    {Call::kUpsert, 200, kDenied, Verdict::kUnknown},
    {Call::kUpsert, 200, "", Verdict::kUnknown},
    {Call::kUpsert, 204, "", Verdict::kUnknown},
    {Call::kUpsert, 200, kHtml, Verdict::kUnknown},
    {Call::kUpsert, 200, "[]", Verdict::kUnknown},
    {Call::kUpsert, 200, "true", Verdict::kUnknown},
    {Call::kUpsert, 200, R"({"success":tr)", Verdict::kUnknown},
    {Call::kRemove, 200, kNoRecord, Verdict::kUnknown},

    // 404: contact, list or path.
    {Call::kRemove, 404, kNoRecord, Verdict::kDelivered},
    {Call::kRemove, 404, kNoContact, Verdict::kDelivered},
    {Call::kRemove, 404, kNoContactText, Verdict::kDelivered},
    {Call::kRemove, 404, kNoContactV1, Verdict::kDelivered},
    {Call::kRemove, 404, R"({"error":true,"message":"Record Not Found"})", Verdict::kDelivered},
    {Call::kUpdate, 404, kNoRecord, Verdict::kUnknownContact},
    {Call::kUpdate, 404, kNoContact, Verdict::kUnknownContact},
    {Call::kUpsert, 404, kNoRecord, Verdict::kRefused},
    {Call::kRemove, 404, kNoList, Verdict::kListRefused},
    {Call::kUpdate, 404, kNoList, Verdict::kListRefused},
    {Call::kUpsert, 404, kNoList, Verdict::kListRefused},
    {Call::kUpdate, 404, kListText, Verdict::kListRefused},
    {Call::kRemove, 404, R"({"error":true,"message":"something else"})", Verdict::kRefused},
    {Call::kRemove, 404, kNoPath, Verdict::kDestinationRefused},
    {Call::kRemove, 404, "", Verdict::kDestinationRefused},
    {Call::kRemove, 404, kHtml, Verdict::kDestinationRefused},
    {Call::kRemove, 404, "record not found", Verdict::kDestinationRefused},
    {Call::kRemove, 404, R"({"message":"record not found"})", Verdict::kDestinationRefused},
    {Call::kRemove, 404, R"(["record not found"])", Verdict::kDestinationRefused},
    {Call::kUpsert, 404, R"({"message":"no Route matched"})", Verdict::kDestinationRefused},

    // 422: list, contact, or this contact's data.
    {Call::kUpsert, 422, kListKey, Verdict::kListRefused},
    {Call::kRemove, 422, kListKey, Verdict::kListRefused},
    {Call::kUpdate, 422, kListText, Verdict::kListRefused},
    {Call::kUpdate,
     422,
     R"({"error":true,"messages":{"activeusers":["?"]}})",
     Verdict::kListRefused},
    {Call::kUpsert, 422, kOtherKey, Verdict::kRefused},
    {Call::kUpsert, 422, kBadAddress, Verdict::kRefused},
    {Call::kUpsert, 422, R"({"error":true,"messages":"ID must be unique"})", Verdict::kRefused},
    {Call::kUpsert, 422, kNoContactText, Verdict::kRefused},
    {Call::kUpdate, 422, kNoContact, Verdict::kUnknownContact},
    {Call::kUpdate, 422, kNoContactText, Verdict::kUnknownContact},
    {Call::kRemove, 422, kNoContact, Verdict::kDelivered},
    {Call::kRemove, 422, kNoContactV1, Verdict::kDelivered},
    {Call::kRemove, 422, kBadAddress, Verdict::kRefused},
    {Call::kUpsert, 422, "", Verdict::kRefused},
    {Call::kUpsert, 422, kHtml, Verdict::kRefused},

    // Nothing at all will work.
    {Call::kUpsert, 401, kDenied, Verdict::kDestinationRefused},
    {Call::kRemove, 401, "", Verdict::kDestinationRefused},
    {Call::kRemove, 401, kNoRecord, Verdict::kDestinationRefused},
    {Call::kUpsert, 403, R"({"error":true,"message":"forbidden"})", Verdict::kDestinationRefused},
    {Call::kUpsert, 403, kListKey, Verdict::kDestinationRefused},
    {Call::kUpdate, 403, kHtml, Verdict::kDestinationRefused},
    {Call::kUpsert, 400, kBadJson, Verdict::kDestinationRefused},
    {Call::kUpsert, 400, "", Verdict::kDestinationRefused},
    {Call::kRemove, 400, kNoRecord, Verdict::kDestinationRefused},
    {Call::kUpsert,
     415,
     R"({"error":true,"errorKey":"UNSUPPORTED_MEDIA_TYPE"})",
     Verdict::kDestinationRefused},
    {Call::kUpsert, 405, "", Verdict::kDestinationRefused},
    {Call::kUpsert, 407, kHtml, Verdict::kDestinationRefused},
    {Call::kRemove, 410, kNoRecord, Verdict::kDestinationRefused},
    {Call::kUpsert, 301, "", Verdict::kDestinationRefused},
    {Call::kUpsert, 302, R"({"success":true})", Verdict::kDestinationRefused},
    {Call::kRemove, 304, "", Verdict::kDestinationRefused},
    {Call::kRemove, 308, kNoRecord, Verdict::kDestinationRefused},

    // A 400 about values is about this contact, or about the list.
    {Call::kUpsert, 400, kBadValue, Verdict::kRefused},
    {Call::kUpsert, 400, kOtherKey, Verdict::kRefused},
    {Call::kUpsert, 400, kListKey, Verdict::kListRefused},

    // Later, or nobody knows.
    {Call::kUpsert, 429, "", Verdict::kThrottled},
    {Call::kRemove, 429, kHtml, Verdict::kThrottled},
    {Call::kUpdate, 429, kNoRecord, Verdict::kThrottled},
    {Call::kUpsert, 408, "", Verdict::kUnknown},
    {Call::kUpsert, 500, R"({"error":"an error has occurred"})", Verdict::kUnknown},
    {Call::kUpsert, 500, R"({"success":true})", Verdict::kUnknown},
    {Call::kRemove, 500, kNoRecord, Verdict::kUnknown},
    {Call::kUpsert, 502, kHtml, Verdict::kUnknown},
    {Call::kUpsert, 503, kListKey, Verdict::kUnknown},
    {Call::kUpsert, 504, "", Verdict::kUnknown},
    {Call::kUpsert, 520, kHtml, Verdict::kUnknown},
    {Call::kUpsert, 0, "", Verdict::kUnknown},
    {Call::kUpsert, 101, "", Verdict::kUnknown},
    {Call::kUpsert, 999, "", Verdict::kUnknown},

    // The other refusals.
    {Call::kUpsert, 406, kBadValue, Verdict::kRefused},
    {Call::kUpsert, 409, "", Verdict::kRefused},
    {Call::kUpsert, 413, kHtml, Verdict::kRefused},
    {Call::kRemove, 451, "", Verdict::kRefused},
    {Call::kRemove, 409, kNoRecord, Verdict::kRefused},
    {Call::kUpsert, 409, kNoList, Verdict::kListRefused},
};

TEST(Classify, AgreesWithTheTable) {
  static_assert(std::size(kCases) >= 60);
  for (const Case& row : kCases) {
    const DeliveryAnswer answer = Answered(row.call, row.status, row.body);
    SCOPED_TRACE(std::to_string(static_cast<int>(row.call)) + " " + std::to_string(row.status) +
                 " " + row.body);
    EXPECT_EQ(answer.verdict, row.verdict) << answer.reason;
    EXPECT_EQ(answer.http_status, row.status);
    EXPECT_EQ(answer.reason.empty(), row.verdict == Verdict::kDelivered);
  }
}

TEST(Classify, NoAnswerIsNotSentOnlyWithoutAConnection) {
  using http::FailureKind;
  const std::pair<FailureKind, Verdict> cases[] = {{FailureKind::kNotSent, Verdict::kNotSent},
                                                   {FailureKind::kTimedOut, Verdict::kUnknown},
                                                   {FailureKind::kCutOff, Verdict::kUnknown},
                                                   {FailureKind::kTooLarge, Verdict::kUnknown},
                                                   {FailureKind::kInterrupted, Verdict::kUnknown}};
  for (const auto& [kind, verdict] : cases) {
    const DeliveryAnswer answer =
        Classify(Make(Call::kUpsert), tl::unexpected(http::Failure{kind, "what happened"}), kNow);
    EXPECT_EQ(answer.verdict, verdict);
    EXPECT_EQ(answer.reason, "what happened");
    EXPECT_EQ(answer.http_status, 0);
    EXPECT_EQ(answer.retry_after, std::nullopt);
  }
}

TEST(Classify, RefusalCarriesCordialsWords) {
  EXPECT_EQ(Answered(Call::kUpsert, 422, kBadAddress).reason, "http 422: Address not exists");
  EXPECT_EQ(Answered(Call::kUpsert, 422, kOtherKey).reason,
            "http 422: key custID is not part of the schema for this resource");
  EXPECT_EQ(Answered(Call::kUpdate, 404, kNoRecord).reason, "http 404: record not found");
  EXPECT_EQ(Answered(Call::kUpsert, 200, R"({"success":false,"message":"no"})").reason,
            "http 200: no");
}

TEST(Classify, CredentialRefusalSaysWhatToCheck) {
  EXPECT_EQ(Answered(Call::kUpsert, 401, kDenied).reason,
            "http 401: Access Denied: Authentication Failure: check in Cordial under Settings > "
            "API Keys that api_key is right, that this machine's address is on the key's IP "
            "allow-list, and that the key may: Get lists, Add a list, Add a contact, Update a "
            "contact");
}

TEST(Classify, ListRefusalNamesTheListAndTheWayOut) {
  EXPECT_EQ(Answered(Call::kUpsert, 422, kListKey).reason,
            "http 422: key activeusers is not part of the schema for this resource: Cordial does "
            "not take list 'activeusers'; check that it exists there under this name and resync "
            "the cohort to make it again");
}

TEST(Classify, WrongPathSaysSo) {
  EXPECT_EQ(Answered(Call::kRemove, 404, kNoPath).reason,
            "http 404: '/v2/contact' is not found.: the endpoint's path does not lead to Cordial's "
            "contacts; set endpoint to the base URL of Cordial's REST API, for example "
            "'https://api.cordial.io/v2'");
}

TEST(Classify, MisunderstoodRequestQuotesTheAnswer) {
  EXPECT_EQ(Answered(Call::kUpsert, 400, kBadJson).reason,
            "http 400: Invalid JSON provided.: Cordial did not understand the request; report it "
            "with this answer");
}

TEST(Classify, RedirectNamesItsTarget) {
  const auto answer =
      Answered(Call::kUpsert, 301, "", {{"Location", "https://elsewhere.example/v2"}});
  EXPECT_THAT(answer.reason,
              AllOf(StartsWith("http 301 without a body: redirects are not followed, this one led "
                               "to 'https://elsewhere.example/v2'; set endpoint"),
                    HasSubstr("'https://api.cordial.io/v2'")));
}

TEST(Classify, HonoursAWishToWait) {
  const http::Headers wish{{"Retry-After", "9"}};
  for (const int status : {408, 429, 500, 503}) {
    EXPECT_EQ(Answered(Call::kUpsert, status, "", wish).retry_after, std::chrono::seconds(9));
  }
  EXPECT_EQ(Answered(Call::kUpsert, 429, "", {{"X-Rate-Limit-Reset", "4"}}).retry_after,
            std::chrono::seconds(4));
  EXPECT_EQ(Answered(Call::kUpsert, 429, "", {{"Retry-After", "Sat, 21 Nov 2026 06:01:00 GMT"}})
                .retry_after,
            std::chrono::seconds(60));
}

TEST(Classify, OtherAnswersHaveNoWishToWait) {
  const http::Headers wish{{"Retry-After", "9"}};
  for (const int status : {200, 301, 401, 404, 422}) {
    EXPECT_EQ(Answered(Call::kUpsert, status, "", wish).retry_after, std::nullopt) << status;
  }
}

// Whatever comes back, a membership counts as done only with Cordial's own JSON.
RC_GTEST_PROP(Classify, NothingButAJsonObjectIsDelivered, (const std::string& body)) {
  const int status = *rc::gen::inRange(100, 600);
  const Call call = *rc::gen::element(Call::kUpsert, Call::kUpdate, Call::kRemove);
  const DeliveryAnswer answer = Answered(call, status, "x" + body);
  RC_ASSERT(answer.verdict != Verdict::kDelivered);
  RC_ASSERT(!answer.reason.empty());
}

// Only a removal may take a 4xx as done; an add by POST never meets an unknown contact.
RC_GTEST_PROP(Classify, AddsAreDeliveredByA2xxOnly, ()) {
  const Case row = *rc::gen::elementOf(std::vector<Case>(std::begin(kCases), std::end(kCases)));
  const int status = *rc::gen::inRange(100, 600);
  const Verdict upsert = Answered(Call::kUpsert, status, row.body).verdict;
  const Verdict update = Answered(Call::kUpdate, status, row.body).verdict;
  RC_ASSERT(upsert != Verdict::kUnknownContact);
  if (status < 200 || status >= 300) {
    RC_ASSERT(upsert != Verdict::kDelivered);
    RC_ASSERT(update != Verdict::kDelivered);
  }
}

}  // namespace
}  // namespace cohort_sync::cordial
