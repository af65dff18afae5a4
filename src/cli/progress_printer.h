// Says what runs are doing while they do it.
#ifndef COHORT_SYNC_CLI_PROGRESS_PRINTER_H_
#define COHORT_SYNC_CLI_PROGRESS_PRINTER_H_

#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <ostream>
#include <stop_token>
#include <string>

#include "base/clock.h"
#include "cli/command.h"
#include "sync/sync_runner.h"

namespace cohort_sync {

// On a terminal one line for all runs that is written over, with a bar where the end is known.
// Elsewhere one line when reading starts or has to wait for a limit, one with the number of calls
// and their time, and for each list one every few seconds while it is delivered. Nothing with
// --json. Safe from several threads.
class ProgressPrinter final : public RunObserver {
 public:
  enum class Style { kSilent, kLines, kLive };

  // `columns`: of the terminal; longer lines are cut. 0: not known.
  ProgressPrinter(std::ostream& err,
                  Clock& clock,
                  Style style,
                  std::stop_token stop = {},
                  std::size_t columns = 0)
      : err_(err), clock_(clock), style_(style), stop_(std::move(stop)), columns_(columns) {}
  explicit ProgressPrinter(const CommandContext& context);
  ~ProgressPrinter() override { Clear(); }
  ProgressPrinter(const ProgressPrinter&) = delete;
  ProgressPrinter& operator=(const ProgressPrinter&) = delete;

  void Fetching(const SyncTarget& target) override;
  void Reading(const FetchProgress& progress) override;
  void Comparing(const Snapshot& snapshot) override;
  void Planned(const SyncTarget& target, const PreparedRun& plan) override;
  void Delivering(const RunReport& run, const DeliveryProgress& progress) override;

  // Takes the line away that is written over.
  void Clear();

 private:
  // A list that is being delivered.
  struct Delivered {
    std::string list;
    DeliveryProgress progress;
    SteadyPoint printed_at{};
  };

  // What follows is called with the mutex held.
  void PrintLine(const std::string& line);
  void Draw();
  void TakeAway();
  void SayStop();
  [[nodiscard]] std::string ReadingText(const FetchProgress& progress) const;
  [[nodiscard]] DeliveryProgress Sum() const;
  // At most so often.
  [[nodiscard]] bool IsTimeToDraw();

  std::ostream& err_;
  Clock& clock_;
  const Style style_;
  const std::stop_token stop_;
  const std::size_t columns_;

  std::mutex mutex_;
  bool stop_said_ = false;
  bool drawn_ = false;
  SteadyPoint drawn_at_{};
  std::string cohort_;                     // That is being read.
  std::optional<SteadyPoint> read_since_;  // The first bytes.
  std::string reading_;                    // What is drawn of it; empty: nothing is read.
  std::map<RunId, Delivered> deliveries_;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_CLI_PROGRESS_PRINTER_H_
