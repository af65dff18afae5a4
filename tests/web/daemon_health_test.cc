#include "web/daemon_health.h"

#include <gtest/gtest.h>

#include "http/raw_socket.h"
#include "support/fake_clock.h"
#include "web/request_router.h"

namespace cohort_sync::web {
namespace {

class DaemonHealthTest : public ::testing::Test {
 protected:
  DaemonHealthTest() {
    router_.Add("/healthz", handler_);
    router_.Add("/readyz", handler_);
    server_ = http::GuardedServer::Start({}, router_).value();
  }

  // The status and the body, as "200 ok".
  std::string Get(const std::string& path, const std::string& method = "GET") {
    http::RawConnection connection = http::RawConnection::To(server_->port());
    connection.Write(method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    head_ = connection.ReadMessage();
    return head_.substr(9, 4) + head_.substr(head_.find("\r\n\r\n") + 4);
  }

  FakeClock clock;
  DaemonHealth health{clock};
  std::string head_;

 private:
  HealthHandler handler_{health};
  RequestRouter router_;
  std::unique_ptr<http::GuardedServer> server_;
};

TEST_F(DaemonHealthTest, StartingIsAliveAndNotReady) {
  EXPECT_EQ(Get("/healthz"), "200 ok\n");
  EXPECT_EQ(Get("/readyz"), "503 starting: the schedule is not loaded yet\n");
}

TEST_F(DaemonHealthTest, ServingIsReadyUntilItStops) {
  health.SetServing();
  EXPECT_EQ(Get("/readyz"), "200 ok\n");
  health.SetStopping();
  EXPECT_EQ(Get("/healthz"), "200 ok\n");
  EXPECT_EQ(Get("/readyz"), "503 stopping: nothing new is begun\n");
}

TEST_F(DaemonHealthTest, LoopThatHangsIsNeitherAliveNorReady) {
  health.SetServing();
  clock.Advance(kLongestTurn);
  EXPECT_EQ(Get("/healthz"), "200 ok\n");
  clock.Advance(Duration(5'000));
  EXPECT_EQ(Get("/healthz"), "503 the daemon's loop has not turned for 2 min 5 s\n");
  EXPECT_EQ(Get("/readyz"), "503 the daemon's loop has not turned for 2 min 5 s\n");
  health.Turned();
  EXPECT_EQ(Get("/healthz"), "200 ok\n");
}

TEST_F(DaemonHealthTest, OnlyReadersAreAnswered) {
  EXPECT_EQ(Get("/healthz", "POST"), "405 only GET and HEAD are answered here\n");
  EXPECT_NE(head_.find("Allow: GET, HEAD\r\n"), std::string::npos);
  EXPECT_EQ(Get("/healthz"), "200 ok\n");
  EXPECT_NE(head_.find("Cache-Control: no-store\r\n"), std::string::npos);
  EXPECT_NE(head_.find("Content-Type: text/plain; charset=utf-8\r\n"), std::string::npos);
}

}  // namespace
}  // namespace cohort_sync::web
