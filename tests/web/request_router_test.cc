#include "web/request_router.h"

#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace cohort_sync::web {
namespace {

// Answers with its name, and records what it was asked.
class NamedHandler final : public http::RequestHandler {
 public:
  explicit NamedHandler(std::string name) : name_(std::move(name)) {}

  http::Admission Admit(const http::Request& head) override {
    admitted.push_back(head.target);
    return {.refusal = {}, .max_body_bytes = 7};
  }
  http::Reply Refuse(const http::Request& /*head*/, int status) override {
    return http::ReplyWith(status, "text/plain", name_);
  }
  void Handle(http::Request /*request*/, http::Responder responder) override {
    responder.Send(http::ReplyWith(200, "text/plain", name_));
  }

  std::vector<std::string> admitted;

 private:
  std::string name_;
};

class RequestRouterTest : public testing::Test {
 protected:
  RequestRouterTest() {
    router_.Add("/", page_);
    router_.Add("/v1/", events_);
    router_.Add("/metrics", metrics_);
  }

  std::string AnswerTo(std::string target) {
    std::string answer;
    http::Responder responder([&](const http::Reply& reply) { answer = reply.response.body; });
    router_.Handle({.target = std::move(target)}, std::move(responder));
    return answer;
  }

  NamedHandler page_{"page"};
  NamedHandler events_{"events"};
  NamedHandler metrics_{"metrics"};
  RequestRouter router_;
};

TEST_F(RequestRouterTest, TheLongestPathThatFitsDecides) {
  EXPECT_EQ(AnswerTo("/"), "page");
  EXPECT_EQ(AnswerTo("/app.js"), "page");
  EXPECT_EQ(AnswerTo("/v1/runs"), "events");
  EXPECT_EQ(AnswerTo("/v1"), "page");
  EXPECT_EQ(AnswerTo("/metrics"), "metrics");
  EXPECT_EQ(AnswerTo("/metrics?name=x"), "metrics");
  EXPECT_EQ(AnswerTo("/metrics/more"), "page");
}

TEST_F(RequestRouterTest, TheSameHandlerAdmitsAndRefuses) {
  EXPECT_EQ(router_.Admit({.target = "/v1/runs"}).max_body_bytes, 7U);
  EXPECT_EQ(events_.admitted, (std::vector<std::string>{"/v1/runs"}));
  EXPECT_EQ(router_.Refuse({.target = "/metrics"}, 413).response.body, "metrics");
}

TEST(RequestRouter, APathThatNobodyHasIsNotFound) {
  RequestRouter router;
  NamedHandler metrics("metrics");
  router.Add("/metrics", metrics);
  const http::Admission admission = router.Admit({.target = "/other"});
  ASSERT_TRUE(admission.refusal);
  EXPECT_EQ(admission.refusal->response.status, 404);
  EXPECT_TRUE(metrics.admitted.empty());
}

}  // namespace
}  // namespace cohort_sync::web
