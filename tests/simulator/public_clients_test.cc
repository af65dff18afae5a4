// Public clients of Cordial's REST API that nobody here wrote, as contracts/cordial.md 3 describes
// what they send, over real sockets.
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

class PublicClientsTest : public ::testing::Test {
 protected:
  PublicClientsTest() {
    simulator_->WithCordial(
        [](CordialAccount& account) { EXPECT_TRUE(account.Prefill({}, {"weekly_specials"})); });
  }

  http::Response Send(const char* method, const std::string& target, const std::string& body = "") {
    http::ClientOptions options;
    options.base_url = simulator_->cordial_url();
    const http::Request request{
        .method = method,
        .target = target,
        .headers = {{"Authorization", http::BasicAuthorization("demo-cordial-key", "")},
                    {"Content-Type", "application/json"}},
        .body = body};
    return http::MakeClient(options).value()->SendAndWait(request).value();
  }
  std::vector<std::string> Members() {
    std::vector<std::string> members;
    simulator_->WithCordial([&](CordialAccount& account) {
      members = account.ReadList("weekly_specials").value().contacts;
    });
    return members;
  }

  FakeClock clock_;
  FakeRandom random_;
  std::unique_ptr<Simulator> simulator_ = Simulator::Start({}, clock_, random_).value();
};

// It looks first, with the address as it is, and then creates or updates.
TEST_F(PublicClientsTest, RudderStackIdentifiesANewContactAndThenAKnownOne) {
  const std::string body =
      R"({"channels":{"email":{"address":"ann@example.com","subscribeStatus":"subscribed"}},
          "first_name":"Ann"})";
  EXPECT_EQ(Send("GET", "/v2/contacts/email:ann@example.com").status, 404);
  const http::Response created = Send("POST", "/v2/contacts", body);
  EXPECT_EQ(created.status, 201);
  const http::Response found = Send("GET", "/v2/contacts/email:ann@example.com");
  ASSERT_EQ(found.status, 200);
  const Json contact = Json::parse(found.body);
  EXPECT_EQ(contact.at("_id"), Json::parse(created.body).at("cID"));
  EXPECT_EQ(contact.at("attributes").at("cID"), contact.at("_id"));
  EXPECT_EQ(contact.at("attributes").at("lastUpdateSource"), "api");
  EXPECT_EQ(contact.at("channels").at("email").at("subscribeStatus"), "subscribed");
  const http::Response updated =
      Send("PUT", "/v2/contacts/" + contact.at("_id").get<std::string>(), body);
  EXPECT_EQ(updated.status, 200);
  EXPECT_EQ(updated.body, R"({"success":true})");
}

TEST_F(PublicClientsTest, ColdBoxPutsAContactOnAListAndTakesItOff) {
  const http::Response added = Send(
      "POST",
      "/v2/contacts",
      R"({"channels":{"email":{"address":"ann+news@example.com","subscribeStatus":"subscribed"}},
          "weekly_specials":true,"forceSubscribe":true})");
  EXPECT_EQ(added.status, 201);
  EXPECT_EQ(Json::parse(added.body).at("message"), "contact created");
  EXPECT_THAT(Members(), ElementsAre("ann+news@example.com"));
  const http::Response removed =
      Send("PUT", "/v2/contacts/email:ann%2Bnews%40example.com", R"({"weekly_specials":false})");
  EXPECT_EQ(removed.status, 200);
  EXPECT_THAT(Members(), ElementsAre());
}

TEST_F(PublicClientsTest, ZendeskUpdatesFirstAndCreatesWhomCordialDoesNotKnow) {
  simulator_->WithCordial([](CordialAccount& account) {
    account.switches().missing_contact = MissingContact::kContactNotFound404;
  });
  const std::string target = "/v2/contacts/email:ann%40example.com";
  const http::Response missing = Send("PUT", target, R"({"first_name":"Ann"})");
  EXPECT_EQ(Json::parse(missing.body).at("errorKey"), "CONTACTS_CONTACT_NOT_FOUND");
  const http::Response created =
      Send("POST",
           "/v2/contacts",
           R"({"channels":{"email":{"address":"ann@example.com"}},"first_name":"Ann"})");
  EXPECT_EQ(Json::parse(created.body).at("success"), true);
  EXPECT_EQ(Json::parse(Send("PUT", target, R"({"first_name":"Ann"})").body).at("success"), true);
}

// Cordial's own engineers, January 2022 (1.4): the list by its whole listing, then flat bodies.
TEST_F(PublicClientsTest, TheOldSegmentVersionMakesItsListAndUsesFlatBodies) {
  const Json lists = Json::parse(Send("GET", "/v2/accountlists").body);
  ASSERT_EQ(lists.size(), 1U);
  EXPECT_EQ(lists.at(0).at("name"), "weekly_specials");
  const http::Response made =
      Send("POST",
           "/v2/accountlists",
           R"({"name":"test-group","enhanced":true,"segment_group_id":"g"})");
  EXPECT_EQ(made.status, 200);
  EXPECT_EQ(Json::parse(made.body).at("success"), true);
  const std::string contact =
      R"({"email":"ann@example.com","identifyBy":["email"],"request_source":"integration-segment",)";
  EXPECT_EQ(Send("POST", "/v2/contacts", contact + R"("test-group":true})").status, 201);
  EXPECT_EQ(Send("POST", "/v2/contacts", contact + R"("test-group":false})").status, 200);
}

}  // namespace
}  // namespace cohort_sync::simulator
