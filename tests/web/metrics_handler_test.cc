#include "web/metrics_handler.h"

#include <condition_variable>
#include <memory>
#include <mutex>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/log.h"
#include "http/raw_socket.h"
#include "support/exposition.h"
#include "support/fake_clock.h"
#include "web/metrics_world.h"

namespace cohort_sync::web {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ScriptedFigures final : public FiguresSource {
 public:
  Result<DaemonFigures> Read() override {
    std::unique_lock lock(mutex_);
    ++reads_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return !held_; });
    if (!failure_.empty()) return Fail(ErrorCode::kUnavailable, failure_);
    DaemonFigures figures;
    figures.syncs.push_back(BusySync("9apg8e8f", "activeusers"));
    return figures;
  }
  void FailWith(const std::string& why) { failure_ = why; }
  void Hold() { held_ = true; }
  void WaitForRead() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return reads_ > 0; });
  }
  void Release() {
    const std::lock_guard lock(mutex_);
    held_ = false;
    changed_.notify_all();
  }
  int reads() {
    const std::lock_guard lock(mutex_);
    return reads_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::string failure_;
  bool held_ = false;
  int reads_ = 0;
};

class MetricsHandlerTest : public ::testing::Test {
 protected:
  MetricsHandlerTest() {
    SetLogLevel(LogLevel::kOff);
    handler_ = std::make_unique<MetricsHandler>(MetricsParts{figures,
                                                             meter,
                                                             health,
                                                             clock,
                                                             "1.2.3",
                                                             [this] { return server_->Counts(); },
                                                             [] { return std::nullopt; }});
    server_ = http::GuardedServer::Start({}, *handler_).value();
  }
  ~MetricsHandlerTest() override { SetLogLevel(LogLevel::kWarning); }
  MetricsHandlerTest(const MetricsHandlerTest&) = delete;
  MetricsHandlerTest& operator=(const MetricsHandlerTest&) = delete;

  http::RawConnection Ask() {
    http::RawConnection connection = http::RawConnection::To(server_->port());
    connection.Write("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
    return connection;
  }
  static std::string BodyOf(const std::string& message) {
    return message.substr(message.find("\r\n\r\n") + 4);
  }

  ScriptedFigures figures;
  DaemonMeter meter;
  FakeClock clock;
  DaemonHealth health{clock};
  std::unique_ptr<MetricsHandler> handler_;
  std::unique_ptr<http::GuardedServer> server_;
};

TEST_F(MetricsHandlerTest, AnswersInTheFormatThatPrometheusReads) {
  const std::string message = Ask().ReadMessage();
  EXPECT_THAT(message, HasSubstr("HTTP/1.1 200 "));
  EXPECT_THAT(message, HasSubstr("Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"));
  const Exposition all = ParseExposition(BodyOf(message));
  EXPECT_THAT(all.problems, IsEmpty());
  EXPECT_EQ(all.Value("cohort_sync_http_open_connections"), 1);
  EXPECT_EQ(all.Value("cohort_sync_ready"), 0);
}

TEST_F(MetricsHandlerTest, StateThatCannotBeReadIsSaid) {
  figures.FailWith("'state.db' cannot be opened");
  const std::string message = Ask().ReadMessage();
  EXPECT_THAT(message, HasSubstr("HTTP/1.1 503 "));
  EXPECT_EQ(BodyOf(message), "'state.db' cannot be opened\n");
}

TEST_F(MetricsHandlerTest, ServerGoesOnWhileTheStateIsRead) {
  figures.Hold();
  http::RawConnection first = Ask();
  figures.WaitForRead();
  EXPECT_EQ(server_->Counts().open_connections, 1U);
  http::RawConnection second = Ask();
  http::RawConnection third = Ask();
  while (server_->Counts().connections < 3) {
  }
  figures.Release();
  EXPECT_THAT(first.ReadMessage(), HasSubstr("HTTP/1.1 200 "));
  EXPECT_THAT(second.ReadMessage(), HasSubstr("HTTP/1.1 200 "));
  EXPECT_THAT(third.ReadMessage(), HasSubstr("HTTP/1.1 200 "));
  EXPECT_LE(figures.reads(), 3);
}

}  // namespace
}  // namespace cohort_sync::web
