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

std::string LeftText(const std::optional<Duration>& left) {
  return left ? Format(", {} left", FormatDuration(*left)) : std::string();
}

std::string DoneOfTotal(const DeliveryProgress& progress) {
  return Format("{} of {}", WithThousands(progress.done), WithThousands(progress.total));
}

ProgressPrinter::Style StyleOf(const CommandContext& context) {
  if (context.json) return ProgressPrinter::Style::kSilent;
  return context.live_progress ? ProgressPrinter::Style::kLive : ProgressPrinter::Style::kLines;
}

}  // namespace

ProgressPrinter::ProgressPrinter(const CommandContext& context)
    : ProgressPrinter(context.err, context.clock, StyleOf(context), context.stop, context.columns) {
}

void ProgressPrinter::Fetching(const SyncTarget& target) {
  const std::lock_guard lock(mutex_);
  cohort_ = target.key.cohort.value();
  read_since_.reset();
  reading_ = Format("reading cohort '{}'", cohort_);
  if (style_ == Style::kLines) PrintLine(reading_);
  if (style_ == Style::kLive) Draw();
}

std::string ProgressPrinter::ReadingText(const FetchProgress& progress) const {
  const Duration taken = clock_.Steady() - *read_since_;
  if (progress.not_before)
    return Format("reading cohort '{}': a limit of Amplitude's exports is reached, going on at {}",
                  cohort_,
                  FormatTime(*progress.not_before));
  if (progress.waiting)
    return Format(
        "reading cohort '{}': Amplitude prepares its export, {}", cohort_, FormatDuration(taken));
  const auto bytes = static_cast<double>(progress.bytes);
  const auto total = static_cast<double>(progress.total);
  const double seconds = static_cast<double>(taken.count()) / 1000.0;
  const double rate = seconds <= 0 ? 0 : bytes / seconds;
  if (progress.total == 0)
    return Format("reading cohort '{}' {}, {}/s", cohort_, Megabytes(bytes), Megabytes(rate));
  std::optional<Duration> left;
  if (rate > 0) left = Duration(static_cast<std::int64_t>((total - bytes) / rate * 1000.0));
  return Format("reading cohort '{}' {} {} of {}{}",
                cohort_,
                Bar(Share(bytes, total)),
                Megabytes(bytes),
                Megabytes(total),
                LeftText(left));
}

void ProgressPrinter::Reading(const FetchProgress& progress) {
  const std::lock_guard lock(mutex_);
  if (style_ == Style::kSilent || (style_ == Style::kLines && !progress.not_before)) return;
  if (!read_since_) read_since_ = drawn_at_ = clock_.Steady();
  if (style_ == Style::kLines) return PrintLine(ReadingText(progress));
  // Nothing else is said until then.
  if (!IsTimeToDraw() && !progress.not_before) return;
  reading_ = ReadingText(progress);
  Draw();
}

void ProgressPrinter::Comparing(const Snapshot& snapshot) {
  const std::lock_guard lock(mutex_);
  if (style_ != Style::kLive) return;
  reading_ = Format("comparing {} of cohort '{}'", Count(snapshot.rows, "row", "rows"), cohort_);
  Draw();
}

void ProgressPrinter::Planned(const SyncTarget& target, const PreparedRun& plan) {
  const std::lock_guard lock(mutex_);
  reading_.clear();
  if (style_ == Style::kSilent || plan.calls == 0) return TakeAway();
  const auto time = plan.EstimatedTime(target.delivery.requests_per_second);
  PrintLine(Format("{} to deliver to list '{}'{}",
                   Count(plan.calls, "operation", "operations"),
                   plan.list.value(),
                   time ? ", about " + FormatDuration(*time) : ""));
}

void ProgressPrinter::Delivering(const RunReport& run, const DeliveryProgress& progress) {
  const std::lock_guard lock(mutex_);
  if (style_ == Style::kSilent) return;
  const auto [known, fresh] = deliveries_.try_emplace(run.id);
  Delivered& delivered = known->second;
  delivered.progress = progress;
  const SteadyPoint now = clock_.Steady();
  if (fresh) {
    delivered.list = run.list;
    delivered.printed_at = drawn_at_ = now;
  }
  if (stop_.stop_requested() && !std::exchange(stop_said_, true)) SayStop();
  if (style_ == Style::kLive) {
    if (IsTimeToDraw()) Draw();
  } else if (now - delivered.printed_at >= kBetweenLines && !progress.ended) {
    delivered.printed_at = now;
    PrintLine(Format("list '{}': delivered {}", delivered.list, Describe(progress)));
  }
  if (progress.ended) deliveries_.erase(known);
}

void ProgressPrinter::SayStop() {
  PrintLine(
      Format("stopping: calls in flight are waited for and recorded, {} done so far; the rest "
             "stays pending; a second Ctrl-C ends at once",
             DoneOfTotal(Sum())));
}

DeliveryProgress ProgressPrinter::Sum() const {
  DeliveryProgress sum;
  for (const auto& [run, delivered] : deliveries_) {
    const DeliveryProgress& progress = delivered.progress;
    sum.done += progress.done;
    sum.total += progress.total;
    sum.pending += progress.pending;
    sum.refused += progress.refused;
    sum.exhausted += progress.exhausted;
    sum.unknown_contacts += progress.unknown_contacts;
    sum.per_second += progress.per_second;
    if (sum.limit.kind == LimitKind::kNone) sum.limit = progress.limit;
  }
  return sum;
}

void ProgressPrinter::Clear() {
  const std::lock_guard lock(mutex_);
  TakeAway();
}

void ProgressPrinter::TakeAway() {
  if (std::exchange(drawn_, false)) err_ << "\r\x1B[K" << std::flush;
}

void ProgressPrinter::PrintLine(const std::string& line) {
  TakeAway();
  err_ << line << '\n' << std::flush;
}

void ProgressPrinter::Draw() {
  std::string line;
  if (!deliveries_.empty()) {
    const DeliveryProgress sum = Sum();
    const double share = Share(static_cast<double>(sum.done), static_cast<double>(sum.total));
    const std::size_t lists = deliveries_.size();
    line = Format("delivering{} {} {}",
                  lists == 1 ? std::string() : Format(" to {} lists", lists),
                  Bar(share),
                  Describe(sum));
  }
  if (!reading_.empty()) line += (line.empty() ? "" : "; ") + reading_;
  // A line that is longer than the terminal could not be written over.
  if (columns_ > 0 && line.size() >= columns_) line.resize(columns_ - 1);
  err_ << '\r' << line << "\x1B[K" << std::flush;
  drawn_ = true;
}

bool ProgressPrinter::IsTimeToDraw() {
  const SteadyPoint now = clock_.Steady();
  if (now - drawn_at_ < kBetweenDrawings) return false;
  drawn_at_ = now;
  return true;
}

}  // namespace cohort_sync
