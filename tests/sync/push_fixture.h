// A pushed cohort: the world of sync_world.h with an inbox and short words for what is pushed.
#ifndef COHORT_SYNC_TESTS_SYNC_PUSH_FIXTURE_H_
#define COHORT_SYNC_TESTS_SYNC_PUSH_FIXTURE_H_

#include <future>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "storage/sqlite_inbox.h"
#include "support/fake_push_format.h"
#include "sync/sync_world.h"

namespace cohort_sync {

class PushTest : public testing::Test {
 protected:
  PushTest() {
    world_.target.source = nullptr;
    Open();
  }

  // As after the end of a process and the start of the next.
  void Open() {
    inbox_.reset();
    inbox_ = std::move(
        SqliteInbox::Open(InboxPathOf(world_.path()), world_.clock, world_.random).value());
    world_.target.push = PushInput{inbox_.get(), &format_};
    world_.Reopen();
  }
  // The cohort is also read as a whole, now and then.
  void Reconciles() { world_.target.source = &world_.source; }

  // What Amplitude computed `seconds` after the epoch of the test.
  void Enter(int seconds, const std::string& body) {
    Put(PushKind::kWebhook, ChangeDirection::kEnter, seconds, body);
  }
  void Leave(int seconds, const std::string& body) {
    Put(PushKind::kWebhook, ChangeDirection::kLeave, seconds, body);
  }
  void AddToList(const std::string& body) {
    Put(PushKind::kList, ChangeDirection::kEnter, std::nullopt, body);
  }
  void RemoveFromList(const std::string& body) {
    Put(PushKind::kList, ChangeDirection::kLeave, std::nullopt, body);
  }

  std::optional<RunReport> Push(const RunOptions& options = {}) {
    if (last_stored_.valid()) {
      EXPECT_EQ(last_stored_.get().value(), InboxOutcome::kStored);
    }
    return world_.runner().Push(world_.target, options);
  }
  std::optional<RunReport> Approve(std::int64_t removals) {
    RunOptions options;
    options.approval.removals = removals;
    return Push(options);
  }

  [[nodiscard]] TimePoint At(int seconds) const { return epoch_ + std::chrono::seconds(seconds); }
  [[nodiscard]] BindingStatus Status() const { return world_.history()->Bindings().at(0); }

  void Put(PushKind kind,
           ChangeDirection direction,
           std::optional<int> seconds,
           const std::string& body) {
    ReceivedBatch received;
    received.head.kind = kind;
    received.head.cohort = world_.target.key.cohort;
    received.head.cohort_name = "Active Users";
    received.head.direction = direction;
    if (seconds) received.head.computed_at = At(*seconds);
    received.head.members = 1;
    received.received_at = world_.clock.Now();
    received.body = body;
    auto stored = std::make_shared<std::promise<Result<InboxOutcome>>>();
    last_stored_ = stored->get_future();
    inbox_->Store(std::move(received), [stored](Result<InboxOutcome> outcome) {
      stored->set_value(std::move(outcome));
    });
  }

  SyncWorld world_;
  FakePushFormat format_;
  std::unique_ptr<SqliteInbox> inbox_;

 private:
  std::future<Result<InboxOutcome>> last_stored_;  // What was put before it is stored as well.
  const TimePoint epoch_ = std::chrono::floor<std::chrono::seconds>(world_.clock.Now());
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_TESTS_SYNC_PUSH_FIXTURE_H_
