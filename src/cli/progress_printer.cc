#include "cli/progress_printer.h"

#include "base/format.h"
#include "base/text.h"
#include "base/time_text.h"

namespace cohort_sync {
namespace {

constexpr Duration kBetweenLines{5'000};

}  // namespace

void ProgressPrinter::Fetching(const SyncTarget& target) {
  delivering_since_.reset();
  if (!quiet_) err_ << Format("reading cohort '{}'\n", target.key.cohort.value()) << std::flush;
}

void ProgressPrinter::Planned(const SyncTarget& target, const PreparedRun& plan) {
  if (quiet_ || plan.calls == 0) return;
  err_ << Format("{} to deliver to list '{}', about {}\n",
                 Count(plan.calls, "operation", "operations"),
                 plan.list.value(),
                 FormatDuration(plan.EstimatedTime(target.delivery.requests_per_second)))
       << std::flush;
}

void ProgressPrinter::Delivering(const DeliveryProgress& progress) {
  const SteadyPoint now = clock_.Steady();
  if (!delivering_since_) delivering_since_ = printed_at_ = now;
  if (quiet_ || now - printed_at_ < kBetweenLines) return;
  printed_at_ = now;
  const double seconds = static_cast<double>((now - *delivering_since_).count()) / 1000.0;
  const double rate = static_cast<double>(progress.done) / seconds;
  std::string line = Format("delivered {} of {}, {:.1f} per second",
                            WithThousands(progress.done),
                            WithThousands(progress.total),
                            rate);
  if (rate > 0) {
    const double left = static_cast<double>(progress.total - progress.done) / rate;
    line += Format(", {} left", FormatDuration(Duration(static_cast<std::int64_t>(left * 1000.0))));
  }
  err_ << line << '\n' << std::flush;
}

}  // namespace cohort_sync
