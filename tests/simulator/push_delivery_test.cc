#include "simulator/push_delivery.h"

#include <mutex>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/fake_clock.h"
#include "support/scripted_http_client.h"

namespace cohort_sync::simulator {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

class PushDeliveryTest : public ::testing::Test {
 protected:
  PushDeliveryTest() { switches_.parallel = 1; }

  static PushRequest Post(const std::string& target) {
    PushRequest request;
    request.make = [target] { return http::Request{.method = "POST", .target = target}; };
    return request;
  }
  static http::Response Status(int status) { return {.status = status}; }
  PushDelivery Delivery() {
    return PushDelivery(*client_, switches_, clock_, stop_.get_token(), [](auto&&...) {});
  }
  std::string Error(const PushRequest& request) {
    const auto sent = Delivery().Send(request);
    return sent ? "(none)" : sent.error().message();
  }

  HttpScript script_;
  std::unique_ptr<http::Client> client_ = script_.MakeClient("http://127.0.0.1:9");
  PushSwitches switches_;
  FakeClock clock_;
  std::stop_source stop_;
};

TEST_F(PushDeliveryTest, PausesDoubleFromOneSecond) {
  script_.Always("POST /x", Status(500));
  EXPECT_EQ(Error(Post("/x")), "POST /x: http 500: , at attempt 9");
  std::vector<std::int64_t> seconds;
  for (const Duration pause : clock_.slept)
    seconds.push_back(pause.count() / 1000);
  EXPECT_THAT(seconds, ElementsAre(1, 2, 4, 8, 16, 32, 64, 128));
}

TEST_F(PushDeliveryTest, RefusalsAreRepeatedUnlessSwitchedOff) {
  switches_.first_retry_ms = 0;
  script_.On("POST /x", {Status(404), Status(200)});
  EXPECT_EQ(Error(Post("/x")), "(none)");
  switches_.retry_refusals = false;
  script_.On("POST /y", {Status(404)});
  EXPECT_EQ(Delivery().Send(Post("/y")).error().code(), ErrorCode::kNotFound);
  script_.On("POST /z", {Status(429), Status(408), Status(503), Status(400)});
  EXPECT_EQ(Error(Post("/z")), "POST /z: http 400: , at attempt 4");
}

TEST_F(PushDeliveryTest, OnlyA200IsASuccess) {
  switches_.retries = 0;
  script_.On("POST /x", {Status(202)});
  EXPECT_EQ(Error(Post("/x")), "POST /x: http 202: , at attempt 1");
}

TEST_F(PushDeliveryTest, NothingIsBegunAfterAFailure) {
  switches_.retries = 0;
  script_.On("POST /1", {Status(200)});
  script_.On("POST /2", {Status(500)});
  EXPECT_EQ(Delivery().SendAll({Post("/1"), Post("/2"), Post("/3")}).error().message(),
            "POST /2: http 500: , at attempt 1");
  EXPECT_THAT(script_.lines(), ElementsAre("POST /1", "POST /2"));
}

TEST_F(PushDeliveryTest, AStopEndsTheRepeats) {
  script_.Always("POST /x", Status(500));
  stop_.request_stop();
  EXPECT_EQ(Error(Post("/x")), "stopped");
  EXPECT_THAT(clock_.slept, SizeIs(0));
}

}  // namespace
}  // namespace cohort_sync::simulator
