#include "simulator/cordial_account.h"

#include <gmock/gmock.h>

#include "simulator/cordial_fixture.h"

namespace cohort_sync::simulator {
namespace {

using ::testing::ElementsAre;
using Json = nlohmann::json;

Json Denied() {
  return {{"error", "Access Denied: Authentication Failure"}};
}

class CordialAccountTest : public CordialFixture {};

TEST_F(CordialAccountTest, RefusesAMissingAndAWrongKeyWith401) {
  http::Request request;
  request.target = "/v2/accountlists";
  http::Reply reply = account_.Handle(request);
  EXPECT_EQ(reply.response.status, 401);
  EXPECT_EQ(BodyOf(reply), Denied());

  request.headers.Add("Authorization", "Basic " + Base64Encode("key-2:"));
  reply = account_.Handle(request);
  EXPECT_EQ(reply.response.status, 401);
  EXPECT_EQ(BodyOf(reply), Denied());
}

TEST_F(CordialAccountTest, AnUnknownPathWithoutAKeyIs401) {
  http::Request request;
  request.target = "/v2/nothing";
  EXPECT_EQ(account_.Handle(request).response.status, 401);
}

TEST_F(CordialAccountTest, ARefusedAddressIs401WithTheSameBody) {
  switches().refuse_ip = true;
  const http::Reply reply = Send("GET", "/v2/accountlists");
  EXPECT_EQ(reply.response.status, 401);
  EXPECT_EQ(BodyOf(reply), Denied());
}

TEST_F(CordialAccountTest, AMissingPermissionIs403OnThatEndpointOnly) {
  switches().refuse_permission = {"POST /v2/contacts"};
  MakeList("vip");
  EXPECT_EQ(Add("a@example.com", "vip").response.status, 403);
  EXPECT_EQ(Send("GET", "/v2/accountlists").response.status, 200);
  EXPECT_THAT(Members("vip"), ElementsAre());
}

TEST_F(CordialAccountTest, AnUnknownRouteIs404WithItsPath) {
  const http::Reply reply = Send("GET", "/v2/x?y=1");
  EXPECT_EQ(reply.response.status, 404);
  EXPECT_EQ(BodyOf(reply), (Json{{"error", "'/v2/x' is not found."}}));
}

TEST_F(CordialAccountTest, AnotherMediaTypeIs415) {
  http::Request request;
  request.method = "POST";
  request.target = "/v2/contacts";
  request.headers.Add("Authorization", "Basic " + Base64Encode("key-1:"));
  request.headers.Add("Content-Type", "text/plain");
  request.body = "{}";
  const http::Reply reply = account_.Handle(request);
  EXPECT_EQ(reply.response.status, 415);
  EXPECT_EQ(BodyOf(reply),
            (Json{{"error", true},
                  {"errorKey", "UNSUPPORTED_MEDIA_TYPE"},
                  {"message",
                   "Unsupported Media Type: Content-Type header must be application/json or "
                   "application/x-www-form-urlencoded."}}));
}

TEST_F(CordialAccountTest, BrokenJsonIs400AndBySwitch422) {
  const http::Reply reply = Send("POST", "/v2/contacts", "{\"a\":");
  EXPECT_EQ(reply.response.status, 400);
  EXPECT_EQ(BodyOf(reply),
            (Json{{"error", true},
                  {"errorKey", "INVALID_JSON_PROVIDED"},
                  {"message", "Invalid JSON provided."}}));
  switches().invalid_json_status = 422;
  EXPECT_EQ(Send("POST", "/v2/contacts", "[]").response.status, 422);
}

TEST_F(CordialAccountTest, LogsRequestsWithoutTheAuthorizationHeader) {
  MakeList("vip");
  switches().reset_before.next = 1;
  Add("a@example.com", "vip");
  const std::vector<LoggedRequest> logged = account_.log().Matching({});
  ASSERT_EQ(logged.size(), 2U);
  EXPECT_EQ(logged[0].method, "POST");
  EXPECT_EQ(logged[0].target, "/v2/accountlists");
  EXPECT_EQ(Json::parse(logged[0].body), (Json{{"name", "vip"}, {"enhanced", true}}));
  EXPECT_EQ(logged[0].status, 200);
  EXPECT_FALSE(logged[0].headers.Find("Authorization"));
  EXPECT_TRUE(logged[0].headers.Find("Content-Type"));
  EXPECT_EQ(logged[1].status, 0);
  EXPECT_EQ(account_.log().Matching({.method = "", .path_prefix = "/v2/con"}).size(), 1U);
}

TEST_F(CordialAccountTest, PrefillMakesContactsAndLists) {
  ASSERT_TRUE(account_.Prefill({"b@example.com", "a@example.com"}, {"vip"}));
  ASSERT_TRUE(account_.Prefill({"a@example.com"}, {"vip"}));
  EXPECT_THAT(Members("vip"), ElementsAre("a@example.com", "b@example.com"));
}

TEST_F(CordialAccountTest, PrefillRefusesBadInputBeforeAnyChange) {
  EXPECT_EQ(account_.Prefill({"a@example.com", "b@"}, {"vip"}).error().message(),
            "'b@' is not an e-mail address");
  EXPECT_EQ(account_.Prefill({}, {"vip", "v p"}).error().message(),
            "list 'v p': Name must contain only letters, numbers, and dashes. Should not exceed "
            "128 characters");
  EXPECT_TRUE(account_.Lists().empty());
}

}  // namespace
}  // namespace cohort_sync::simulator
