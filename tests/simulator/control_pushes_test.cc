#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "simulator/control.h"
#include "simulator/push_fixture.h"

namespace cohort_sync::simulator {
namespace {

using ::testing::SizeIs;

class ControlPushesTest : public PushFixture {
 protected:
  http::Reply Send(const char* method, const std::string& target, const std::string& body = "") {
    return control_.Handle({.method = method, .target = target, .body = body});
  }
  static Json BodyOf(const http::Reply& reply) { return Json::parse(reply.response.body); }
  void ExpectProblem(const http::Reply& reply, int status, const std::string& message) {
    EXPECT_EQ(reply.response.status, status);
    EXPECT_EQ(BodyOf(reply), (Json{{"error", message}}));
  }
  std::string SettingsText() {
    return Format(R"({{"url":"{}/hook","secret":"s3cret","properties":["email"]}})",
                  receiver_.url());
  }

  CordialAccount cordial_{"k", clock_, random_};
  Control control_{{.cordial = [this](const auto& task) { task(cordial_); },
                    .amplitude = [this](const auto& task) { task(project_); },
                    .pushes = &pusher_}};
};

TEST_F(ControlPushesTest, MakesAPushAndAnswersWithItsFirstRun) {
  const http::Reply reply = Send("PUT", "/pushes/vip1", SettingsText());
  EXPECT_EQ(reply.response.status, 200);
  EXPECT_EQ(BodyOf(reply),
            (Json{{"run", 1},
                  {"state", "succeeded"},
                  {"started_at", "2026-11-21T06:00:00Z"},
                  {"finished_at", "2026-11-21T06:00:00Z"},
                  {"entered", 3},
                  {"left", 0},
                  {"skipped", 0},
                  {"messages", 1},
                  {"requests", 1},
                  {"repeats", 0},
                  {"answers", {{"200", 1}}},
                  {"last_problem", nullptr},
                  {"error", nullptr}}));
}

TEST_F(ControlPushesTest, RunsItAgainAndShowsIt) {
  Send("PUT", "/pushes/vip1", SettingsText());
  receiver_.Next({PushReceiver::Status(500, "no")});
  switches().retries = 0;
  Enter({"d@example.com"});
  const Json run = BodyOf(Send("POST", "/pushes/vip1/run"));
  EXPECT_EQ(run.at("state"), "failed");
  EXPECT_EQ(run.at("error"), "POST /hook: http 500: no, at attempt 1");
  const Json push = BodyOf(Send("GET", "/pushes/vip1"));
  EXPECT_EQ(push.at("cohort"), "vip1");
  EXPECT_EQ(push.at("kind"), "webhook");
  EXPECT_EQ(push.at("url"), receiver_.url() + "/hook");
  EXPECT_EQ(push.at("headers"), (Json{"Authorization"}));
  EXPECT_EQ(push.at("frequency"), "hourly");
  EXPECT_EQ(push.at("state"), "failing");
  EXPECT_THAT(push.at("runs"), SizeIs(2));
  EXPECT_EQ(BodyOf(Send("GET", "/pushes")), (Json{{"pushes", {push}}}));
}

TEST_F(ControlPushesTest, DoesNotWaitWhenItIsTold) {
  receiver_.Next({PushReceiver::Late()});
  switches().timeout_ms = 3'600'000;
  const http::Reply reply = Send("PUT", "/pushes/vip1?wait=false", SettingsText());
  EXPECT_EQ(reply.response.status, 202);
  EXPECT_EQ(BodyOf(reply), (Json{{"run", 1}, {"state", "running"}}));
  EXPECT_EQ(BodyOf(Send("GET", "/pushes/vip1")).at("runs").at(0).at("state"), "running");
  ExpectProblem(
      Send("POST", "/pushes/vip1/run"), 409, "run 1 of the push of cohort 'vip1' is under way");
  ExpectProblem(
      Send("DELETE", "/pushes/vip1"), 409, "run 1 of the push of cohort 'vip1' is under way");
}

TEST_F(ControlPushesTest, ShowsAndForgetsWhatWasSent) {
  Send("PUT", "/pushes/vip1", SettingsText());
  const Json log = BodyOf(Send("GET", "/requests?service=pushes&path=/hook"));
  EXPECT_EQ(log.at("counts"), (Json{{"POST 200", 1}}));
  EXPECT_EQ(log.at("requests").at(0).at("headers"), Json::object());
  Send("DELETE", "/requests");
  EXPECT_EQ(BodyOf(Send("GET", "/requests?service=pushes")).at("matching"), 0);
}

TEST_F(ControlPushesTest, ResumesAndRemoves) {
  Send("PUT", "/pushes/vip1", SettingsText());
  ASSERT_TRUE(project_.ChangeCohort("vip1", std::nullopt, true));
  Send("POST", "/pushes/vip1/run");
  EXPECT_EQ(BodyOf(Send("GET", "/pushes/vip1")).at("state"), "paused");
  EXPECT_EQ(BodyOf(Send("POST", "/pushes/vip1/resume")).at("state"), "failing");
  EXPECT_EQ(Send("DELETE", "/pushes/vip1").response.status, 200);
  ExpectProblem(Send("GET", "/pushes/vip1"), 404, "no push of cohort 'vip1'");
}

TEST_F(ControlPushesTest, NamesWhatItCannotDo) {
  ExpectProblem(Send("PUT", "/pushes/none", SettingsText()), 404, "no cohort 'none'");
  ExpectProblem(Send("PUT", "/pushes/vip1", R"({"url":"http://example.com"})"),
                422,
                "'url': base url 'http://example.com': plain http is accepted for loopback "
                "addresses only; use https");
  ExpectProblem(Send("POST", "/pushes/vip1/run"), 404, "no push of cohort 'vip1'");
  ExpectProblem(Send("POST", "/pushes/vip1/resume"), 404, "no push of cohort 'vip1'");
  ExpectProblem(Send("DELETE", "/pushes/vip1"), 404, "no push of cohort 'vip1'");
  ExpectProblem(
      Send("PATCH", "/pushes/vip1"), 404, "no route 'PATCH /pushes/vip1'; GET / lists them");
}

}  // namespace
}  // namespace cohort_sync::simulator
