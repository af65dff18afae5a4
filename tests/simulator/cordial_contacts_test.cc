#include <gmock/gmock.h>

#include "simulator/cordial_account.h"
#include "simulator/cordial_fixture.h"

namespace cohort_sync::simulator {
namespace {

using ::testing::ElementsAre;
using Json = nlohmann::json;

class CordialContactsTest : public CordialFixture {
 protected:
  CordialContactsTest() { MakeList("vip"); }

  // The one problem of a 422.
  void ExpectProblem(const http::Reply& reply, const std::string& field, const std::string& text) {
    EXPECT_EQ(reply.response.status, 422);
    EXPECT_EQ(BodyOf(reply),
              (Json{{"error", true},
                    {"errorKey", "GENERIC_ERROR_KEY"},
                    {"messages", {{"validationErrors", {{field, Json::array({text})}}}}}}));
  }
  http::Reply Post(const Json& body) { return Send("POST", "/v2/contacts", body.dump()); }
  Json Get(const std::string& key) { return BodyOf(Send("GET", "/v2/contacts/" + key)); }
};

TEST_F(CordialContactsTest, PostCreatesWith201AndUpdatesTheSameContactWith200) {
  const http::Reply first = Add("a@example.com", "vip");
  const http::Reply second = Add("a@example.com", "vip");
  EXPECT_EQ(first.response.status, 201);
  EXPECT_EQ(second.response.status, 200);
  const std::string cid = BodyOf(first).at("cID");
  EXPECT_EQ(cid.size(), 24U);
  EXPECT_EQ(BodyOf(second),
            (Json{{"success", true}, {"message", "contact created"}, {"cID", cid}}));
  EXPECT_THAT(Members("vip"), ElementsAre("a@example.com"));
}

TEST_F(CordialContactsTest, TheStatusOfAnUpsertCanBeFixed) {
  switches().upsert_status = UpsertStatus::kAlways201;
  Add("a@example.com", "vip");
  EXPECT_EQ(Add("a@example.com", "vip").response.status, 201);
  switches().upsert_status = UpsertStatus::kAlways200;
  EXPECT_EQ(Add("b@example.com", "vip").response.status, 200);
}

TEST_F(CordialContactsTest, AnUnknownKeyIs422AndNothingIsWritten) {
  ExpectProblem(Post({{"channels", {{"email", {{"address", "a@example.com"}}}}},
                      {"vip", true},
                      {"gold", true}}),
                "gold",
                "key gold is not part of the schema for this resource");
  EXPECT_EQ(Send("GET", "/v2/contacts/email:a@example.com").response.status, 404);
  EXPECT_THAT(Members("vip"), ElementsAre());
}

TEST_F(CordialContactsTest, KeysAreCaseSensitive) {
  ExpectProblem(
      Add("a@example.com", "VIP"), "VIP", "key VIP is not part of the schema for this resource");
}

TEST_F(CordialContactsTest, BadValuesAre422WithTheirField) {
  ExpectProblem(Post({{"email", "a@example.com"}, {"vip", "true"}}),
                "vip",
                "The vip field must be true or false");
  ExpectProblem(Add("nobody", "vip"), "channels.email.address", "Address not exists");
  ExpectProblem(Add("a b@example.com", "vip"), "channels.email.address", "Address not exists");
  ExpectProblem(Post({{"vip", true}}), "identifyBy", "Search field is not correct");
  ExpectProblem(Post({{"email", "a@example.com"}, {"identifyBy", {"first_name"}}}),
                "identifyBy",
                "Search field is not correct");
  ExpectProblem(Post({{"email", "a@example.com"}, {"suppressTriggers", 1}}),
                "suppressTriggers",
                "Incorrect value for suppressTriggers");
  ExpectProblem(
      Post({{"cID", "604f30256a44206b3f8d086e"}, {"vip", true}}), "cID", "Contact doesn't exist");
  ExpectProblem(Post({{"email", "a@example.com"}, {"first_name", 7}}),
                "first_name",
                "The first_name field must be of type string");
}

TEST_F(CordialContactsTest, IdentifyByIsTriedInOrder) {
  Post({{"email", "a@example.com"}, {"customer_id", "42"}, {"identifyBy", {"email"}}});
  Post({{"email", "b@example.com"}, {"identifyBy", {"email"}}});
  const http::Reply reply =
      Post({{"customer_id", "42"}, {"identifyBy", {"customer_id", "email"}}, {"vip", true}});
  EXPECT_EQ(reply.response.status, 200);
  EXPECT_THAT(Members("vip"), ElementsAre("a@example.com"));
}

TEST_F(CordialContactsTest, AnotherIdentifierCreatesAContactWithoutAddress) {
  EXPECT_EQ(
      Post({{"customer_id", "42"}, {"identifyBy", {"customer_id"}}, {"vip", true}}).response.status,
      201);
  EXPECT_THAT(Members("vip"), ElementsAre("customer_id:42"));
  EXPECT_EQ(Send("PUT", "/v2/contacts/customer_id:42", R"({"vip":false})").response.status, 200);
  EXPECT_THAT(Members("vip"), ElementsAre());
}

TEST_F(CordialContactsTest, AnIdentifierOfAnotherContactIsRefused) {
  Post({{"email", "a@example.com"}, {"customer_id", "42"}});
  ExpectProblem(Post({{"email", "b@example.com"}, {"customer_id", "42"}}),
                "customer_id",
                "Unique constraint error");
}

TEST_F(CordialContactsTest, APhoneNumberAddressesAContactAsAnEmailDoes) {
  const Json phone = {{"channels", {{"sms", {{"address", "+4915112345678"}}}}},
                      {"identifyBy", {"channels.sms.address"}},
                      {"vip", true}};
  EXPECT_EQ(Post(phone).response.status, 201);
  EXPECT_EQ(Post(phone).response.status, 200);
  EXPECT_EQ(Get("channels.sms.address:%2B4915112345678").at("channels"),
            (Json{{"sms", {{"address", "+4915112345678"}, {"subscribeStatus", "none"}}}}));
  EXPECT_THAT(Members("vip"), ElementsAre("sms:+4915112345678"));
  ExpectProblem(Post({{"channels", {{"sms", {{"address", "12"}}}}}}),
                "channels.sms.address",
                "Address not exists");
  ExpectProblem(Post({{"channels", {{"fax", {{"address", "12"}}}}}}),
                "channels.fax",
                "key fax is not part of the schema for this resource");
}

TEST_F(CordialContactsTest, EachChannelHasItsOwnStatus) {
  Post({{"channels",
         {{"email", {{"address", "a@example.com"}, {"subscribeStatus", "subscribed"}}},
          {"sms", {{"address", "+4915112345678"}, {"subscribeStatus", "unsubscribed"}}}}}});
  const Json channels = Get("email:a@example.com").at("channels");
  EXPECT_EQ(channels.at("email").at("subscribeStatus"), "subscribed");
  EXPECT_EQ(channels.at("sms").at("subscribeStatus"), "unsubscribed");
}

TEST_F(CordialContactsTest, EmailCaseDecidesIdentityBySwitch) {
  Add("Ann@Example.com", "vip");
  EXPECT_EQ(Add("ann@example.com", "vip").response.status, 200);
  switches().emails_ignore_case = false;
  EXPECT_EQ(Add("ANN@example.com", "vip").response.status, 201);
}

TEST_F(CordialContactsTest, PutDecodesItsPathAndTakesTheThreeForms) {
  Add("o'neil+x%y@example.com", "vip");
  EXPECT_EQ(Remove("o'neil+x%y@example.com", "vip").response.status, 200);
  EXPECT_THAT(Members("vip"), ElementsAre());

  const std::string cid = BodyOf(Add("a@example.com", "vip")).at("cID");
  EXPECT_EQ(Send("PUT", "/v2/contacts/" + cid, R"({"vip":false})").response.status, 200);
  EXPECT_THAT(Members("vip"), ElementsAre());

  EXPECT_EQ(Send("PUT", "/v2/contacts/a%40example.com", R"({"vip":true})").response.status, 404);
  switches().email_is_primary_key = true;
  EXPECT_EQ(Send("PUT", "/v2/contacts/a%40example.com", R"({"vip":true})").response.status, 200);
  EXPECT_THAT(Members("vip"), ElementsAre("a@example.com"));
}

TEST_F(CordialContactsTest, PutNeverCreatesAndSaysNotFoundInThreeWays) {
  http::Reply reply = Remove("a@example.com", "vip");
  EXPECT_EQ(reply.response.status, 404);
  EXPECT_EQ(
      BodyOf(reply),
      (Json{{"error", true}, {"errorKey", "RECORD_NOT_FOUND"}, {"message", "record not found"}}));
  switches().missing_contact = MissingContact::kContactNotFound404;
  reply = Remove("a@example.com", "vip");
  EXPECT_EQ(reply.response.status, 404);
  EXPECT_EQ(BodyOf(reply).at("errorKey"), "CONTACTS_CONTACT_NOT_FOUND");
  switches().missing_contact = MissingContact::kContactNotFound422;
  reply = Remove("a@example.com", "vip");
  EXPECT_EQ(reply.response.status, 422);
  EXPECT_EQ(BodyOf(reply).at("errorKey"), "CONTACTS_CONTACT_NOT_FOUND");
  EXPECT_EQ(Send("GET", "/v2/contacts/email:a@example.com").response.status, 404);
}

TEST_F(CordialContactsTest, RemovingANonMemberSucceeds) {
  Post({{"email", "a@example.com"}});
  const http::Reply reply = Remove("a@example.com", "vip");
  EXPECT_EQ(reply.response.status, 200);
  EXPECT_EQ(BodyOf(reply), (Json{{"success", true}}));
}

TEST_F(CordialContactsTest, PutWithAnUnknownListIs422) {
  Add("a@example.com", "vip");
  ExpectProblem(Remove("a@example.com", "gold"),
                "gold",
                "key gold is not part of the schema for this resource");
}

TEST_F(CordialContactsTest, GetShowsTheContactInTheShapeOfVersion2) {
  const std::string cid = BodyOf(Add("a@example.com", "vip")).at("cID");
  clock_.Advance(Duration(5000));
  Post({{"email", "a@example.com"}, {"first_name", "Ann"}, {"vip", true}});
  EXPECT_EQ(
      Get("email:a%40example.com"),
      (Json{{"_id", cid},
            {"attributes",
             {{"createdAt", "2026-11-21T06:00:00+0000"},
              {"lastModified", "2026-11-21T06:00:05+0000"},
              {"lastUpdateSource", "api"},
              {"cID", cid},
              {"first_name", "Ann"}}},
            {"channels", {{"email", {{"address", "a@example.com"}, {"subscribeStatus", "none"}}}}},
            {"lists", Json::array({"vip"})},
            {"listJoinDate", {{"vip", "2026-11-21T06:00:00+0000"}}}}));
  switches().lists_place = ListsPlace::kAttributes;
  EXPECT_EQ(Get(cid).at("attributes").at("lists"), Json::array({"vip"}));
}

TEST_F(CordialContactsTest, AnUnsubscribedContactComesBackOnlyByForce) {
  const auto status = [&] {
    return Get("email:a@example.com").at("channels").at("email").at("subscribeStatus");
  };
  const auto set = [&](const char* value, bool force) {
    return Post(
        {{"channels", {{"email", {{"address", "a@example.com"}, {"subscribeStatus", value}}}}},
         {"forceSubscribe", force}});
  };
  set("unsubscribed", false);
  set("subscribed", false);
  EXPECT_EQ(status(), "unsubscribed");
  set("subscribed", true);
  EXPECT_EQ(status(), "subscribed");
  ExpectProblem(set("maybe", false),
                "channels.email.subscribeStatus",
                "The selected subscribeStatus is invalid");
}

TEST_F(CordialContactsTest, ReadsLagBehindWritesBySwitch) {
  const std::int64_t id = account_.Lists().at(0).id;
  const auto count = [&] {
    return BodyOf(Send("GET", Format("/v2/accountlists/{}/count", id))).at("count");
  };
  switches().visible_after_ms = 1000;
  Add("a@example.com", "vip");
  EXPECT_EQ(Send("GET", "/v2/contacts/email:a@example.com").response.status, 404);
  EXPECT_EQ(count(), 0);
  EXPECT_EQ(Add("a@example.com", "vip").response.status, 200);
  clock_.Advance(Duration(1000));
  EXPECT_EQ(Get("email:a@example.com").at("lists"), Json::array({"vip"}));
  EXPECT_EQ(count(), 1);
  Remove("a@example.com", "vip");
  EXPECT_EQ(count(), 1);
  EXPECT_THAT(Members("vip"), ElementsAre());
  clock_.Advance(Duration(1000));
  EXPECT_EQ(count(), 0);
}

TEST_F(CordialContactsTest, DeleteEndsTheContactAndItsMemberships) {
  const std::string cid = BodyOf(Add("a@example.com", "vip")).at("cID");
  EXPECT_EQ(BodyOf(Send("DELETE", "/v2/contacts/" + cid)), (Json{{"success", true}}));
  EXPECT_THAT(Members("vip"), ElementsAre());
  EXPECT_EQ(Send("DELETE", "/v2/contacts/" + cid).response.status, 404);
  EXPECT_EQ(Add("a@example.com", "vip").response.status, 201);
}

TEST_F(CordialContactsTest, NamedContactsAreRefusedOnEveryWrite) {
  Add("a@example.com", "vip");
  switches().refuse_contacts = {"a@example.com", "b@example.com"};
  ExpectProblem(Remove("a@example.com", "vip"), "channels.email.address", "Address not exists");
  ExpectProblem(Add("b@example.com", "vip"), "channels.email.address", "Address not exists");
  EXPECT_THAT(Members("vip"), ElementsAre("a@example.com"));
  EXPECT_EQ(Add("c@example.com", "vip").response.status, 201);
}

}  // namespace
}  // namespace cohort_sync::simulator
