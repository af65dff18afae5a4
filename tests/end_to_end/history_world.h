// Everything of one seeded history: cohort file, state, product, and the stand-in of Cordial behind
// an in-process client. Kill() drops the product in the middle of what it does; the next sync opens
// the state again, as a new process would.
#ifndef COHORT_SYNC_TESTS_END_TO_END_HISTORY_WORLD_H_
#define COHORT_SYNC_TESTS_END_TO_END_HISTORY_WORLD_H_

#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "amplitude/cohort_file_source.h"
#include "cordial/cordial_destination.h"
#include "simulator/cordial_account.h"
#include "storage/sqlite_sync_store.h"
#include "support/fake_clock.h"
#include "support/fake_random.h"
#include "support/temp_dir.h"
#include "sync/sync_runner.h"

namespace cohort_sync {

// Thrown where a process would have died.
struct Killed : std::exception {};

class HistoryWorld {
 public:
  explicit HistoryWorld(std::uint64_t seed);

  // Writes the cohort file: the members in random order, some repeated, some written differently.
  void WriteCohort(const std::set<std::string>& members);
  // One sync, whatever the guard says. Throws Killed when the kill countdown ends in it.
  RunReport Sync(RunTrigger trigger = RunTrigger::kManual);
  Result<RunReport> Retry();

  // The process dies at the n-th request from now, after the stand-in has handled it when `after`.
  void KillAtRequest(std::uint64_t n, bool after) {
    requests_to_live_ = n;
    kill_after_request_ = after;
  }
  void CancelKill() { requests_to_live_ = 0; }
  void DropProcess();  // What Killed leaves behind is taken away.

  // Who is on the stand-in's list, late writes included; nullopt when there is no list.
  [[nodiscard]] std::optional<std::set<std::string>> List();
  // Contact calls that the stand-in saw since the last call of this.
  [[nodiscard]] std::size_t TakeContactCalls();

  FakeRandom random;
  FakeClock clock;
  static constexpr Duration kTimeout{30'000};

 private:
  void OpenProcess();
  http::Reply Handle(const http::Request& request);

  TempDir directory_{TempDir::Memory()};
  FakeRandom account_random_;

 public:
  simulator::CordialAccount account;

 private:
  std::uint64_t requests_to_live_ = 0;  // 0: no kill is planned.
  bool kill_after_request_ = false;
  // The process.
  std::unique_ptr<SqliteSyncStore> store_;
  std::unique_ptr<amplitude::CohortFileSource> source_;
  std::unique_ptr<cordial::CordialDestination> destination_;
  SyncTarget target_;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_TESTS_END_TO_END_HISTORY_WORLD_H_
