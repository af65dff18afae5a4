// Several lists of one account beside each other.
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/format.h"
#include "sync/dispatcher.h"
#include "sync/sync_world.h"

namespace cohort_sync {
namespace {

using namespace std::chrono_literals;
using testing::Each;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class DispatcherSharingTest : public testing::Test {
 protected:
  DispatcherSharingTest() {
    settings_.concurrency = 4;
    settings_.requests_per_second = 0;
  }

  // A list with `add` to be delivered to it.
  BindingId List(const std::string& name, const std::vector<std::string>& add) {
    return world_.Commit(add, {}, name).binding;
  }
  DeliveryOrder Order(BindingId binding, const std::string& name) {
    DeliveryOrder order;
    order.binding = binding;
    order.list = ListName(name);
    order.destination = &world_.destination;
    order.done = [this, name](const DeliveryReport& report) { reports_[name] = report; };
    return order;
  }
  void Begin(const std::string& name, const std::vector<std::string>& add) {
    Dispatching().Begin(Order(List(name, add), name));
  }
  Dispatcher& Dispatching() {
    if (!dispatcher_)
      dispatcher_ = std::make_unique<Dispatcher>(
          world_.store(), world_.clock, world_.random, settings_, wakeup_);
    return *dispatcher_;
  }
  // Until nothing is left to do, as long as answers do not have to be waited for.
  void Run() {
    while (!Dispatching().idle()) {
      Dispatching().Step();
      if (!Dispatching().idle()) world_.clock.Advance(std::max(Dispatching().Rest(), Duration(0)));
    }
  }
  // Contacts of `name` as "name-0@x.org", ...
  static std::vector<std::string> Of(const std::string& name, std::size_t number) {
    std::vector<std::string> contacts;
    for (std::size_t i = 0; i < number; ++i)
      contacts.push_back(Format("{}-{}@x.org", name, i));
    return contacts;
  }
  // The lists of the calls, in order: by the contact's first letter.
  [[nodiscard]] std::string Turns() const {
    std::string turns;
    for (const RecordedCall& call : world_.destination.calls())
      turns += call.contact.front();
    return turns;
  }

  SyncWorld world_;
  DeliverySettings settings_;
  std::shared_ptr<Wakeup> wakeup_ = std::make_shared<Wakeup>();
  std::unique_ptr<Dispatcher> dispatcher_;
  std::map<std::string, DeliveryReport> reports_;
};

TEST_F(DispatcherSharingTest, ListsTakeTurnsAtTheRate) {
  settings_.requests_per_second = 10;
  Begin("a", Of("a", 30));
  Begin("b", Of("b", 10));
  Begin("c", Of("c", 10));
  Run();
  EXPECT_EQ(Turns(), "abcabcabcabcabcabcabcabcabcabcaaaaaaaaaaaaaaaaaaaa");
  EXPECT_EQ(reports_.at("a").counts.delivered, 30);
  EXPECT_EQ(reports_.at("b").counts.delivered, 10);
}

TEST_F(DispatcherSharingTest, AListWhoseCallsHangHoldsUpNobody) {
  for (const std::string& contact : Of("hangs", 20))
    world_.destination.Hang(contact);
  Begin("hangs", Of("hangs", 20));
  Dispatching().Step();
  EXPECT_EQ(Dispatching().in_flight(), 4U);  // Alone it may have the whole window.
  world_.destination.AnswerHanging(2);       // Two places become free.
  Begin("b", Of("b", 50));
  for (int step = 0; step < 200 && !reports_.contains("b"); ++step)
    Dispatching().Step();
  EXPECT_EQ(reports_.at("b").counts.delivered, 50);
  EXPECT_FALSE(reports_.contains("hangs"));
  world_.destination.AnswerHanging(1'000);
  Run();
  EXPECT_EQ(reports_.at("hangs").counts.delivered, 20);
}

TEST_F(DispatcherSharingTest, OneCallIsInFlightForAContactThatIsOnSeveralLists) {
  world_.destination.Hang("anna@x.org");
  Begin("a", {"anna@x.org", "a-1@x.org"});
  Begin("b", {"anna@x.org", "b-1@x.org"});
  Dispatching().Step();
  Dispatching().Step();
  EXPECT_THAT(world_.destination.lines(),
              testing::UnorderedElementsAre("add anna@x.org", "add a-1@x.org", "add b-1@x.org"));
  world_.destination.AnswerHanging(2);
  Run();  // The destination itself fails the test at two calls at once.
  EXPECT_THAT(world_.destination.ContactsOf("a"), testing::Contains("anna@x.org"));
  EXPECT_THAT(world_.destination.ContactsOf("b"), testing::Contains("anna@x.org"));
}

TEST_F(DispatcherSharingTest, ARefusedCredentialEndsAllAndNothingIsSentForAQuarterOfAnHour) {
  world_.destination.Always("a-0@x.org",
                            ScriptedVerdict{Verdict::kDestinationRefused, "401", {}, {}});
  Begin("a", Of("a", 20));
  Begin("b", Of("b", 20));
  Run();
  EXPECT_EQ(reports_.at("a").end, DeliveryEnd::kDestinationStopped);
  EXPECT_EQ(reports_.at("b").end, DeliveryEnd::kDestinationStopped);
  EXPECT_EQ(reports_.at("b").reason, "401");
  world_.destination.ForgetCalls();
  world_.clock.Advance(14min);
  Begin("c", Of("c", 20));
  Run();
  EXPECT_EQ(reports_.at("c").end, DeliveryEnd::kDestinationStopped);
  EXPECT_EQ(reports_.at("c").counts.pending, 20);
  EXPECT_THAT(world_.destination.calls(), IsEmpty());
}

TEST_F(DispatcherSharingTest, OneCallFindsOutWhetherTheCredentialIsTakenAgain) {
  const ScriptedVerdict refused{Verdict::kDestinationRefused, "401", {}, {}};
  world_.destination.FailNext(100, refused);
  Begin("a", Of("a", 20));
  Run();
  world_.destination.ForgetCalls();
  world_.clock.Advance(15min);
  Begin("b", Of("b", 20));
  Run();
  EXPECT_THAT(world_.destination.calls(), SizeIs(1));
  EXPECT_EQ(reports_.at("b").counts.pending, 20);
  world_.clock.Advance(15min);
  world_.destination.ForgetScript();
  Begin("c", Of("c", 20));
  Run();
  EXPECT_EQ(reports_.at("c").counts.delivered, 20);
}

TEST_F(DispatcherSharingTest, FailuresOfOneListAreNoOutageOfTheOthers) {
  for (const std::string& contact : Of("a", 20))
    world_.destination.Always(contact, ScriptedVerdict{Verdict::kUnknown, "http 500", {}, {}});
  Begin("a", Of("a", 20));
  Begin("b", Of("b", 40));
  const SteadyPoint start = world_.clock.Steady();
  while (!reports_.contains("b"))
    Dispatching().Step();
  EXPECT_EQ(world_.clock.Steady(), start);  // Nothing had to be waited for.
  EXPECT_EQ(reports_.at("b").counts.delivered, 40);
  EXPECT_LT(world_.destination.calls().size(), 40 + 10);  // The list is probed, not hammered.
}

TEST_F(DispatcherSharingTest, WhenTheAccountIsAwayOneCallAtATimeProbesForAllOfThem) {
  world_.destination.FailNext(100'000, {Verdict::kNotSent, "no connection", {}, {}});
  Begin("a", Of("a", 20));
  Begin("b", Of("b", 20));
  Begin("c", Of("c", 20));
  for (int step = 0; step < 400 && world_.clock.Steady() < SteadyPoint(10min); ++step) {
    Dispatching().Step();
    world_.clock.Advance(Dispatching().Rest());
  }
  EXPECT_LT(world_.destination.calls().size(), 40U);
  world_.destination.ForgetScript();
  Run();
  for (const auto& [name, report] : reports_)
    EXPECT_EQ(report.counts.delivered, 20) << name;
}

TEST_F(DispatcherSharingTest, AStoppedListEndsAlone) {
  Begin("a", Of("a", 20));
  Begin("b", Of("b", 20));
  world_.destination.DropList("a");
  Run();
  EXPECT_EQ(reports_.at("a").end, DeliveryEnd::kBindingStopped);
  EXPECT_EQ(reports_.at("b").end, DeliveryEnd::kDone);
  EXPECT_EQ(reports_.at("b").counts.delivered, 20);
}

TEST_F(DispatcherSharingTest, KeepsTheCallsAndTheirSums) {
  Begin("a", Of("a", 3));
  Run();
  const auto calls = world_.history()->LastCalls(BindingId(1), 10);
  ASSERT_THAT(calls, SizeIs(3));
  EXPECT_EQ(calls[0].contact, "a-0@x.org");
  const auto& sums = reports_.at("a").counts.by_call;
  ASSERT_THAT(sums, SizeIs(1));
  EXPECT_EQ(sums[0].call, "POST");
  EXPECT_EQ(sums[0].answers.at("200"), 3);
}

TEST_F(DispatcherSharingTest, TellsTheStateHowFarItIsEveryTwoSeconds) {
  settings_.requests_per_second = 1;
  Begin("a", Of("a", 10));
  while (world_.clock.Steady() < SteadyPoint(5s)) {
    Dispatching().Step();
    world_.clock.Advance(Dispatching().Rest());
  }
  const auto status = world_.history()->Bindings().at(0).delivery;
  ASSERT_TRUE(status.has_value());
  EXPECT_EQ(status->progress.total, 10);
  EXPECT_GE(status->progress.done, 3);
  EXPECT_EQ(status->progress.limit.kind, LimitKind::kConfiguredRate);
  EXPECT_EQ(status->progress.limit.per_second, 1);
  Run();
  EXPECT_FALSE(world_.history()->Bindings().at(0).delivery.has_value());
}

}  // namespace
}  // namespace cohort_sync
