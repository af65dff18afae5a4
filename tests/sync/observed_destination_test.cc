#include "sync/observed_destination.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/fake_clock.h"
#include "support/fake_list_destination.h"

namespace cohort_sync {
namespace {

using ::testing::ElementsAre;

class RecordingObserver final : public CallObserver {
 public:
  void Called(const ObservedCall& call) override {
    seen.push_back(call.destination.value() + " " + std::string(ToString(call.kind)) + " " +
                   call.lane +
                   (call.answer.verdict == Verdict::kDelivered ? " delivered" : " not"));
  }
  std::vector<std::string> seen;
};

class ObservedDestinationTest : public ::testing::Test {
 protected:
  ObservedDestinationTest() {
    auto fake = std::make_unique<FakeListDestination>(clock_);
    fake_ = fake.get();
    fake_->MakeList("vip");
    observed_ = ObserveCalls(DestinationName("cordial"), std::move(fake), observer_);
  }

  FakeClock clock_;
  RecordingObserver observer_;
  FakeListDestination* fake_ = nullptr;
  std::unique_ptr<ListDestination> observed_;
};

TEST_F(ObservedDestinationTest, EachAnswerIsToldOnceAndPassedOn) {
  ScriptedVerdict refused;
  refused.verdict = Verdict::kRefused;
  fake_->Always("bob", refused);
  std::vector<Verdict> answers;
  const auto deliver = [&](OperationKind kind, const std::string& contact) {
    observed_->Deliver({kind, contact, ListName("vip")},
                       [&](const DeliveryAnswer& answer) { answers.push_back(answer.verdict); });
  };
  deliver(OperationKind::kAdd, "anna");
  deliver(OperationKind::kAdd, "bob");
  deliver(OperationKind::kRemove, "anna");
  EXPECT_THAT(answers, ElementsAre(Verdict::kDelivered, Verdict::kRefused, Verdict::kDelivered));
  const std::string add = fake_->LaneOf(OperationKind::kAdd);
  const std::string remove = fake_->LaneOf(OperationKind::kRemove);
  EXPECT_THAT(observer_.seen,
              ElementsAre("cordial add " + add + " delivered",
                          "cordial add " + add + " not",
                          "cordial remove " + remove + " delivered"));
}

TEST_F(ObservedDestinationTest, EverythingElseIsTheDestinations) {
  EXPECT_EQ(observed_->endpoint(), fake_->endpoint());
  EXPECT_EQ(observed_->request_timeout(), fake_->request_timeout());
  EXPECT_EQ(observed_->ListNameFor("active users").value(), ListName("activeusers"));
  EXPECT_EQ(observed_->CheckListName("vip").value(), ListName("vip"));
  const auto found = observed_->FindList(ListName("vip"));
  ASSERT_TRUE(found && *found);
  EXPECT_EQ(observed_->EnsureList(ListName("vip")).value().id, (*found)->id);
  EXPECT_EQ(observed_->CountContacts((*found)->id).value(), 0);
  EXPECT_TRUE(observed_->ClearList((*found)->id));
  EXPECT_TRUE(observed_->AttributeKeys());
}

}  // namespace
}  // namespace cohort_sync
