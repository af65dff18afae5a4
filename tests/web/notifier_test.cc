#include "web/notifier.h"

#include <atomic>
#include <functional>
#include <memory>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/log.h"
#include "support/fake_clock.h"
#include "support/fake_random.h"
#include "support/recording_endpoint.h"

namespace cohort_sync::web {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// What a state keeps, in memory.
class FakeOutbox final : public NotificationOutbox {
 public:
  RaisedAlerts Raised() override { return raised; }
  std::vector<OutgoingNotification> Waiting() override { return waiting; }
  std::vector<OutgoingNotification> Add(const RaisedAlerts& now,
                                        std::vector<OutgoingNotification> messages) override {
    raised = now;
    for (OutgoingNotification& message : messages) {
      message.id = ++last_id_;
      waiting.push_back(message);
    }
    return messages;
  }
  void Remove(const std::vector<std::int64_t>& ids) override {
    for (const std::int64_t id : ids)
      std::erase_if(waiting, [&](const auto& message) { return message.id == id; });
  }

  RaisedAlerts raised;
  std::vector<OutgoingNotification> waiting;

 private:
  std::int64_t last_id_ = 0;
};

// One sync, whose newest run failed or did not.
class FailingSync final : public FiguresSource {
 public:
  Result<DaemonFigures> Read() override {
    if (broken) return Fail(ErrorCode::kUnavailable, "the disk is gone");
    DaemonFigures figures;
    SyncFigures& sync = figures.syncs.emplace_back();
    sync.key.cohort = CohortId("vip");
    sync.last_run.emplace().state = failed ? RunState::kFailed : RunState::kSucceeded;
    return figures;
  }
  std::atomic<bool> failed = false;
  std::atomic<bool> broken = false;
};

class NotificationDeskTest : public ::testing::Test {
 protected:
  NotificationDeskTest() { SetLogLevel(LogLevel::kOff); }
  ~NotificationDeskTest() override { SetLogLevel(LogLevel::kWarning); }
  NotificationDeskTest(const NotificationDeskTest&) = delete;
  NotificationDeskTest& operator=(const NotificationDeskTest&) = delete;

  [[nodiscard]] NotificationTarget Target(const std::string& name = "env:HOOK") const {
    return {.name = name,
            .url = endpoint_.url() + "/hook?x=1",
            .events = {AlertKind::kFailed, AlertKind::kHeld}};
  }
  NotifierParts Parts(std::vector<NotificationTarget> targets) {
    return {figures,
            outbox,
            tasks_,
            clock,
            random_,
            AlertThresholds(),
            std::move(targets),
            http::MakeClient};
  }
  // As a new process.
  void Start(std::vector<NotificationTarget> targets) {
    desk_ = std::make_unique<NotificationDesk>(Parts(std::move(targets)));
  }
  // What is logged meanwhile.
  static std::string LogOf(const std::function<void()>& act) {
    SetLogLevel(LogLevel::kWarning);
    testing::internal::CaptureStderr();
    act();
    SetLogLevel(LogLevel::kOff);
    return testing::internal::GetCapturedStderr();
  }
  Duration Step() { return desk_->Step(true, {}); }
  // "failed" or "recovered", of what arrived.
  std::vector<std::string> Arrived() {
    std::vector<std::string> events;
    for (const std::string& body : endpoint_.bodies())
      events.push_back(nlohmann::json::parse(body)["event"]);
    return events;
  }

  RecordingEndpoint endpoint_;
  FailingSync figures;
  FakeOutbox outbox;
  FakeClock clock;
  FakeRandom random_{1};
  TaskQueue tasks_{std::make_shared<Wakeup>()};
  std::unique_ptr<NotificationDesk> desk_;
};

TEST_F(NotificationDeskTest, ChangeIsSentOnceAsJson) {
  Start({Target()});
  Step();
  EXPECT_THAT(Arrived(), IsEmpty());
  figures.failed = true;
  Step();
  Step();
  EXPECT_THAT(Arrived(), ElementsAre("failed"));
  const http::Request request = endpoint_.requests().at(0);
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.target, "/hook?x=1");
  EXPECT_EQ(request.headers.Find("Content-Type"), "application/json");
  figures.failed = false;
  Step();
  EXPECT_THAT(Arrived(), ElementsAre("failed", "recovered"));
  EXPECT_THAT(outbox.waiting, IsEmpty());
  EXPECT_THAT(outbox.raised, IsEmpty());
}

TEST_F(NotificationDeskTest, RestartNeitherRepeatsNorLosesOne) {
  endpoint_.AnswerNext(http::ReplyWith(503));
  Start({Target()});
  figures.failed = true;
  Step();
  EXPECT_THAT(outbox.waiting, SizeIs(1));
  Start({Target()});
  Step();
  EXPECT_THAT(Arrived(), ElementsAre("failed", "failed"));  // The first was answered 503.
  EXPECT_THAT(outbox.waiting, IsEmpty());
  Start({Target()});
  Step();
  EXPECT_THAT(Arrived(), SizeIs(2));
}

TEST_F(NotificationDeskTest, TriesAgainAfterAPauseAndKeepsTheOrder) {
  http::Reply busy = http::ReplyWith(429);
  busy.response.headers.Add("Retry-After", "30");
  endpoint_.AnswerNext(busy);
  Start({Target()});
  figures.failed = true;
  EXPECT_THAT(LogOf([this] { Step(); }),
              HasSubstr("notification 'env:HOOK' is tried again: it answers 429"));
  figures.failed = false;
  Step();
  EXPECT_THAT(Arrived(), ElementsAre("failed"));
  EXPECT_GE(desk_->Step(false, {}), std::chrono::seconds(25));
  clock.Advance(std::chrono::seconds(31));
  Step();
  Step();
  EXPECT_THAT(Arrived(), ElementsAre("failed", "failed", "recovered"));
}

TEST_F(NotificationDeskTest, RefusedMessageIsDroppedAndTheNextOneGoes) {
  endpoint_.AnswerNext(http::ReplyWith(404, "text/plain", "no_service"));
  Start({Target()});
  figures.failed = true;
  EXPECT_THAT(LogOf([this] { Step(); }),
              HasSubstr("a message for notification 'env:HOOK' of 2026-11-21T06:00:00Z is dropped: "
                        "it answers 404 'no_service'"));
  EXPECT_THAT(outbox.waiting, IsEmpty());
  figures.failed = false;
  Step();
  EXPECT_THAT(Arrived(), ElementsAre("failed", "recovered"));
}

TEST_F(NotificationDeskTest, MessageThatNobodyTakesForADayIsDropped) {
  NotificationTarget nowhere = Target();
  nowhere.url = "http://127.0.0.1:1/";
  Start({nowhere});
  figures.failed = true;
  Step();
  EXPECT_THAT(outbox.waiting, SizeIs(1));
  clock.Advance(kLongestNotificationDelay);
  Step();
  EXPECT_THAT(outbox.waiting, IsEmpty());
}

TEST_F(NotificationDeskTest, AddressThatIsNoneIsSaidAndTheOthersAreTold) {
  NotificationTarget bad = Target("env:BAD");
  bad.url = "hooks.example.com";
  EXPECT_THAT(LogOf([&] {
                Start({bad, Target()});
              }),
              HasSubstr("notification 'env:BAD' cannot be sent: its value is not an address; write "
                        "it as in \"https://host/path\""));
  figures.failed = true;
  Step();
  EXPECT_THAT(Arrived(), ElementsAre("failed"));
  EXPECT_THAT(outbox.waiting, IsEmpty());
}

TEST_F(NotificationDeskTest, EachAddressHasItsEventsItsFormAndItsPace) {
  RecordingEndpoint slack;
  NotificationTarget other = Target("env:SLACK");
  other.url = slack.url();
  other.form = NotificationForm::kSlack;
  NotificationTarget deaf = Target("env:OTHER");
  deaf.events = {AlertKind::kBudget};
  slack.AnswerNext(http::ReplyWith(500));
  Start({other, deaf, Target()});
  figures.failed = true;
  Step();
  EXPECT_THAT(Arrived(), ElementsAre("failed"));
  ASSERT_THAT(slack.bodies(), SizeIs(1));
  EXPECT_TRUE(nlohmann::json::parse(slack.bodies()[0]).contains("text"));
  EXPECT_THAT(outbox.waiting, SizeIs(1));
}

TEST_F(NotificationDeskTest, MessagesForAnAddressThatIsNoLongerConfiguredAreDropped) {
  outbox.waiting.push_back({.id = 7, .target = "env:OLD", .created_at = clock.Now(), .body = "{}"});
  EXPECT_THAT(
      LogOf([this] { Start({Target()}); }),
      HasSubstr("a message for notification 'env:OLD' is dropped: nothing is sent there any "
                "more"));
  Step();
  EXPECT_THAT(outbox.waiting, IsEmpty());
  EXPECT_THAT(endpoint_.bodies(), IsEmpty());
}

TEST_F(NotificationDeskTest, TooManyThatWaitAreNotAddedTo) {
  for (std::int64_t id = 1; id <= std::int64_t{kMostWaitingNotifications}; ++id)
    outbox.waiting.push_back({.id = -id,
                              .target = "env:HOOK",
                              .created_at = clock.Now(),
                              .body = "{\"event\":\"old\"}"});
  endpoint_.AnswerNext(http::ReplyWith(503));
  Start({Target()});
  figures.failed = true;
  EXPECT_THAT(LogOf([this] { Step(); }),
              HasSubstr("notification 'env:HOOK' has 1000 messages waiting: 'cohort 'vip': run 0 "
                        "failed: ' is dropped"));
  EXPECT_THAT(outbox.waiting, SizeIs(kMostWaitingNotifications));
  EXPECT_THAT(outbox.raised, SizeIs(1));
}

TEST_F(NotificationDeskTest, StateThatCannotBeReadIsLookedAtAgain) {
  Start({Target()});
  figures.broken = true;
  figures.failed = true;
  EXPECT_THAT(LogOf([this] { Step(); }),
              HasSubstr("notifications: the state could not be looked at: the disk is gone"));
  figures.broken = false;
  EXPECT_EQ(desk_->Step(false, {}), std::chrono::minutes(1));
  EXPECT_THAT(Arrived(), IsEmpty());
  clock.Advance(std::chrono::minutes(1));
  desk_->Step(false, {});
  EXPECT_THAT(Arrived(), ElementsAre("failed"));
}

TEST_F(NotificationDeskTest, ThreadAsksTheOwnerOfTheStateAndEndsWithIt) {
  figures.failed = true;
  auto wakeup = std::make_shared<Wakeup>();
  TaskQueue tasks(wakeup);
  NotifierParts parts{
      figures, outbox, tasks, clock, random_, AlertThresholds(), {Target()}, http::MakeClient};
  Notifier notifier(std::move(parts));
  while (outbox.raised.empty()) {
    wakeup->Wait(std::chrono::seconds(10), {});
    tasks.RunAll();
  }
  endpoint_.WaitFor(1);
  tasks.Close();
}

}  // namespace
}  // namespace cohort_sync::web
