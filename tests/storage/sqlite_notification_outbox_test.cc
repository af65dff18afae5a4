#include "storage/sqlite_notification_outbox.h"

#include <gmock/gmock.h>

#include "storage/store_fixture.h"

namespace cohort_sync {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class SqliteNotificationOutboxTest : public StoreTest {
 protected:
  [[nodiscard]] OutgoingNotification To(const std::string& target, const std::string& body) const {
    return {.id = 0, .target = target, .created_at = clock.Now(), .body = body};
  }
  std::vector<std::string> Bodies() {
    std::vector<std::string> bodies;
    for (const OutgoingNotification& waiting : store().notifications().Waiting())
      bodies.push_back(waiting.body);
    return bodies;
  }
};

TEST_F(SqliteNotificationOutboxTest, KeepsWhatIsRaisedAndWhatWaitsOverAReopening) {
  const RaisedAlerts raised = {{"sync web vip cordial", AlertKind::kFailed},
                               {"project web", AlertKind::kBudget}};
  const auto added =
      store().notifications().Add(raised, {To("env:A", "first"), To("env:B", "second")});
  ASSERT_THAT(added, SizeIs(2));
  EXPECT_LT(added[0].id, added[1].id);
  Reopen();
  EXPECT_EQ(store().notifications().Raised(), raised);
  const auto waiting = store().notifications().Waiting();
  ASSERT_THAT(waiting, SizeIs(2));
  EXPECT_EQ(waiting[0].id, added[0].id);
  EXPECT_EQ(waiting[0].target, "env:A");
  EXPECT_EQ(waiting[0].created_at, clock.Now());
  EXPECT_THAT(Bodies(), ElementsAre("first", "second"));
}

TEST_F(SqliteNotificationOutboxTest, WhatWasSentIsGoneAndItsNumberIsNotUsedAgain) {
  const auto first = store().notifications().Add({}, {To("env:A", "first")});
  store().notifications().Remove({first[0].id});
  EXPECT_THAT(Bodies(), IsEmpty());
  const auto second = store().notifications().Add({}, {To("env:A", "second")});
  EXPECT_GT(second[0].id, first[0].id);
}

TEST_F(SqliteNotificationOutboxTest, WhatIsRaisedReplacesWhatWas) {
  static_cast<void>(store().notifications().Add({{"a", AlertKind::kHeld}}, {}));
  static_cast<void>(store().notifications().Add({{"b", AlertKind::kPushGap}}, {}));
  EXPECT_EQ(store().notifications().Raised(), (RaisedAlerts{{"b", AlertKind::kPushGap}}));
}

}  // namespace
}  // namespace cohort_sync
