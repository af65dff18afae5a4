// The promise, on seeded random histories: the list equals the cohort, with the fewest calls, and
// whatever failed or died on the way, once things work again.
#include <cstdlib>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "base/format.h"
#include "end_to_end/history_world.h"

namespace cohort_sync {
namespace {

using Members = std::set<std::string>;

std::uint64_t FromEnvironment(const char* name, std::uint64_t fallback) {
  const char* wanted = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): tests set nothing.
  return wanted != nullptr ? std::strtoull(wanted, nullptr, 10) : fallback;
}

// scripts/prove asks for others; the sanitizers' presets for fewer.
std::uint64_t FirstSeed() {
  return FromEnvironment("COHORT_SYNC_FIRST_SEED", 1);
}
std::uint64_t EndSeed() {
  return FirstSeed() + FromEnvironment("COHORT_SYNC_HISTORIES", 1000);
}

constexpr std::uint64_t kUniverse = 24;

std::string Person(std::uint64_t number) {
  return Format("person{:02}@example.com", number);
}

// Somebody enters or leaves; now and then nobody, everybody or the cohort is replaced.
Members Evolve(Members members, FakeRandom& random) {
  if (random.OneIn(12)) members.clear();
  const std::uint64_t toggles = random.OneIn(5) ? 0 : random.Below(kUniverse / 2);
  for (std::uint64_t i = 0; i < toggles; ++i) {
    const std::string person = Person(random.Below(kUniverse));
    if (members.erase(person) == 0) members.insert(person);
  }
  return members;
}

std::size_t DifferenceSize(const Members& a, const Members& b) {
  std::size_t size = 0;
  for (const std::string& member : a)
    size += b.count(member) == 0 ? 1U : 0U;
  for (const std::string& member : b)
    size += a.count(member) == 0 ? 1U : 0U;
  return size;
}

TEST(History, ListEqualsTheCohortAfterEverySyncWithAsManyCallsAsChanges) {
  for (std::uint64_t seed = FirstSeed(); seed < EndSeed(); ++seed) {
    HistoryWorld world(seed);
    Members before;
    const std::uint64_t snapshots = 2 + world.random.Below(4);
    for (std::uint64_t i = 0; i < snapshots; ++i) {
      const Members members = Evolve(before, world.random);
      world.WriteCohort(members);
      static_cast<void>(world.TakeContactCalls());
      const RunReport report = world.Sync();
      ASSERT_EQ(report.state, RunState::kSucceeded) << "seed " << seed << ": " << report.error;
      ASSERT_EQ(world.List(), members) << "seed " << seed << ", snapshot " << i;
      ASSERT_EQ(world.TakeContactCalls(), DifferenceSize(before, members))
          << "seed " << seed << ", snapshot " << i;
      before = members;
    }
  }
}

// Faults of every kind that the stand-in knows, each on or off for this stretch of the history.
void DrawFaults(HistoryWorld& world) {
  simulator::CordialSwitches& switches = world.account.switches();
  FakeRandom& random = world.random;
  const auto draw = [&random](simulator::Fault& fault) {
    fault.next = 0;
    fault.probability = random.OneIn(3) ? 0.3 : 0.0;
  };
  switches.fault_scope = simulator::FaultScope::kContactWrites;
  draw(switches.server_error);
  draw(switches.bad_gateway);
  draw(switches.rate_limited);
  draw(switches.reset_before);
  draw(switches.reset_after);
  draw(switches.late_write);
  draw(switches.cut_body);
  draw(switches.slow);
  switches.slow_ms = 2 * HistoryWorld::kTimeout.count();
  // The journal waits 2 x the timeout for an attempt whose outcome is not known (R5).
  switches.late_ms = static_cast<std::int64_t>(
      random.Below(static_cast<std::uint64_t>(2 * HistoryWorld::kTimeout.count() - 1'000)));
  switches.refuse_contacts.clear();
  if (random.OneIn(3)) {
    for (int i = 0; i < 3; ++i)
      switches.refuse_contacts.push_back(Person(random.Below(kUniverse)));
  }
}

void EndFaults(HistoryWorld& world) {
  world.account.switches() = simulator::CordialSwitches();
  world.CancelKill();
}

void SyncUntilItEndsOrDies(HistoryWorld& world) {
  try {
    static_cast<void>(
        world.Sync(world.random.OneIn(10) ? RunTrigger::kResync : RunTrigger::kManual));
    if (world.random.OneIn(4)) static_cast<void>(world.Retry());
  } catch (const Killed&) {
    world.DropProcess();
  }
}

TEST(History, HealsAfterRefusalsLostAnswersLateWritesAndKills) {
  for (std::uint64_t seed = FirstSeed(); seed < EndSeed(); ++seed) {
    HistoryWorld world(seed);
    Members members = Evolve({Person(0)}, world.random);
    world.WriteCohort(members);
    ASSERT_EQ(world.Sync().state, RunState::kSucceeded) << "seed " << seed;

    const std::uint64_t stretches = 2 + world.random.Below(4);
    for (std::uint64_t i = 0; i < stretches; ++i) {
      DrawFaults(world);
      if (world.random.OneIn(2))
        world.KillAtRequest(1 + world.random.Below(12), world.random.OneIn(2));
      members = Evolve(members, world.random);
      world.WriteCohort(members);
      SyncUntilItEndsOrDies(world);
      world.CancelKill();
      world.clock.Advance(Duration(static_cast<std::int64_t>(world.random.Below(90'000))));
    }

    EndFaults(world);
    ASSERT_TRUE(world.Retry().has_value()) << "seed " << seed;
    const RunReport healed = world.Sync();
    ASSERT_EQ(healed.state, RunState::kSucceeded) << "seed " << seed << ": " << healed.error;
    world.clock.Advance(2 * HistoryWorld::kTimeout);  // Whatever is late has arrived.
    ASSERT_EQ(world.List(), members) << "seed " << seed;
    static_cast<void>(world.TakeContactCalls());
    ASSERT_EQ(world.Sync().state, RunState::kSucceeded) << "seed " << seed;
    ASSERT_EQ(world.TakeContactCalls(), 0U) << "seed " << seed << ": a quiet sync makes no call";
  }
}

}  // namespace
}  // namespace cohort_sync
