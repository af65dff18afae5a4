#include "simulator/simulator.h"

#include <memory>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "http/client.h"
#include "simulator/push_receiver.h"
#include "support/fake_clock.h"
#include "support/fake_random.h"

namespace cohort_sync::simulator {
namespace {

using Json = nlohmann::json;

class SimulatorTest : public ::testing::Test {
 protected:
  SimulatorTest() : simulator_(Simulator::Start({}, clock_, random_).value()) {}

  // One request over a socket; the answer, or the kind of failure as a negative status.
  http::Response Send(const std::string& base_url,
                      const char* method,
                      const std::string& target,
                      const std::string& authorization = "",
                      const std::string& body = "") {
    http::ClientOptions options;
    options.base_url = base_url;
    const auto client = http::MakeClient(options).value();
    http::Request request;
    request.method = method;
    request.target = target;
    if (!authorization.empty()) request.headers.Add("Authorization", authorization);
    if (!body.empty()) request.headers.Add("Content-Type", "application/json");
    request.body = body;
    const http::Answer answer = client->SendAndWait(request);
    if (answer) return *answer;
    http::Response failed;
    failed.status = -1 - static_cast<int>(answer.error().kind);
    return failed;
  }
  static int StatusOf(http::FailureKind kind) { return -1 - static_cast<int>(kind); }

  const std::string cordial_auth_ = http::BasicAuthorization("demo-cordial-key", "");
  const std::string amplitude_auth_ =
      http::BasicAuthorization("demo-amplitude-key", "demo-amplitude-secret");
  FakeClock clock_;
  FakeRandom random_;
  std::unique_ptr<Simulator> simulator_;
};

TEST_F(SimulatorTest, ServesCordialAndShowsTheListAtTheControlDoor) {
  const std::string url = simulator_->cordial_url();
  EXPECT_EQ(Send(url, "GET", "/v2/accountlists").status, 401);
  EXPECT_EQ(
      Send(url, "POST", "/v2/accountlists", cordial_auth_, R"({"name":"activeusers"})").status,
      200);
  EXPECT_EQ(Send(url,
                 "POST",
                 "/v2/contacts",
                 cordial_auth_,
                 R"({"email":"a@example.com","identifyBy":["email"],"activeusers":true})")
                .status,
            201);
  const http::Response list = Send(simulator_->control_url(), "GET", "/lists/activeusers");
  EXPECT_EQ(Json::parse(list.body).at("contacts"), Json::array({"a@example.com"}));
}

TEST_F(SimulatorTest, ServesAnExportThroughTheStorageServer) {
  const std::string url = simulator_->amplitude_url();
  simulator_->WithAmplitude([](AmplitudeProject& project) { project.switches().gzip = false; });
  const std::string id =
      Json::parse(Send(url, "GET", "/api/5/cohorts/request/7khm89cz", amplitude_auth_).body)
          .at("request_id");
  const std::string poll = "/api/5/cohorts/request-status/" + id;
  EXPECT_EQ(Send(url, "GET", poll, amplitude_auth_).status, 202);
  EXPECT_EQ(Send(url, "GET", poll, amplitude_auth_).status, 200);
  const http::Response redirect =
      Send(url, "GET", "/api/5/cohorts/request/" + id + "/file", amplitude_auth_);
  ASSERT_EQ(redirect.status, 302);
  const auto [base, target] = http::SplitUrl(redirect.headers.Find("Location").value());
  EXPECT_EQ(base, simulator_->storage_url());
  const http::Response file = Send(base, "GET", target);
  EXPECT_EQ(file.status, 200);
  EXPECT_NE(file.body.find("spender1000@example.com"), std::string::npos);
  EXPECT_EQ(Send(base, "GET", target, amplitude_auth_).status, 400);
}

TEST_F(SimulatorTest, ServesSmallFilesInline) {
  const std::string url = simulator_->amplitude_url();
  const std::string id =
      Json::parse(Send(url, "GET", "/api/5/cohorts/request/9apg8e8f", amplitude_auth_).body)
          .at("request_id");
  Send(url, "GET", "/api/5/cohorts/request-status/" + id, amplitude_auth_);
  Send(url, "GET", "/api/5/cohorts/request-status/" + id, amplitude_auth_);
  const std::string target = "/api/5/cohorts/request/" + id + "/file";
  EXPECT_EQ(Send(url, "GET", target, amplitude_auth_).status, 200);
}

TEST_F(SimulatorTest, AResetReachesTheClientAndTheWriteWasApplied) {
  simulator_->WithCordial([](CordialAccount& account) {
    ASSERT_TRUE(account.Prefill({}, {"vip"}));
    account.switches().reset_after.next = 1;
  });
  EXPECT_EQ(Send(simulator_->cordial_url(),
                 "POST",
                 "/v2/contacts",
                 cordial_auth_,
                 R"({"email":"a@example.com","vip":true})")
                .status,
            StatusOf(http::FailureKind::kCutOff));
  simulator_->WithCordial([](CordialAccount& account) {
    EXPECT_EQ(account.ReadList("vip").value().contacts.size(), 1U);
  });
}

TEST_F(SimulatorTest, SwitchesSetAtTheControlDoorActAtOnce) {
  EXPECT_EQ(Send(simulator_->control_url(),
                 "PUT",
                 "/switches",
                 "",
                 R"({"cordial.unavailable":{"next":1},"amplitude.server_error":{"next":1}})")
                .status,
            200);
  EXPECT_EQ(Send(simulator_->cordial_url(), "GET", "/v2/accountlists", cordial_auth_).status, 503);
  EXPECT_EQ(Send(simulator_->cordial_url(), "GET", "/v2/accountlists", cordial_auth_).status, 200);
  EXPECT_EQ(Send(simulator_->amplitude_url(), "GET", "/api/3/cohorts", amplitude_auth_).status,
            500);
}

TEST_F(SimulatorTest, PushesWhileItsServicesGoOn) {
  PushReceiver receiver;
  simulator_->WithAmplitude(
      [](AmplitudeProject& project) { project.switches().push.timeout_ms = 3'600'000; });
  const std::string control = simulator_->control_url();
  const std::string settings = Json{{"url", receiver.url() + "/hook"}, {"batch_size", 300}}.dump();
  EXPECT_EQ(Json::parse(Send(control, "PUT", "/pushes/7khm89cz", "", settings).body).at("requests"),
            4);
  // One that is never answered.
  receiver.Next({PushReceiver::Late()});
  EXPECT_EQ(Send(control, "PUT", "/pushes/9apg8e8f?wait=false", "", settings).status, 202);
  EXPECT_EQ(Send(simulator_->amplitude_url(), "GET", "/api/3/cohorts", amplitude_auth_).status,
            200);
  EXPECT_EQ(Json::parse(Send(control, "GET", "/pushes").body).at("pushes").size(), 2U);
  simulator_.reset();  // Ends the run.
}

TEST_F(SimulatorTest, APortInUseIsAFailure) {
  const std::string url = simulator_->cordial_url();
  SimulatorOptions options;
  options.cordial_port = static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
  const auto second = Simulator::Start(options, clock_, random_);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code(), ErrorCode::kUnavailable);
}

}  // namespace
}  // namespace cohort_sync::simulator
