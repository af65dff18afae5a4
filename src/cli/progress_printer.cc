#include "cli/progress_printer.h"

#include <algorithm>
#include <utility>

#include "base/format.h"
#include "base/text.h"
#include "base/time_text.h"

namespace cohort_sync {
namespace {

constexpr Duration kBetweenLines{5'000};
constexpr Duration kBetweenDrawings{100};
constexpr std::int64_t kBarWidth = 20;

double Share(double part, double whole) {
  return whole <= 0 ? 0 : std::clamp(part / whole, 0.0, 1.0);
}

// "[=====               ]  25 %"
std::string Bar(double share) {
  const auto filled = static_cast<std::size_t>(share * static_cast<double>(kBarWidth));
  return Format("[{:<20}] {:3} %", std::string(filled, '='), static_cast<int>(share * 100));
}

std::string Megabytes(double bytes) {
  return Format("{:.1f} MB", bytes / 1e6);
}

std::string TimeLeft(double left, double rate) {
  if (rate <= 0) return {};
  return Format(", {} left",
                FormatDuration(Duration(static_cast<std::int64_t>(left / rate * 1000.0))));
}

std::string RateAndTimeLeft(const DeliveryProgress& progress, double seconds) {
  const double rate = seconds <= 0 ? 0 : static_cast<double>(progress.done) / seconds;
  return Format(", {:.1f} per second{}",
                rate,
                TimeLeft(static_cast<double>(progress.total - progress.done), rate));
}

ProgressPrinter::Style StyleOf(const CommandContext& context) {
  if (context.json) return ProgressPrinter::Style::kSilent;
  return context.live_progress ? ProgressPrinter::Style::kLive : ProgressPrinter::Style::kLines;
}

}  // namespace

ProgressPrinter::ProgressPrinter(const CommandContext& context)
    : ProgressPrinter(context.err, context.clock, StyleOf(context), context.stop) {}

void ProgressPrinter::Fetching(const SyncTarget& target) {
  cohort_ = target.key.cohort.value();
  phase_since_.reset();
  const std::string line = Format("reading cohort '{}'", cohort_);
  if (style_ == Style::kLines) PrintLine(line);
  if (style_ == Style::kLive) Draw(line);
}

void ProgressPrinter::Reading(const FetchProgress& progress) {
  if (style_ != Style::kLive || !IsTime(kBetweenDrawings)) return;
  if (progress.waiting) {
    const auto waited = Duration(static_cast<std::int64_t>(Seconds() * 1000));
    return Draw(Format(
        "reading cohort '{}': Amplitude prepares its export, {}", cohort_, FormatDuration(waited)));
  }
  const auto bytes = static_cast<double>(progress.bytes);
  const auto total = static_cast<double>(progress.total);
  const double rate = Seconds() <= 0 ? 0 : bytes / Seconds();
  if (progress.total == 0)
    return Draw(Format("reading cohort '{}' {}, {}/s", cohort_, Megabytes(bytes), Megabytes(rate)));
  Draw(Format("reading cohort '{}' {} {} of {}{}",
              cohort_,
              Bar(Share(bytes, total)),
              Megabytes(bytes),
              Megabytes(total),
              TimeLeft(total - bytes, rate)));
}

void ProgressPrinter::Comparing(const Snapshot& snapshot) {
  if (style_ == Style::kLive)
    Draw(Format("comparing {} of cohort '{}'", Count(snapshot.rows, "row", "rows"), cohort_));
}

void ProgressPrinter::Planned(const SyncTarget& target, const PreparedRun& plan) {
  list_ = plan.list.value();
  phase_since_.reset();
  if (style_ == Style::kSilent || plan.calls == 0) return Clear();
  const auto time = plan.EstimatedTime(target.delivery.requests_per_second);
  PrintLine(Format("{} to deliver to list '{}'{}",
                   Count(plan.calls, "operation", "operations"),
                   list_,
                   time ? ", about " + FormatDuration(*time) : ""));
}

void ProgressPrinter::Delivering(const DeliveryProgress& progress) {
  if (style_ == Style::kSilent) return;
  if (stop_.stop_requested() && !std::exchange(stop_said_, true)) {
    PrintLine(Format(
        "stopping: calls in flight are waited for and recorded, {} of {} done so far; the rest "
        "stays pending; a second Ctrl-C ends at once",
        WithThousands(progress.done),
        WithThousands(progress.total)));
  }
  if (!IsTime(style_ == Style::kLive ? kBetweenDrawings : kBetweenLines)) return;
  const std::string done_of_total =
      Format("{} of {}", WithThousands(progress.done), WithThousands(progress.total));
  const std::string rest =
      progress.held_up.empty() ? RateAndTimeLeft(progress, Seconds()) : "; " + progress.held_up;
  if (style_ == Style::kLines) return PrintLine(Format("delivered {}{}", done_of_total, rest));
  const double share =
      Share(static_cast<double>(progress.done), static_cast<double>(progress.total));
  Draw(Format("delivering {} {}{}", Bar(share), done_of_total, rest));
}

void ProgressPrinter::Clear() {
  if (std::exchange(drawn_, false)) err_ << "\r\x1B[K" << std::flush;
}

void ProgressPrinter::PrintLine(const std::string& line) {
  Clear();
  err_ << line << '\n' << std::flush;
}

void ProgressPrinter::Draw(const std::string& line) {
  err_ << '\r' << line << "\x1B[K" << std::flush;
  drawn_ = true;
}

bool ProgressPrinter::IsTime(Duration between) {
  const SteadyPoint now = clock_.Steady();
  if (!phase_since_) phase_since_ = printed_at_ = now;
  if (now - printed_at_ < between) return false;
  printed_at_ = now;
  return true;
}

double ProgressPrinter::Seconds() const {
  return static_cast<double>((clock_.Steady() - *phase_since_).count()) / 1000.0;
}

}  // namespace cohort_sync
