#include "cordial/cordial_destination.h"

#include <future>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "http/server.h"
#include "support/fake_clock.h"
#include "support/fake_random.h"
#include "support/scripted_http_client.h"

namespace cohort_sync::cordial {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

CordialSettings Settings() {
  return {.endpoint = "https://api.cordial.io",
          .api_key = Secret("0123456789-key"),
          .identifier = {.name = "email", .property = "email"},
          .create_missing_contacts = true,
          .request_timeout = Duration(7'000)};
}

class CordialDestinationTest : public ::testing::Test {
 protected:
  std::unique_ptr<CordialDestination> Make(const CordialSettings& settings) {
    auto made = CordialDestination::Create(
        settings, script_.MakeClient("https://api.cordial.io"), clock_, random_);
    return made ? std::move(*made) : nullptr;
  }
  std::string CreateError(const CordialSettings& settings) {
    const auto made = CordialDestination::Create(
        settings, script_.MakeClient("https://api.cordial.io"), clock_, random_);
    return made ? "made" : made.error().message();
  }
  static DeliveryAnswer Deliver(ListDestination& destination,
                                OperationKind kind,
                                const std::string& contact) {
    std::promise<DeliveryAnswer> answer;
    destination.Deliver({kind, contact, ListName("activeusers")},
                        [&answer](DeliveryAnswer given) { answer.set_value(std::move(given)); });
    return answer.get_future().get();
  }

  FakeClock clock_;
  FakeRandom random_;
  HttpScript script_;
};

TEST_F(CordialDestinationTest, EndpointHasOneSpelling) {
  EXPECT_EQ(Make(Settings())->endpoint(), "https://api.cordial.io/v2");
}

TEST_F(CordialDestinationTest, RefusesSettingsThatCannotWork) {
  CordialSettings settings = Settings();
  settings.endpoint = "https://api.cordial.io/v1";
  EXPECT_THAT(CreateError(settings), HasSubstr("version 'v1' of the API is not spoken here"));
  settings = Settings();
  settings.identifier.name = "channels";
  EXPECT_THAT(CreateError(settings), HasSubstr("contact_identifier_name 'channels': "));
  settings = Settings();
  settings.api_key = Secret("");
  EXPECT_EQ(CreateError(settings),
            "api_key: it is empty; set it to a key from Cordial's Settings > API Keys");
}

TEST_F(CordialDestinationTest, ListNamesFollowCordialsRule) {
  CordialSettings settings = Settings();
  settings.identifier.name = "custID";
  const auto destination = Make(settings);
  EXPECT_EQ(destination->ListNameFor("active users"), ListName("activeusers"));
  EXPECT_FALSE(destination->ListNameFor("cust ID"));
  EXPECT_EQ(destination->CheckListName("vip"), ListName("vip"));
  EXPECT_FALSE(destination->CheckListName("active users"));
}

TEST_F(CordialDestinationTest, DeliversWithTheKeyAsUserAndABlankPassword) {
  script_.On("POST /v2/contacts", {http::Response{.status = 201, .headers = {}, .body = "{}"}});
  const auto destination = Make(Settings());
  EXPECT_EQ(Deliver(*destination, OperationKind::kAdd, "jane@example.com").verdict,
            Verdict::kDelivered);
  EXPECT_EQ(script_.requests().front().request.headers.Find("Authorization"),
            "Basic " + Base64Encode("0123456789-key:"));
}

TEST_F(CordialDestinationTest, NeverRepeatsACallByItself) {
  script_.On("PUT /v2/contacts/email:jane%40example.com",
             {http::Response{.status = 503, .headers = {{"Retry-After", "3"}}, .body = ""}});
  const auto destination = Make(Settings());
  const DeliveryAnswer answer = Deliver(*destination, OperationKind::kRemove, "jane@example.com");
  EXPECT_EQ(answer.verdict, Verdict::kUnknown);
  EXPECT_EQ(answer.retry_after, Duration(3'000));
  EXPECT_THAT(script_.lines(), ElementsAre("PUT /v2/contacts/email:jane%40example.com"));
}

TEST_F(CordialDestinationTest, AnUnknownContactIsNotCreatedWhenItMustNotBe) {
  CordialSettings settings = Settings();
  settings.create_missing_contacts = false;
  script_.On(
      "PUT /v2/contacts/email:jane%40example.com",
      {http::Response{
          .status = 404,
          .headers = {},
          .body = R"({"error":true,"errorKey":"RECORD_NOT_FOUND","message":"record not found"})"}});
  const auto destination = Make(settings);
  EXPECT_EQ(Deliver(*destination, OperationKind::kAdd, "jane@example.com").verdict,
            Verdict::kUnknownContact);
}

TEST_F(CordialDestinationTest, AContactThatCannotBeSentIsRefusedWithoutACall) {
  CordialSettings settings = Settings();
  settings.identifier.name = "cID";
  const auto destination = Make(settings);
  const DeliveryAnswer answer = Deliver(*destination, OperationKind::kRemove, "../lists");
  EXPECT_EQ(answer.verdict, Verdict::kRefused);
  EXPECT_THAT(answer.reason, HasSubstr("'../lists' is not a cID"));
  EXPECT_FALSE(answer.call.made());
  EXPECT_THAT(script_.lines(), IsEmpty());
}

TEST_F(CordialDestinationTest, AnAnswerCarriesTheCallAsItWasOnTheWire) {
  ScriptedAnswer slow(http::Response{.status = 422, .headers = {}, .body = R"({"error":true})"});
  slow.before_answer = [this] { clock_.Advance(Duration(35)); };
  script_.On("POST /v2/contacts", {slow});
  const auto destination = Make(Settings());
  const CallRecord call = Deliver(*destination, OperationKind::kAdd, "jane@example.com").call;
  EXPECT_EQ(call.sent_at, FakeClock::kStart);
  EXPECT_EQ(call.took, Duration(35));
  EXPECT_EQ(call.method, "POST");
  EXPECT_EQ(call.target, "/v2/contacts");
  EXPECT_EQ(call.request_body, script_.requests().front().request.body);
  EXPECT_EQ(call.http_status, 422);
  EXPECT_EQ(call.answer, R"({"error":true})");
}

TEST_F(CordialDestinationTest, ACallWithoutAnswerSaysWhyThereIsNone) {
  script_.On("POST /v2/contacts",
             {http::Failure{http::FailureKind::kTimedOut, "no answer within 7 s"}});
  const auto destination = Make(Settings());
  const CallRecord call = Deliver(*destination, OperationKind::kAdd, "jane@example.com").call;
  EXPECT_TRUE(call.made());
  EXPECT_EQ(call.http_status, 0);
  EXPECT_EQ(call.answer, "no answer within 7 s");
}

TEST_F(CordialDestinationTest, LanesAreMethodAndEndpoint) {
  const auto creating = Make(Settings());
  EXPECT_EQ(creating->LaneOf(OperationKind::kAdd), "POST /contacts");
  EXPECT_EQ(creating->LaneOf(OperationKind::kRemove), "PUT /contacts");
  CordialSettings settings = Settings();
  settings.create_missing_contacts = false;
  EXPECT_EQ(Make(settings)->LaneOf(OperationKind::kAdd), "PUT /contacts");
}

TEST_F(CordialDestinationTest, RequestTimeoutIsTheConfiguredOne) {
  EXPECT_EQ(Make(Settings())->request_timeout(), Duration(7'000));
}

// The smallest Cordial that keeps one list: real sockets, our own client, real bytes.
class OneListCordial {
 public:
  http::Reply Answer(const http::Request& request) {
    if (request.headers.Find("Authorization") != "Basic " + Base64Encode("0123456789-key:")) {
      return Reply(401, R"({"error":"Access Denied: Authentication Failure"})");
    }
    const std::string line = request.method + " " + std::string(request.path());
    if (line == "GET /v2/accountlists") return Lists();
    if (line == "POST /v2/accountlists") {
      has_list_ = nlohmann::json::parse(request.body).at("name") == "activeusers";
      return Reply(200, R"({"success":true,"id":5})");
    }
    if (line == "GET /v2/accountlists/5/count") {
      return Reply(200, nlohmann::json{{"id", 5}, {"count", members.size()}}.dump());
    }
    return Contact(request, line);
  }

  std::set<std::string> members;

 private:
  static http::Reply Reply(int status, std::string body) {
    http::Reply reply;
    reply.response = {.status = status,
                      .headers = {{"Content-Type", "application/json"}},
                      .body = std::move(body)};
    return reply;
  }
  [[nodiscard]] http::Reply Lists() const {
    return Reply(200, has_list_ ? R"([{"id":5,"name":"activeusers","enhanced":true}])" : "[]");
  }
  http::Reply Contact(const http::Request& request, const std::string& line) {
    const auto body = nlohmann::json::parse(request.body);
    constexpr std::string_view kPut = "PUT /v2/contacts/email:";
    if (line == "POST /v2/contacts") {
      members.insert(body.at("channels").at("email").at("address").get<std::string>());
      return Reply(201, R"({"success":true})");
    }
    if (!line.starts_with(kPut)) return Reply(404, R"({"error":"not found."})");
    const std::string address = PercentDecode(line.substr(kPut.size())).value();
    if (members.erase(address) == 0) {
      return Reply(404, R"({"error":true,"errorKey":"RECORD_NOT_FOUND","message":"?"})");
    }
    return Reply(200, R"({"success":true})");
  }

  bool has_list_ = false;
};

TEST_F(CordialDestinationTest, KeepsAListOverRealSockets) {
  OneListCordial cordial;
  auto server = http::Server::Start(
      {}, [&cordial](const http::Request& request) { return cordial.Answer(request); });
  ASSERT_TRUE(server);
  auto client = http::MakeClient({.base_url = (*server)->url()});
  ASSERT_TRUE(client);
  CordialSettings settings = Settings();
  settings.endpoint = (*server)->url();
  auto made = CordialDestination::Create(settings, std::move(*client), clock_, random_);
  ASSERT_TRUE(made);
  CordialDestination& destination = **made;

  const auto list = destination.EnsureList(ListName("activeusers"));
  ASSERT_TRUE(list) << list.error().message();
  EXPECT_EQ(list->id, ListId(5));
  for (const char* const contact : {"jane@example.com", "o'neil+news@example.com"}) {
    EXPECT_EQ(Deliver(destination, OperationKind::kAdd, contact).verdict, Verdict::kDelivered);
  }
  EXPECT_EQ(destination.CountContacts(list->id), 2);
  for (const char* const contact : {"o'neil+news@example.com", "nobody@example.com"}) {
    EXPECT_EQ(Deliver(destination, OperationKind::kRemove, contact).verdict, Verdict::kDelivered);
  }
  (*server)->Run([&cordial] { EXPECT_THAT(cordial.members, ElementsAre("jane@example.com")); });
}

}  // namespace
}  // namespace cohort_sync::cordial
