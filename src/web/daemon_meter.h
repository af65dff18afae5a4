// What the daemon has done since it began, counted while it happens.
#ifndef COHORT_SYNC_WEB_DAEMON_METER_H_
#define COHORT_SYNC_WEB_DAEMON_METER_H_

#include <array>
#include <compare>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "base/clock.h"
#include "sync/observed_destination.h"
#include "sync/run.h"

namespace cohort_sync::web {

// Upper ends of the buckets of latencies; the last bucket has none.
inline constexpr std::array<Duration, 13> kLatencyBounds = {Duration(5),
                                                            Duration(10),
                                                            Duration(25),
                                                            Duration(50),
                                                            Duration(100),
                                                            Duration(250),
                                                            Duration(500),
                                                            Duration(1'000),
                                                            Duration(2'500),
                                                            Duration(5'000),
                                                            Duration(10'000),
                                                            Duration(30'000),
                                                            Duration(60'000)};

// One kind of call of one service.
struct CallCounts {
  std::map<int, std::int64_t> answers;                              // By HTTP status; 0: none came.
  std::array<std::int64_t, kLatencyBounds.size() + 1> latencies{};  // Calls per bucket.
  Duration total{};                                                 // Of all latencies.
};

// Which calls are counted together: of a project of Amplitude or of a destination.
struct CallKey {
  std::string project{};
  std::string destination{};
  std::string call{};  // "POST /contacts"
  friend auto operator<=>(const CallKey&, const CallKey&) = default;
};

struct DaemonCounts {
  std::map<std::pair<RunTrigger, RunState>, std::int64_t> runs;
  std::int64_t adds_committed = 0;
  std::int64_t removals_committed = 0;
  std::int64_t unneeded = 0;   // Operations that were already true at their turn.
  std::int64_t exhausted = 0;  // Operations whose attempts were used up.
  std::map<CallKey, CallCounts> calls;
  // Answers by what they said, by destination and kind of operation.
  std::map<std::tuple<std::string, OperationKind, Verdict>, std::int64_t> verdicts;
};

// Safe from any thread. A call costs well below a microsecond.
class DaemonMeter final : public CallObserver {
 public:
  void Called(const ObservedCall& call) override;
  // A call that is not for a contact. `status` is 0 when no answer came.
  void Called(const CallKey& key, int status, Duration took);
  // With the run's final report.
  void RunEnded(const RunReport& run);
  [[nodiscard]] DaemonCounts Read() const;

 private:
  void Count(const CallKey& key, int status, Duration took);  // REQUIRES: the mutex is held.

  mutable std::mutex mutex_;
  DaemonCounts counts_;
};

}  // namespace cohort_sync::web

#endif  // COHORT_SYNC_WEB_DAEMON_METER_H_
