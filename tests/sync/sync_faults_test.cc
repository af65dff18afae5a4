// The whole of this folder over the real state, under faults in any order: refusals, throttling,
// lost and late calls, outages, ends of the process anywhere. After healing, the list must be the
// last snapshot.
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/fake_random.h"
#include "sync/sync_world.h"

namespace cohort_sync {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kContacts = 12;

struct PowerCut {};

// Ends the process while answers are on their way into the state.
class CuttingObserver final : public RunObserver {
 public:
  explicit CuttingObserver(FakeRandom& random) : random_(random) {}
  void Delivering(const RunReport& /*run*/, const DeliveryProgress& /*progress*/) override {
    if (random_.OneIn(30)) throw PowerCut();
  }

 private:
  FakeRandom& random_;
};

class FaultyHistory {
 public:
  explicit FaultyHistory(std::uint64_t seed) : random_(seed) {
    world_.target.limits.max_removal_percent = 100;
    world_.destination.MakeList("ActiveUsers", {"foreign@x.org"});
    world_.source.values = RandomMembers();
  }

  // What went wrong; empty when nothing did.
  std::string Run() {
    for (int round = 0; round < 10; ++round)
      FaultyRound();
    Heal();
    std::set<std::string> expected = SetOf(world_.source.values);
    expected.insert("foreign@x.org");
    const std::set<std::string> on_list = world_.OnList();
    if (on_list == expected) return {};
    std::string wrong;
    for (const std::string& contact : expected) {
      if (!on_list.contains(contact)) wrong += " missing " + contact;
    }
    for (const std::string& contact : on_list) {
      if (!expected.contains(contact)) wrong += " left " + contact;
    }
    return wrong;
  }

 private:
  // Never empty: an empty snapshot is held.
  std::vector<std::string> RandomMembers() {
    std::vector<std::string> members = {"always@x.org"};
    for (const std::string& contact : Contacts(kContacts)) {
      if (random_.OneIn(2)) members.push_back(contact);
    }
    return members;
  }

  ScriptedVerdict RandomVerdict() {
    switch (random_.Below(8)) {
      case 0:
        return {Verdict::kRefused, "blocked", {}, {}};
      case 1:
        return {Verdict::kUnknownContact, "not found", {}, {}};
      case 2:
        return {Verdict::kNotSent, "connection refused", {}, {}};
      case 3:
        return {Verdict::kThrottled, "http 429", 2s, {}};
      case 4:
        return {Verdict::kUnknown, "timed out", {}, {}};
      case 5:
        return {Verdict::kUnknown,
                "timed out",
                {},
                Duration(static_cast<std::int64_t>(random_.Below(60'001)))};
      default:
        return {};
    }
  }

  void FaultyRound() {
    world_.source.values = RandomMembers();
    for (int i = 0; i < 25; ++i)
      world_.destination.FailNext(1, RandomVerdict());
    world_.destination.on_deliver = [this](const Delivery&) {
      if (random_.OneIn(25)) throw PowerCut();
    };
    RunOptions options;
    if (random_.OneIn(4)) options.trigger = RunTrigger::kResync;
    try {
      CuttingObserver observer(random_);
      static_cast<void>(world_.runner().Run(world_.target, options, observer));
    } catch (const PowerCut&) {
      // The world has its own time while the process is down, and the calls that it made arrive.
      world_.clock.Advance(Duration(static_cast<std::int64_t>(random_.Below(90'000))));
      world_.Reopen();
    }
    world_.destination.ForgetScript();
    world_.destination.on_deliver = {};
    if (random_.OneIn(3)) world_.store().Prune(world_.clock.Now() - 1h);
    if (random_.OneIn(3)) world_.clock.Advance(2h);
  }

  void Heal() {
    static_cast<void>(world_.runner().Retry(world_.target));
    const RunReport report = world_.Sync();
    EXPECT_EQ(report.state, RunState::kSucceeded) << report.error;
    EXPECT_EQ(report.delivery.pending + report.delivery.parked, 0);
    world_.clock.Advance(10min);
    EXPECT_EQ(world_.Sync().delivery.calls, 0);
  }

  FakeRandom random_;
  SyncWorld world_;
};

TEST(SyncUnderFaults, TheListEndsAsTheLastSnapshot) {
  for (std::uint64_t seed = 1; seed <= 12; ++seed)
    EXPECT_EQ(FaultyHistory(seed).Run(), "") << "history " << seed;
}

}  // namespace
}  // namespace cohort_sync
