// Cordial's destination in Segment, as its public source sends it (contracts/cordial.md 1), over
// real sockets.
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "http/client.h"
#include "simulator/simulator.h"
#include "support/fake_clock.h"
#include "support/fake_random.h"

namespace cohort_sync::simulator {
namespace {

using ::testing::ElementsAre;
using Json = nlohmann::json;

class SegmentClientTest : public ::testing::Test {
 protected:
  SegmentClientTest() {
    WithAccount([](CordialAccount& account) {
      account.switches().unique_attributes = {"customer_id", "segment_id"};
    });
    http::Request attribute{.method = "POST", .target = "/v2/accountcontactattributes"};
    attribute.headers = {{"Authorization", http::BasicAuthorization("demo-cordial-key", "")},
                         {"Content-Type", "application/json"}};
    attribute.body = R"({"key":"segment_id","name":"segment_id","type":"string"})";
    EXPECT_EQ(Exchange(attribute).status, 200);
  }

  http::Response Exchange(const http::Request& request) {
    http::ClientOptions options;
    options.base_url = simulator_->cordial_url();
    return http::MakeClient(options).value()->SendAndWait(request).value();
  }
  http::Response CheckAuth(const std::string& key) {
    return Exchange({.target = "/api/checkAuth",
                     .headers = {{"x-api-key", key},
                                 {"Accept", "application/json"},
                                 {"Content-Type", "application/json"}}});
  }
  http::Response Post(const std::string& action, const std::string& body) {
    return Exchange({.method = "POST",
                     .target = "/api/segment/" + action,
                     .headers = {{"x-api-key", "demo-cordial-key"},
                                 {"Accept", "application/json"},
                                 {"Content-Type", "application/json"}},
                     .body = body});
  }
  void ExpectAccepted(const http::Response& response) {
    EXPECT_EQ(response.status, 202);
    EXPECT_EQ(response.body, R"({"success":"success"})");
  }
  // `rest` is the body beyond the identities.
  static std::string Body(const std::string& user, const std::string& email, Json rest) {
    rest.update({{"segmentIdKey", "segment_id"},
                 {"segmentId", user},
                 {"anonymousId", "985b44bf-09ce-47be-830a-583d54d049cb"},
                 {"userIdentities", {{"channels.email.address", email}}}});
    return rest.dump();
  }
  static std::string Group(const std::string& user, const std::string& email) {
    return Body(user, email, {{"groupId", "group1234"}});
  }
  static std::string NamedGroup(const std::string& user, const std::string& email) {
    return Body(user, email, {{"groupId", "group1234"}, {"listName", "test group"}});
  }
  void WithAccount(const std::function<void(CordialAccount&)>& task) {
    simulator_->WithCordial(task);
  }
  std::vector<std::string> Members(const std::string& list) {
    std::vector<std::string> members;
    WithAccount([&](CordialAccount& account) {
      const auto content = account.ReadList(list);
      members = content ? content->contacts : std::vector<std::string>{"(no list)"};
    });
    return members;
  }
  Json Contact(const std::string& email) {
    const http::Response response = Exchange(
        {.target = "/v2/contacts/email:" + email,
         .headers = {{"Authorization", http::BasicAuthorization("demo-cordial-key", "")}}});
    return response.status == 200 ? Json::parse(response.body) : Json(response.status);
  }

  FakeClock clock_;
  FakeRandom random_;
  std::unique_ptr<Simulator> simulator_ = Simulator::Start({}, clock_, random_).value();
};

TEST_F(SegmentClientTest, TheCredentialsTestTellsAGoodKeyFromABadOne) {
  const http::Response good = CheckAuth("demo-cordial-key");
  EXPECT_EQ(good.status, 200);
  EXPECT_EQ(good.body, "Good");
  const http::Response bad = CheckAuth("wrong");
  EXPECT_EQ(bad.status, 401);
  EXPECT_EQ(bad.body, R"({"error":"Access Denied: Authentication Failure"})");
}

TEST_F(SegmentClientTest, AGroupBecomesAListAndALeaverIsTakenOffByGroupIdAlone) {
  ExpectAccepted(Post("addContactToList", NamedGroup("user1234", "contact@example.com")));
  ExpectAccepted(Post("addContactToList", NamedGroup("user5678", "other@example.com")));
  EXPECT_THAT(Members("test-group"), ElementsAre("contact@example.com", "other@example.com"));
  ExpectAccepted(Post("removeContactFromList", Group("user1234", "contact@example.com")));
  EXPECT_THAT(Members("test-group"), ElementsAre("other@example.com"));
  EXPECT_EQ(Contact("contact@example.com").at("attributes").at("segment_id"), "user1234");
}

TEST_F(SegmentClientTest, AGroupWithoutANameIsNamedByItsId) {
  ExpectAccepted(Post("addContactToList", Group("user1234", "contact@example.com")));
  EXPECT_THAT(Members("segment_group1234"), ElementsAre("contact@example.com"));
}

TEST_F(SegmentClientTest, SpacesOfAListNameAreRemovedBySwitch) {
  WithAccount([](CordialAccount& account) {
    account.switches().ingest_list_names = IngestListNames::kRemoved;
  });
  Post("addContactToList", NamedGroup("user1234", "contact@example.com"));
  EXPECT_THAT(Members("testgroup"), ElementsAre("contact@example.com"));
}

TEST_F(SegmentClientTest, IdentifyMakesTheContactAndIgnoresUnknownAttributes) {
  ExpectAccepted(
      Post("upsertContact",
           Body("user1234",
                "contact@example.com",
                {{"attributes", {{"first_name", "Ann"}, {"shoe_size", 39}, {"last_name", 7}}}})));
  const Json contact = Contact("contact@example.com");
  EXPECT_EQ(contact.at("attributes").at("first_name"), "Ann");
  EXPECT_FALSE(contact.at("attributes").contains("shoe_size"));
  EXPECT_FALSE(contact.at("attributes").contains("last_name"));
  EXPECT_EQ(contact.at("channels").at("email").at("subscribeStatus"), "none");
}

TEST_F(SegmentClientTest, TheFirstIdentityThatIsKnownDecides) {
  Post("upsertContact", Body("user1234", "contact@example.com", Json::object()));
  Json body = Json::parse(R"({"segmentIdKey":"segment_id","segmentId":"user1234",
                              "attributes":{"first_name":"Ann"}})");
  ExpectAccepted(Post("upsertContact", body.dump()));
  EXPECT_EQ(Contact("contact@example.com").at("attributes").at("first_name"), "Ann");
}

TEST_F(SegmentClientTest, EventsCartsAndOrdersAreAcceptedAndMakeTheirContact) {
  const std::string email = "contact@example.com";
  for (const char* action :
       {"createContactactivity", "addProductToCart", "removeProductFromCart", "upsertOrder"}) {
    ExpectAccepted(Post(action, Body("user1234", email, {{"action", "pageView"}, {"qty", 1}})));
  }
  EXPECT_EQ(Contact(email).at("attributes").at("segment_id"), "user1234");
}

TEST_F(SegmentClientTest, AnAliasMergesThePreviousContact) {
  Post("addContactToList", NamedGroup("old", "contact@example.com"));
  Post("upsertContact", Body("new", "other@example.com", Json::object()));
  ExpectAccepted(Post("mergeContacts",
                      R"({"segmentIdKey":"segment_id","anonymousId":"a","segmentId":"new",
                          "previousId":"old"})"));
  EXPECT_THAT(Members("test-group"), ElementsAre("other@example.com"));
  EXPECT_EQ(Contact("contact@example.com"), 404);
}

TEST_F(SegmentClientTest, AnAliasOfAnUnknownIdRenamesTheContact) {
  Post("upsertContact", Body("old", "contact@example.com", Json::object()));
  Post("mergeContacts", R"({"segmentIdKey":"segment_id","segmentId":"new","previousId":"old"})");
  EXPECT_EQ(Contact("contact@example.com").at("attributes").at("segment_id"), "new");
}

TEST_F(SegmentClientTest, AcceptedWorkTakesEffectAfterItsDelayAndInOrder) {
  WithAccount([](CordialAccount& account) { account.switches().ingest_delay_ms = 1000; });
  Post("addContactToList", NamedGroup("user1234", "contact@example.com"));
  Post("removeContactFromList", Group("user1234", "contact@example.com"));
  EXPECT_THAT(Members("test-group"), ElementsAre("(no list)"));
  clock_.Advance(Duration(1000));
  EXPECT_THAT(Members("test-group"), ElementsAre());
}

TEST_F(SegmentClientTest, WhatCannotBeDoneIsAcceptedAllTheSame) {
  ExpectAccepted(Post("removeContactFromList", Group("user1234", "contact@example.com")));
  ExpectAccepted(Post("addContactToList", Body("user1234", "contact@example.com", Json::object())));
  ExpectAccepted(Post("addContactToList", R"({"groupId":"g"})"));
  EXPECT_EQ(Contact("contact@example.com"), 404);
  EXPECT_THAT(Members("segment_g"), ElementsAre("(no list)"));
}

TEST_F(SegmentClientTest, ABodyThatIsNoObjectAndAnUnknownActionAreRefused) {
  const http::Response empty = Post("upsertContact", "");
  EXPECT_EQ(empty.status, 400);
  EXPECT_EQ(empty.body, R"({"message":"Incompatible type"})");
  const http::Response unknown = Post("sendMessage", "{}");
  EXPECT_EQ(unknown.status, 404);
  EXPECT_EQ(unknown.body, R"({"error":"'/api/segment/sendMessage' is not found."})");
}

TEST_F(SegmentClientTest, TheOtherMockedAnswerIsASwitch) {
  WithAccount([](CordialAccount& account) { account.switches().ingest_answers_200 = true; });
  const http::Response response =
      Post("upsertContact", Body("user1234", "contact@example.com", Json::object()));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "{}");
}

}  // namespace
}  // namespace cohort_sync::simulator
