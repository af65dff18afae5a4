// From a cohort file to a finished plan over a real state: what scripts/bench measures.
//
//   plan_bench first STATE CSV   commits the file as a first snapshot and folds it
//   plan_bench plan STATE CSV    reads the file, compares, judges; prints one line of JSON
#include <chrono>
#include <exception>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <sys/resource.h>

#include "amplitude/cohort_file_source.h"
#include "base/format.h"
#include "base/random.h"
#include "storage/sqlite_sync_store.h"
#include "sync/diff.h"
#include "sync/guard.h"

namespace cohort_sync {
namespace {

BindingKey Key() {
  return {ProjectName(), CohortId("bench"), DestinationName("cordial")};
}

IdentifierMapping Identifier() {
  return {"email", "email"};
}

Result<Snapshot> Read(const SyncStore& store, const std::string& csv) {
  FetchRequest request;
  request.cohort = Key().cohort;
  request.identifier = Identifier();
  request.hash_key = store.hash_key();
  return amplitude::CohortFileSource(csv, "bench").Fetch(request, {});
}

Status CommitFirst(SyncStore& store, const std::string& csv, TimePoint now) {
  const Result<Snapshot> snapshot = Read(store, csv);
  if (!snapshot) return Fail(snapshot.error());
  const Delta delta = Diff(snapshot->members, BindingId(), store);
  PlanCommit commit;
  commit.started_at = now;
  commit.key = Key();
  commit.pins.endpoint = "https://bench.invalid";
  commit.pins.list_name = ListName("bench");
  commit.pins.list_id = ListId(1);
  commit.pins.identifier = Identifier();
  commit.as_of = snapshot->as_of;
  commit.origin = snapshot->origin;
  commit.counts.added = static_cast<std::int64_t>(delta.added.size());
  commit.add = delta.added;
  store.FoldIfGrown(store.CommitPlan(commit).binding);
  return {};
}

Status Plan(SyncStore& store, const std::string& csv) {
  const auto begin = std::chrono::steady_clock::now();
  const Result<Snapshot> snapshot = Read(store, csv);
  if (!snapshot) return Fail(snapshot.error());
  const std::optional<Binding> binding = store.FindBinding(Key());
  if (!binding)
    return Fail(ErrorCode::kNotFound, "no first snapshot: run the phase 'first' before");
  const Delta delta = Diff(snapshot->members, binding->id, store);
  GuardInput input;
  input.desired = delta.desired_before;
  input.members = delta.unchanged + static_cast<std::int64_t>(delta.added.size());
  input.removals = static_cast<std::int64_t>(delta.removed.size());
  input.adds = static_cast<std::int64_t>(delta.added.size());
  const GuardVerdict verdict = Judge(input, GuardLimits(), Approval(), Key().cohort.value());
  const std::chrono::duration<double, std::milli> taken = std::chrono::steady_clock::now() - begin;

  rusage usage{};
  if (::getrusage(RUSAGE_SELF, &usage) != 0)
    return Fail(ErrorCode::kInternal, "the system does not tell how much memory was used");
  std::cout << Format(
      "{{\"plan_ms\": {:.1f}, \"peak_rss_mib\": {:.1f}, \"added\": {}, \"removed\": {}, "
      "\"unchanged\": {}}}\n",
      taken.count(),
      static_cast<double>(usage.ru_maxrss) / 1024.0,
      verdict.hold_adds ? 0 : input.adds,
      verdict.hold_removals ? 0 : input.removals,
      delta.unchanged);
  return {};
}

Status Run(std::string_view phase, const std::string& state, const std::string& csv) {
  const SystemClock clock;
  SystemRandom random;
  const Result<std::unique_ptr<SqliteSyncStore>> store =
      SqliteSyncStore::Open(state, clock, random);
  if (!store) return Fail(store.error());
  if (phase == "first") return CommitFirst(**store, csv, clock.Now());
  if (phase == "plan") return Plan(**store, csv);
  return Fail(ErrorCode::kConfiguration, Format("no phase '{}'; say first or plan", phase));
}

}  // namespace
}  // namespace cohort_sync

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "plan_bench: say PHASE STATE CSV\n";
    return 2;
  }
  try {
    const cohort_sync::Status status = cohort_sync::Run(argv[1], argv[2], argv[3]);
    if (status) return 0;
    std::cerr << "plan_bench: " << status.error().message() << '\n';
  } catch (const std::exception& error) {
    std::cerr << "plan_bench: " << error.what() << '\n';
  }
  return 1;
}
