// The real daemon tells what changed, over restarts.
#include <csignal>
#include <string>
#include <thread>
#include <vector>

#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/format.h"
#include "end_to_end/cordial_world.h"
#include "support/recording_endpoint.h"

namespace cohort_sync {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class NotificationsTest : public CordialWorld {
 protected:
  NotificationsTest() {
    WriteConfig(Format(
        R"("syncs": [{}],
           "notifications": [{{"url": "env:NOTIFICATIONS_TEST_HOOK", "format": "json"}}])",
        SyncOf("vip", "vips")));
  }

  [[nodiscard]] Process StartWithHook(const std::vector<std::string>& words) const {
    std::vector<std::string> all = {"--log-level", "info"};
    all.insert(all.end(), words.begin(), words.end());
    return Start(all, {Format("NOTIFICATIONS_TEST_HOOK={}/hook/secret-path", endpoint_.url())});
  }
  static constexpr bool kAllSent = true;
  // Serves until so many messages have come in all, and, where asked for, the state knows that they
  // were sent.
  std::string ServeUntil(std::size_t messages, bool all_sent = false) {
    Process daemon = StartWithHook({"serve"});
    endpoint_.WaitFor(messages);
    while (all_sent && Waiting() > 0)
      std::this_thread::yield();
    daemon.Signal(SIGTERM);
    EXPECT_EQ(daemon.Wait(), 0) << daemon.output();
    return daemon.output();
  }
  [[nodiscard]] int Waiting() const {
    const SQLite::Database database(directory_.File("state.db"), SQLite::OPEN_READONLY, 5000);
    SQLite::Statement count(database, "SELECT count(*) FROM notifications");
    count.executeStep();
    return count.getColumn(0).getInt();
  }
  std::vector<std::string> Events() {
    std::vector<std::string> events;
    for (const std::string& body : endpoint_.bodies())
      events.push_back(nlohmann::json::parse(body)["event"]);
    return events;
  }

  RecordingEndpoint endpoint_;
};

TEST_F(NotificationsTest, FailureAndItsEndAreToldOnceOverRestarts) {
  EXPECT_THAT(ServeUntil(1, kAllSent), Not(HasSubstr("secret-path")));
  EXPECT_THAT(Events(), ElementsAre("failed"));
  EXPECT_EQ(endpoint_.requests()[0].target, "/hook/secret-path");
  directory_.Write("vip.txt", "anna@example.com\n");
  Process sync = StartWithHook({"sync"});
  EXPECT_EQ(sync.Wait(), 0) << sync.output();
  ServeUntil(2, kAllSent);
  EXPECT_THAT(Events(), ElementsAre("failed", "recovered"));
  EXPECT_EQ(nlohmann::json::parse(endpoint_.bodies()[1])["of"], "failed");
}

TEST_F(NotificationsTest, MessageThatCouldNotBeSentIsSentByTheNextStart) {
  endpoint_.AnswerNext(http::ReplyWith(503));
  ServeUntil(1);
  ServeUntil(2, kAllSent);
  EXPECT_THAT(Events(), ElementsAre("failed", "failed"));
  EXPECT_EQ(endpoint_.bodies()[0], endpoint_.bodies()[1]);
}

}  // namespace
}  // namespace cohort_sync
