#include "cordial/list_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/fake_clock.h"
#include "support/fake_random.h"
#include "support/scripted_http_client.h"

namespace cohort_sync::cordial {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Le;
using ::testing::SizeIs;

constexpr const char* kFind = "GET /v2/accountlists?name=activeusers";
constexpr const char* kMake = "POST /v2/accountlists";
constexpr const char* kCount = "GET /v2/accountlists/123/count";
constexpr const char* kAttributes = "GET /v2/accountcontactattributes";

http::Response Json(int status, std::string body) {
  return {
      .status = status, .headers = {{"Content-Type", "application/json"}}, .body = std::move(body)};
}

const http::Response kOurs = Json(200, R"([{"id":123,"name":"activeusers","enhanced":true}])");
const http::Response kNone =
    Json(404, R"({"error":true,"errorKey":"RECORD_NOT_FOUND","message":"record not found"})");
const http::Response kTaken =
    Json(422, R"({"error":true,"errorKey":"GENERIC_ERROR_KEY","message":"Name must be unique"})");
const http::Response kDenied = Json(401, R"({"error":"Access Denied: Authentication Failure"})");
const http::Response kForbidden = Json(403, R"({"error":true,"message":"forbidden"})");
const http::Failure kRefusedConnection{http::FailureKind::kNotSent, "connection refused"};

class ListClientTest : public ::testing::Test {
 protected:
  [[nodiscard]] std::string FindError() {
    const auto found = client_.FindList(name_);
    return found ? "found" : found.error().message();
  }
  [[nodiscard]] std::string EnsureError() {
    const auto list = client_.EnsureList(name_);
    return list ? "ensured" : list.error().message();
  }

  FakeClock clock_;
  FakeRandom random_;
  HttpScript script_;
  std::unique_ptr<http::Client> http_ = script_.MakeClient("https://api.cordial.io");
  ListClient client_{*http_, clock_, random_, "/v2", "Basic a2V5Og=="};
  ListName name_{"activeusers"};
};

TEST_F(ListClientTest, FindsTheListOfExactlyThisName) {
  script_.On(kFind,
             {Json(200,
                   R"([{"id":1,"name":"ActiveUsers"},{"id":2,"name":"activeusers2"},)"
                   R"({"id":123,"name":"activeusers"}])")});
  const auto found = client_.FindList(name_);
  ASSERT_TRUE(found && *found);
  EXPECT_EQ((*found)->id, ListId(123));
  EXPECT_EQ((*found)->name, name_);
}

TEST_F(ListClientTest, ANearMatchIsNotTheList) {
  script_.On(kFind, {Json(200, R"([{"id":1,"name":"ActiveUsers"}])")});
  const auto found = client_.FindList(name_);
  ASSERT_TRUE(found);
  EXPECT_FALSE(*found);
}

TEST_F(ListClientTest, NotFoundAndAnEmptyArrayBothMeanNoList) {
  script_.On(kFind, {kNone, Json(200, "[]")});
  for (int i = 0; i < 2; ++i) {
    const auto found = client_.FindList(name_);
    ASSERT_TRUE(found);
    EXPECT_FALSE(*found);
  }
}

TEST_F(ListClientTest, SendsTheKeyAndEncodesTheName) {
  script_.On("GET /v2/accountlists?name=a%26b", {kNone});
  ASSERT_TRUE(client_.FindList(ListName("a&b")));
  EXPECT_EQ(script_.requests().front().request.headers.Find("Authorization"), "Basic a2V5Og==");
}

TEST_F(ListClientTest, AMissingPathIsNotAMissingList) {
  script_.On(kFind, {Json(404, R"({"error":"'/v3/accountlists' is not found."})")});
  EXPECT_EQ(FindError(),
            "find list 'activeusers' in Cordial: http 404: '/v3/accountlists' is not found.: this "
            "is not Cordial's REST API; set endpoint to its base URL, for example "
            "'https://api.cordial.io/v2'");
}

TEST_F(ListClientTest, RefusedCredentialsSayWhatToCheckAndAreNotRepeated) {
  for (const http::Response& refusal : {kDenied, kForbidden}) {
    script_.On(kFind, {refusal});
    const auto found = client_.FindList(name_);
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code(), ErrorCode::kUnauthorized);
    EXPECT_THAT(found.error().message(),
                HasSubstr("IP allow-list, and that the key may: Get lists, Add a list, Add a "
                          "contact, Update a contact"));
  }
  EXPECT_THAT(script_.lines(), ElementsAre(kFind, kFind));
  EXPECT_THAT(clock_.slept, IsEmpty());
}

TEST_F(ListClientTest, RedirectsAreNotFollowed) {
  script_.On(
      kFind,
      {http::Response{
          .status = 302, .headers = {{"Location", "https://elsewhere.example/"}}, .body = ""}});
  EXPECT_EQ(FindError(),
            "find list 'activeusers' in Cordial: http 302 without a body leads to "
            "'https://elsewhere.example/': this is not Cordial's REST API; set endpoint to its "
            "base URL, for example 'https://api.cordial.io/v2'");
  EXPECT_THAT(script_.requests(), SizeIs(1));
}

TEST_F(ListClientTest, AnAnswerThatIsNotTheDocumentedShapeIsAnError) {
  script_.On(kFind, {Json(200, "<html>login</html>"), Json(200, R"({"success":false})")});
  EXPECT_EQ(FindError(),
            "find list 'activeusers' in Cordial: expected an array of lists, Cordial answered "
            "'<html>login</html>'; check that endpoint is the base URL of Cordial's REST API");
  EXPECT_THAT(FindError(), HasSubstr(R"(Cordial answered '{"success":false}')"));
}

TEST_F(ListClientTest, RepeatsWhatMayPassWithGrowingPauses) {
  script_.On(kFind, {kRefusedConnection, Json(503, ""), Json(429, ""), kOurs});
  const auto found = client_.FindList(name_);
  ASSERT_TRUE(found && *found);
  EXPECT_THAT(clock_.slept, AllOf(SizeIs(3), Each(Le(Duration(4'000)))));
}

TEST_F(ListClientTest, GivesUpAfterFourAttempts) {
  script_.Always(kFind, Json(500, R"({"error":"an error has occurred"})"));
  const auto found = client_.FindList(name_);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code(), ErrorCode::kUnavailable);
  EXPECT_EQ(found.error().message(),
            "find list 'activeusers' in Cordial: http 500: an error has occurred (4 attempts); try "
            "again later");
  EXPECT_EQ(script_.CountOf(kFind), 4U);
}

TEST_F(ListClientTest, WaitsAsLongAsAsked) {
  script_.On(
      kFind,
      {http::Response{.status = 429, .headers = {{"Retry-After", "20"}}, .body = ""}, kOurs});
  ASSERT_TRUE(client_.FindList(name_));
  EXPECT_THAT(clock_.slept, ElementsAre(Duration(20'000)));
}

TEST_F(ListClientTest, DoesNotWaitOutALongPause) {
  script_.On(kFind,
             {http::Response{.status = 429, .headers = {{"Retry-After", "600"}}, .body = ""}});
  EXPECT_EQ(FindError(),
            "find list 'activeusers' in Cordial: http 429 without a body: Cordial asks to wait "
            "10 min; try again later");
  EXPECT_THAT(clock_.slept, IsEmpty());
}

TEST_F(ListClientTest, AnInterruptionIsNotRepeated) {
  script_.On(kFind, {http::Failure{http::FailureKind::kInterrupted, "interrupted"}});
  const auto found = client_.FindList(name_);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code(), ErrorCode::kInterrupted);
  EXPECT_THAT(script_.requests(), SizeIs(1));
}

TEST_F(ListClientTest, AfterAStopNothingIsAsked) {
  std::stop_source stop;
  stop.request_stop();
  ListClient stopped(*http_, clock_, random_, "/v2", "Basic a2V5Og==", stop.get_token());
  const auto list = stopped.EnsureList(name_);
  ASSERT_FALSE(list);
  EXPECT_EQ(list.error().code(), ErrorCode::kInterrupted);
  EXPECT_THAT(script_.requests(), IsEmpty());
}

TEST_F(ListClientTest, EnsureMakesNothingWhenTheListIsThere) {
  script_.On(kFind, {kOurs});
  const auto list = client_.EnsureList(name_);
  ASSERT_TRUE(list);
  EXPECT_EQ(list->id, ListId(123));
  EXPECT_THAT(script_.lines(), ElementsAre(kFind));
}

TEST_F(ListClientTest, EnsureMakesAMissingList) {
  script_.On(kFind, {kNone});
  script_.On(kMake, {Json(200, R"({"success":true,"id":124})")});
  const auto list = client_.EnsureList(name_);
  ASSERT_TRUE(list);
  EXPECT_EQ(list->id, ListId(124));
  EXPECT_EQ(list->name, name_);
  const http::Request made = script_.requests().back().request;
  EXPECT_EQ(made.body, R"({"name":"activeusers","enhanced":true})");
  EXPECT_EQ(made.headers.Find("Content-Type"), "application/json");
}

TEST_F(ListClientTest, EnsureLooksForTheIdWhenTheAnswerHasNone) {
  script_.On(kFind, {kNone, kOurs});
  script_.On(kMake, {Json(201, R"({"success":true})")});
  const auto list = client_.EnsureList(name_);
  ASSERT_TRUE(list);
  EXPECT_EQ(list->id, ListId(123));
}

TEST_F(ListClientTest, EnsureSaysWhenTheNewListIsNotShownYet) {
  script_.On(kFind, {kNone, kNone});
  script_.On(kMake, {Json(201, R"({"success":true})")});
  EXPECT_EQ(EnsureError(),
            "make list 'activeusers' in Cordial: Cordial made list 'activeusers' and does not show "
            "it yet; try again");
}

TEST_F(ListClientTest, EnsureFindsAListThatAnotherMadeMeanwhile) {
  script_.On(kFind, {kNone, kOurs});
  script_.On(kMake, {kTaken});
  const auto list = client_.EnsureList(name_);
  ASSERT_TRUE(list);
  EXPECT_EQ(list->id, ListId(123));
}

TEST_F(ListClientTest, EnsureFindsItsOwnListAfterALostAnswer) {
  script_.On(kFind, {kNone, kOurs});
  script_.On(kMake, {http::Failure{http::FailureKind::kTimedOut, "no answer in 30 s"}, kTaken});
  const auto list = client_.EnsureList(name_);
  ASSERT_TRUE(list);
  EXPECT_EQ(list->id, ListId(123));
}

TEST_F(ListClientTest, EnsureSaysWhenAnAttributeHasTheName) {
  script_.On(kFind, {kNone, kNone});
  script_.On(kMake, {kTaken});
  const auto list = client_.EnsureList(name_);
  ASSERT_FALSE(list);
  EXPECT_EQ(list.error().code(), ErrorCode::kRejected);
  EXPECT_EQ(list.error().message(),
            "make list 'activeusers' in Cordial: Cordial says that the name 'activeusers' is taken "
            "and has no list of it: a contact attribute has that name, or a list that differs in "
            "upper and lower case; set list_name on that sync to another name");
}

TEST_F(ListClientTest, EnsurePassesOnWhyCordialRefusesTheName) {
  script_.On(kFind, {kNone});
  script_.On(kMake,
             {Json(422, R"({"error":true,"message":"cid is not allowed for list names."})")});
  const auto list = client_.EnsureList(name_);
  ASSERT_FALSE(list);
  EXPECT_EQ(list.error().code(), ErrorCode::kRejected);
  EXPECT_EQ(list.error().message(),
            "make list 'activeusers' in Cordial: http 422: cid is not allowed for list names.");
}

TEST_F(ListClientTest, EnsureMakesNothingWhenTheListCannotBeLookedUp) {
  script_.On(kFind, {kDenied});
  EXPECT_THAT(EnsureError(), HasSubstr("http 401"));
  EXPECT_EQ(script_.CountOf(kMake), 0U);
}

TEST_F(ListClientTest, CountsContacts) {
  script_.On(kCount, {Json(200, R"({"id":123,"name":"a","enhanced":true,"count":255})")});
  EXPECT_EQ(client_.CountContacts(ListId(123)), 255);
}

TEST_F(ListClientTest, ACountThatTheKeyMayNotAskIsNoError) {
  script_.On(kCount, {kForbidden});
  const auto count = client_.CountContacts(ListId(123));
  ASSERT_TRUE(count);
  EXPECT_EQ(*count, std::nullopt);
}

TEST_F(ListClientTest, CountOfAMissingListIsNotFound) {
  script_.On(
      kCount,
      {Json(
          404,
          R"({"error":true,"errorKey":"ACCOUNT_LISTS_NOT_FOUND","message":"List does not exist"})")});
  const auto count = client_.CountContacts(ListId(123));
  ASSERT_FALSE(count);
  EXPECT_EQ(count.error().code(), ErrorCode::kNotFound);
  EXPECT_EQ(count.error().message(),
            "count the contacts of Cordial's list 123: there is no such list; resync the cohort to "
            "make it again");
}

TEST_F(ListClientTest, CountFailsOnARefusedKeyAndOnForeignAnswers) {
  script_.On(kCount, {kDenied, Json(404, "<html>"), Json(200, "{}")});
  EXPECT_EQ(client_.CountContacts(ListId(123)).error().code(), ErrorCode::kUnauthorized);
  EXPECT_EQ(client_.CountContacts(ListId(123)).error().code(), ErrorCode::kConfiguration);
  EXPECT_EQ(client_.CountContacts(ListId(123)).error().code(), ErrorCode::kInvalidInput);
}

TEST_F(ListClientTest, ReadsAttributeKeys) {
  script_.On(kAttributes, {Json(200, R"([{"key":"last","name":"Last"}])"), kNone});
  EXPECT_THAT(**client_.AttributeKeys(), ElementsAre("Last", "last"));
  EXPECT_THAT(**client_.AttributeKeys(), IsEmpty());
}

TEST_F(ListClientTest, AttributesThatTheKeyMayNotReadAreNoError) {
  script_.On(kAttributes, {kForbidden});
  const auto keys = client_.AttributeKeys();
  ASSERT_TRUE(keys);
  EXPECT_EQ(*keys, std::nullopt);
}

TEST_F(ListClientTest, AttributesFailOnARefusedKey) {
  script_.On(kAttributes, {kDenied});
  const auto keys = client_.AttributeKeys();
  ASSERT_FALSE(keys);
  EXPECT_EQ(keys.error().code(), ErrorCode::kUnauthorized);
  EXPECT_THAT(keys.error().message(), HasSubstr("read Cordial's contact attributes: http 401"));
}

}  // namespace
}  // namespace cohort_sync::cordial
