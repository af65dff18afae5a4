// From a cohort file to a committed plan over a real state: what scripts/bench measures. Each phase
// prints one line of JSON.
//
//   plan_bench first STATE CSV      commits the file as a first snapshot, and folds it
//   plan_bench deliver STATE        delivers what is pending to a destination that answers at once
//   plan_bench prune STATE          forgets the settled rows, as after the days of
//   history.retention plan_bench read STATE CSV       reads the file only plan_bench plan STATE CSV
//   reads the file, compares, judges plan_bench commit STATE CSV     as plan, and commits the
//   change
#include <array>
#include <exception>
#include <iostream>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/format.h"
#include "base/random.h"
#include "bench_support.h"
#include "storage/sqlite_sync_store.h"
#include "sync/diff.h"
#include "sync/guard.h"

namespace cohort_sync {
namespace {

constexpr std::size_t kGroup = 1000;
constexpr const char* kEndpoint = "https://bench.invalid";

void Print(const bench::Meter& meter, const std::string& more) {
  std::cout << Format("{{{}{}{}}}\n", meter.Json(), more.empty() ? "" : ", ", more);
}

std::string ChangeJson(const Delta& delta) {
  return Format("\"added\": {}, \"removed\": {}, \"unchanged\": {}",
                delta.added.size(),
                delta.removed.size(),
                delta.unchanged);
}

Status CheckGuard(const Delta& delta) {
  GuardInput input;
  input.desired = delta.desired_before;
  input.members = delta.unchanged + static_cast<std::int64_t>(delta.added.size());
  input.removals = static_cast<std::int64_t>(delta.removed.size());
  input.adds = static_cast<std::int64_t>(delta.added.size());
  const GuardVerdict verdict = Judge(input, GuardLimits(), Approval(), bench::Key().cohort.value());
  if (verdict.hold_adds || verdict.hold_removals)
    return Fail(ErrorCode::kInternal, "the guard holds this change; measure a smaller one");
  return {};
}

// What a phase works on.
struct Bench {
  SqliteSyncStore& store;
  const SystemClock& clock;
  std::string csv;
};

Status First(const Bench& bench) {
  const bench::Meter meter;
  const Result<Snapshot> snapshot = bench::ReadSnapshot(bench.csv, bench.store.hash_key());
  if (!snapshot) return Fail(snapshot.error());
  const Delta delta = Diff(snapshot->members, BindingId(), bench.store);
  const CommittedPlan committed =
      bench.store.CommitPlan(bench::PlanOf(*snapshot, delta, bench.clock.Now(), kEndpoint));
  bench.store.FoldIfGrown(committed.binding);
  Print(meter, ChangeJson(delta));
  return {};
}

Status Deliver(const Bench& bench, BindingId binding) {
  const bench::Meter meter;
  std::vector<Settlement> settled;
  std::size_t delivered = 0;
  const std::array requests{ClaimRequest{binding, kGroup, Duration(0)}};
  for (;;) {
    const TimePoint now = bench.clock.Now();
    const std::vector<Claimed> claims = bench.store.SettleAndClaim(settled, requests, now);
    const Claimed& claimed = claims.front();
    delivered += settled.size();
    settled.clear();
    if (claimed.operations.empty()) break;
    for (const Operation& operation : claimed.operations) {
      Settlement settlement;
      settlement.id = operation.id;
      settlement.outcome = Outcome::kDelivered;
      settlement.at = now;
      settled.push_back(std::move(settlement));
    }
  }
  Print(meter, Format("\"delivered\": {}", delivered));
  return {};
}

Status Plan(const Bench& bench, BindingId binding, bool commits) {
  const bench::Meter meter;
  const Result<Snapshot> snapshot = bench::ReadSnapshot(bench.csv, bench.store.hash_key());
  if (!snapshot) return Fail(snapshot.error());
  const Delta delta = Diff(snapshot->members, binding, bench.store);
  if (const Status open = CheckGuard(delta); !open) return Fail(open.error());
  if (commits)
    static_cast<void>(
        bench.store.CommitPlan(bench::PlanOf(*snapshot, delta, bench.clock.Now(), kEndpoint)));
  Print(meter, ChangeJson(delta));
  return {};
}

Status ReadOnly(const Bench& bench) {
  const bench::Meter meter;
  const Result<Snapshot> snapshot = bench::ReadSnapshot(bench.csv, bench.store.hash_key());
  if (!snapshot) return Fail(snapshot.error());
  Print(meter, Format("\"members\": {}", snapshot->members.size()));
  return {};
}

Status RunPhase(std::string_view phase, const Bench& bench) {
  if (phase == "first") return First(bench);
  if (phase == "read") return ReadOnly(bench);
  const std::optional<Binding> binding = bench.store.FindBinding(bench::Key());
  if (!binding)
    return Fail(ErrorCode::kNotFound, "no first snapshot: run the phase 'first' before");
  if (phase == "deliver") return Deliver(bench, binding->id);
  if (phase == "plan") return Plan(bench, binding->id, false);
  if (phase == "commit") return Plan(bench, binding->id, true);
  if (phase == "prune") {
    const bench::Meter meter;
    bench.store.Prune(bench.clock.Now() + Duration(1));
    Print(meter, "");
    return {};
  }
  return Fail(ErrorCode::kConfiguration, Format("no phase '{}'", phase));
}

Status Run(std::string_view phase, const std::string& state, const std::string& csv) {
  const SystemClock clock;
  SystemRandom random;
  const Result<std::unique_ptr<SqliteSyncStore>> store =
      SqliteSyncStore::Open(state, clock, random);
  if (!store) return Fail(store.error());
  return RunPhase(phase, {**store, clock, csv});
}

}  // namespace
}  // namespace cohort_sync

int main(int argc, char** argv) {
  if (argc < 3 || argc > 4) {
    std::cerr << "plan_bench: say PHASE STATE [CSV]\n";
    return 2;
  }
  try {
    const cohort_sync::Status status =
        cohort_sync::Run(argv[1], argv[2], argc == 4 ? argv[3] : std::string());
    if (status) return 0;
    std::cerr << "plan_bench: " << status.error().message() << '\n';
  } catch (const std::exception& error) {
    std::cerr << "plan_bench: " << error.what() << '\n';
  }
  return 1;
}
