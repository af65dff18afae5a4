#include "http/recording_client.h"

#include <mutex>

#include <gmock/gmock.h>

#include "support/fake_clock.h"
#include "support/scripted_http_client.h"

namespace cohort_sync::http {
namespace {

using ::testing::SizeIs;

constexpr const char* kOrigin = "https://api.example.com";

class RecordingClientTest : public ::testing::Test {
 protected:
  ScriptedAnswer After(Duration time, ScriptedAnswer answer) {
    answer.before_answer = [this, time] { clock_.Advance(time); };
    return answer;
  }
  std::unique_ptr<Client> Make() {
    return MakeRecordingClient(
        kOrigin, script_.MakeClient(kOrigin), clock_, [this](const Exchange& exchange) {
          const std::lock_guard lock(mutex_);
          recorded_.push_back(exchange);
        });
  }

  FakeClock clock_;
  HttpScript script_;
  std::mutex mutex_;
  std::vector<Exchange> recorded_;
};

TEST_F(RecordingClientTest, TellsTheRequestAndItsAnswer) {
  script_.On("PUT /a?b=c", {After(Duration(25), Response{.status = 422, .body = "no"})});
  const Answer answer =
      Make()->SendAndWait({.method = "PUT", .target = "/a?b=c", .body = "please"});
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->body, "no");
  ASSERT_THAT(recorded_, SizeIs(1));
  const Exchange& exchange = recorded_.front();
  EXPECT_EQ(exchange.base_url, kOrigin);
  EXPECT_EQ(exchange.sent_at, FakeClock::kStart);
  EXPECT_EQ(exchange.took, Duration(25));
  EXPECT_EQ(exchange.request.method, "PUT");
  EXPECT_EQ(exchange.request.target, "/a?b=c");
  EXPECT_EQ(exchange.request.body, "please");
  EXPECT_EQ(exchange.response->status, 422);
  EXPECT_EQ(exchange.response->body, "no");
  EXPECT_FALSE(exchange.failure);
  EXPECT_FALSE(exchange.downloaded);
}

TEST_F(RecordingClientTest, TellsWhyThereIsNoAnswer) {
  script_.On("GET /a", {Failure{FailureKind::kTimedOut, "too late"}});
  const Answer answer = Make()->SendAndWait({.target = "/a"});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, FailureKind::kTimedOut);
  ASSERT_THAT(recorded_, SizeIs(1));
  EXPECT_EQ(recorded_.front().failure->message, "too late");
  EXPECT_FALSE(recorded_.front().response);
}

TEST_F(RecordingClientTest, TellsTheSizeOfADownloadAndPassesItOn) {
  script_.On("GET /file",
             {Response{.status = 200, .headers = {{"Age", "1"}}, .body = "0123456789"}});
  std::string read;
  const Answer answer = Make()->Download(
      {.target = "/file"},
      1'000,
      [](const Response&) { return true; },
      [&](std::string_view data) {
        read += data;
        return true;
      },
      {});
  ASSERT_TRUE(answer);
  EXPECT_EQ(read, "0123456789");
  ASSERT_THAT(recorded_, SizeIs(1));
  EXPECT_EQ(recorded_.front().downloaded, 10U);
  EXPECT_EQ(recorded_.front().response->status, 200);
  EXPECT_EQ(recorded_.front().response->body, "");
  EXPECT_EQ(recorded_.front().response->headers.Find("Age"), "1");
}

TEST_F(RecordingClientTest, TellsWhatADownloadThatBrokeOffHadAnswered) {
  ScriptedAnswer cut(Response{.status = 200, .headers = {}, .body = "0123456789"});
  cut.cut_after = 5;
  script_.On("GET /file", {cut});
  const Answer answer = Make()->Download(
      {.target = "/file"},
      1'000,
      [](const Response&) { return true; },
      [](std::string_view) { return true; },
      {});
  ASSERT_FALSE(answer);
  ASSERT_THAT(recorded_, SizeIs(1));
  EXPECT_EQ(recorded_.front().response->status, 200);
  EXPECT_EQ(recorded_.front().downloaded, 5U);
  EXPECT_EQ(recorded_.front().failure->kind, FailureKind::kCutOff);
}

}  // namespace
}  // namespace cohort_sync::http
