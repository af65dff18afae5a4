// Says what a run is doing while it does it.
#ifndef COHORT_SYNC_CLI_PROGRESS_PRINTER_H_
#define COHORT_SYNC_CLI_PROGRESS_PRINTER_H_

#include <cstdint>
#include <optional>
#include <ostream>
#include <stop_token>
#include <string>

#include "base/clock.h"
#include "cli/command.h"
#include "sync/sync_runner.h"

namespace cohort_sync {

// On a terminal one line that is written over, with a bar where the end is known. Elsewhere one
// line when reading starts, one with the number of calls and their time, and while delivering one
// every few seconds. Nothing with --json. One thread.
class ProgressPrinter final : public RunObserver {
 public:
  enum class Style { kSilent, kLines, kLive };

  ProgressPrinter(std::ostream& err, Clock& clock, Style style, std::stop_token stop = {})
      : err_(err), clock_(clock), style_(style), stop_(std::move(stop)) {}
  explicit ProgressPrinter(const CommandContext& context);
  ~ProgressPrinter() override { Clear(); }
  ProgressPrinter(const ProgressPrinter&) = delete;
  ProgressPrinter& operator=(const ProgressPrinter&) = delete;

  void Fetching(const SyncTarget& target) override;
  void Reading(const FetchProgress& progress) override;
  void Comparing(const Snapshot& snapshot) override;
  void Planned(const SyncTarget& target, const PreparedRun& plan) override;
  void Delivering(const DeliveryProgress& progress) override;

  // Takes the line away that is written over.
  void Clear();

 private:
  void PrintLine(const std::string& line);
  void Draw(const std::string& line);
  // At most so often; the first call of a phase only starts its time.
  [[nodiscard]] bool IsTime(Duration between);
  [[nodiscard]] double Seconds() const;  // Of the phase.

  std::ostream& err_;
  Clock& clock_;
  Style style_;
  std::stop_token stop_;
  bool stop_said_ = false;
  bool drawn_ = false;
  std::string cohort_;
  std::string list_;
  std::optional<SteadyPoint> phase_since_;
  SteadyPoint printed_at_{};
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_CLI_PROGRESS_PRINTER_H_
