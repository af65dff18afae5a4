// A team's day: many hourly syncs, the stand-ins they go between, who watches them, and what
// happens to some of them; with what has to be true after each hour.
#ifndef COHORT_SYNC_TESTS_END_TO_END_DAY_WORLD_H_
#define COHORT_SYNC_TESTS_END_TO_END_DAY_WORLD_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "end_to_end/daemon.h"
#include "end_to_end/day_clock.h"
#include "simulator/simulator.h"
#include "support/exposition.h"
#include "support/fake_random.h"
#include "support/recording_endpoint.h"
#include "support/temp_dir.h"

namespace cohort_sync {

// One sync as it should be.
struct DaySync {
  std::string cohort;
  std::string list;
  std::set<std::string> members;  // Of the cohort, now.
  std::set<std::string> on_list;  // What the list should have after this hour's run.
  bool stands = false;            // The hour's run does not change the list.
  std::string run_state = "succeeded";
  bool gives_up = false;  // The hour's run is begun, and cannot be delivered.
  std::int64_t next_member = 0;
};

class DayWorld {
 public:
  // At least kLeastSyncs, of which the last is pushed; the others are exported.
  static constexpr std::size_t kLeastSyncs = 6;
  static constexpr int kHours = 24;
  explicit DayWorld(std::size_t syncs);

  // Serves for kHours; the exit code.
  int Serve();
  // What the daemon wrote to its streams.
  [[nodiscard]] const std::string& output() const { return output_; }
  [[nodiscard]] std::int64_t runs() const { return runs_; }
  [[nodiscard]] std::int64_t operations() const { return operations_; }

 private:
  enum Special : std::size_t { kShrinks, kIsArchived, kIsPaused, kIsRefused, kFirstPlain };

  void WriteConfig();
  void Look(int hour);
  // ---- What is true ----
  void ExpectLists(int hour);
  void ExpectMetrics(int hour);
  void ExpectPage(int hour);
  void ExpectNotifications(int hour);
  void ExpectEndOfFailures();
  [[nodiscard]] std::multiset<std::string> Notifications();
  // ---- What happens until the next hour ----
  void Happen(int hour);
  void Churn(std::size_t index, std::size_t leaving, std::size_t entering);
  void Shrink(int hour);
  void Archive(int hour);
  void Pause(int hour);
  void Refuse(int hour);
  void GoAway(int hour);
  void Push(int hour);
  // The dashboard's button, pressed by a person beside the daemon.
  void Press(const std::string& action, const nlohmann::json& what);
  // On a thread of its own, after what was begun before.
  void DoBeside(std::function<void()> what);
  void SetSwitch(const std::string& name, const nlohmann::json& value);
  void Enter(DaySync& sync, const std::vector<std::string>& emails);
  void Leave(DaySync& sync, const std::vector<std::string>& emails);
  [[nodiscard]] nlohmann::json Status();

  TempDir directory_{TempDir::Memory()};
  FakeRandom random_;
  LockedRandom shared_random_{random_};
  DayClock clock_{[this](int hour) { Look(hour); }, [this] { return to_do_beside_ > 0; }};
  RecordingEndpoint watcher_;
  std::unique_ptr<simulator::Simulator> stand_ins_;
  const std::uint16_t port_ = FreePort();
  std::string token_;
  std::stop_source stop_;
  std::string output_;
  std::vector<DaySync> syncs_;
  bool away_ = false;         // Cordial is.
  std::future<void> beside_;  // What others do meanwhile.
  std::atomic<int> to_do_beside_ = 0;
  std::map<std::string, std::int64_t> runs_by_state_;
  std::multiset<std::string> told_;  // What people should have been told so far.
  std::int64_t runs_ = 0;
  std::int64_t operations_ = 0;  // That the lists show.
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_TESTS_END_TO_END_DAY_WORLD_H_
