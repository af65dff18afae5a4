#include "sync/list_delivery.h"

#include <algorithm>
#include <utility>

#include "base/format.h"
#include "base/text.h"
#include "base/time_text.h"

namespace cohort_sync {
namespace {

constexpr Duration kBetweenTellings{100};
// What is delivered in so much time is claimed ahead of its calls: several commits' worth, so that
// an answer's place is filled at once while its commit waits for company.
constexpr double kClaimedAheadSeconds = 0.02;
constexpr const char* kAskedToWait = "the destination asks to wait";

std::size_t IndexOf(OperationKind kind) {
  return kind == OperationKind::kRemove ? 0 : 1;
}

}  // namespace

ListDelivery::ListDelivery(DeliveryOrder order,
                           const DeliverySettings& settings,
                           AccountLimits& limits,
                           Clock& clock,
                           Random& random)
    : order_(std::move(order)),
      settings_(settings),
      limits_(limits),
      clock_(clock),
      random_(random),
      lanes_{order_.destination->LaneOf(OperationKind::kRemove),
             order_.destination->LaneOf(OperationKind::kAdd)},
      outage_(settings.retry),
      progress_at_(clock.Steady()) {}

std::deque<Operation>& ListDelivery::ReadyOf(OperationKind kind) {
  return ready_.at(IndexOf(kind));
}

const std::string& ListDelivery::LaneOf(OperationKind kind) const {
  return lanes_.at(IndexOf(kind));
}

// ---- Commits ----

std::size_t ListDelivery::Room(std::size_t share) const {
  if (ending_) return 0;
  const double soon = rate_.PerSecond(clock_.Steady()) * kClaimedAheadSeconds;
  const std::size_t ahead = std::max(share, static_cast<std::size_t>(soon));
  const std::size_t most = ahead + (in_flight_ < share ? share - in_flight_ : 0);
  return most > ready() ? most - ready() : 0;
}

bool ListDelivery::MayClaim(TimePoint now) const {
  return !ending_ && (more_due_ || (next_turn_ && *next_turn_ <= now));
}

void ListDelivery::Accept(Claimed claimed, std::size_t room) {
  settlements_.clear();
  if (room > 0) {
    more_due_ = claimed.operations.size() == room;
    next_turn_ = claimed.next_turn;
    grew_ = false;
  } else if (!ending_) {
    more_due_ = true;  // What was settled may have let others through.
  }
  report_.counts.unneeded += claimed.unneeded;
  progress_.pending = claimed.open;
  progress_.done += claimed.unneeded;
  if (!std::exchange(opened_, true)) progress_.total = claimed.open + claimed.unneeded;
  if (claimed.unneeded > 0) progress_at_ = clock_.Steady();
  for (Operation& operation : claimed.operations) {
    std::deque<Operation>& ready = ReadyOf(operation.kind);
    ready.push_back(std::move(operation));
  }
}

void ListDelivery::Grew(std::int64_t operations) {
  more_due_ = grew_ = true;
  progress_.total += operations;
}

// ---- Calls ----

std::optional<OperationKind> ListDelivery::Sendable(const std::unordered_set<std::string>& busy,
                                                    std::size_t bindings,
                                                    SteadyPoint now,
                                                    std::optional<SteadyPoint>& again_at) {
  if (ready() == 0 || (outage_.away() && in_flight_ > 0)) return std::nullopt;
  for (const OperationKind kind : {OperationKind::kRemove, OperationKind::kAdd}) {
    const std::deque<Operation>& ready = ReadyOf(kind);
    std::size_t& next = next_.at(IndexOf(kind));
    for (next = 0; next < ready.size() && busy.contains(ready[next].contact);)
      ++next;
    if (next == ready.size()) continue;
    SteadyPoint earliest = limits_.EarliestCall(LaneOf(kind), bindings, now);
    if (outage_.away()) earliest = std::max(earliest, outage_.probe_at());
    if (earliest <= now) return kind;
    again_at = again_at ? std::min(*again_at, earliest) : earliest;
    held_by_rate_ = true;
    held_kind_ = kind;
  }
  return std::nullopt;
}

Operation ListDelivery::TakeNext(OperationKind kind, SteadyPoint now) {
  std::deque<Operation>& ready = ReadyOf(kind);
  const auto next = ready.begin() + static_cast<std::ptrdiff_t>(next_.at(IndexOf(kind)));
  Operation operation = std::move(*next);
  ready.erase(next);
  limits_.Took(LaneOf(kind), now);
  ++in_flight_;
  return operation;
}

void ListDelivery::Answered(const Operation& operation,
                            DeliveryAnswer answer,
                            std::size_t bindings) {
  --in_flight_;
  ++report_.counts.calls;
  const SteadyPoint now = clock_.Steady();
  const std::string& lane = LaneOf(operation.kind);
  statistics_.Add(lane, answer.call);
  calls_.Add(operation, std::move(answer.call));
  if (answer.http_status != 0 && answer.verdict != Verdict::kThrottled) limits_.Accepted(lane, now);
  Settlement settlement;
  settlement.id = operation.id;
  settlement.at = clock_.Now();
  settlement.reason = answer.reason;
  settlement.http_status = answer.http_status;
  switch (answer.verdict) {
    case Verdict::kDelivered:
      settlement.outcome = Outcome::kDelivered;
      ++report_.counts.delivered;
      Closed();
      break;
    case Verdict::kUnknownContact:
      settlement.outcome = Outcome::kUnknownContact;
      ++progress_.unknown_contacts;
      Closed();
      break;
    case Verdict::kRefused:
      settlement.outcome = Outcome::kRefused;
      progress_.refused = ++report_.counts.refused;
      Closed();
      CheckRefusals(answer.reason);
      break;
    case Verdict::kThrottled:  // No attempt is spent.
      outage_.Answered();
      limits_.Throttled(lane, answer.retry_after, now, random_.Uniform());
      settlement.outcome = Outcome::kNotSent;
      settlement.spends_attempt = false;
      settlement.retry_at = settlement.at;
      break;
    case Verdict::kNotSent:
    case Verdict::kUnknown:
      TakeFailure(operation, answer, bindings, settlement);
      break;
    case Verdict::kListRefused:
      outage_.Answered();
      limits_.Answered(now);
      GiveBack(operation);
      return End(DeliveryEnd::kBindingStopped, answer.reason);
    case Verdict::kDestinationRefused:
      outage_.Answered();
      limits_.Refused(answer.reason, now);
      GiveBack(operation);
      return End(DeliveryEnd::kDestinationStopped, answer.reason);
  }
  settlements_.push_back(std::move(settlement));
}

void ListDelivery::Closed() {
  progress_at_ = clock_.Steady();
  outage_.Answered();
  limits_.Answered(progress_at_);
  ++progress_.done;
  rate_.Count(1, progress_at_);
}

void ListDelivery::CheckRefusals(const std::string& last) {
  const std::int64_t refused = report_.counts.refused;
  if (refused < kMinRefusals || refused * 100 <= progress_.total * kMaxRefusedPercent) return;
  End(DeliveryEnd::kBindingStopped,
      Format("{} of {} were refused (more than {} %), last: {}",
             WithThousands(refused),
             Count(progress_.total, "operation", "operations"),
             kMaxRefusedPercent,
             last));
}

void ListDelivery::TakeFailure(const Operation& operation,
                               const DeliveryAnswer& answer,
                               std::size_t bindings,
                               Settlement& settlement) {
  last_failure_ = answer.reason;
  const SteadyPoint now = clock_.Steady();
  const double jitter = random_.Uniform();
  outage_.Failed(operation.id, operation.binding, now, jitter);
  limits_.Failed(operation.id, operation.binding, answer.reason, now, jitter);
  const bool away = outage_.away() || limits_.away(bindings);
  settlement.outcome = answer.verdict == Verdict::kUnknown ? Outcome::kUnknown : Outcome::kNotSent;
  settlement.spends_attempt = !away;
  if (away) {
    settlement.retry_at = settlement.at;  // The pause of the outage holds it back.
    return;
  }
  const std::optional<Duration> delay =
      NextDelay(settings_.retry, operation.attempts + 1, answer.retry_after, random_.Uniform());
  if (delay) {
    settlement.retry_at = settlement.at + *delay;
  } else {
    progress_.exhausted = ++report_.counts.exhausted;
    ++progress_.done;
  }
}

// Back to pending as if it had not been claimed.
void ListDelivery::GiveBack(const Operation& operation) {
  Settlement settlement;
  settlement.id = operation.id;
  settlement.outcome = Outcome::kNotSent;
  settlement.at = clock_.Now();
  settlement.spends_attempt = false;
  settlement.retry_at = settlement.at;
  settlements_.push_back(std::move(settlement));
}

// ---- The end ----

void ListDelivery::End(DeliveryEnd end, std::string reason) {
  if (ending_) return;
  ending_ = true;
  report_.end = end;
  report_.reason = std::move(reason);
  for (std::deque<Operation>& ready : ready_) {
    for (const Operation& operation : ready)
      GiveBack(operation);
    ready.clear();
  }
}

void ListDelivery::CheckForEnd() {
  if (order_.stop.stop_requested()) End(DeliveryEnd::kInterrupted, {});
  if (clock_.Steady() - progress_at_ >= order_.give_up_after)
    End(DeliveryEnd::kNoProgress,
        Format("nothing could be delivered for {}: {}",
               FormatDuration(order_.give_up_after),
               last_failure_.empty() ? kAskedToWait : last_failure_));
}

bool ListDelivery::Finished() const {
  if (in_flight_ > 0 || ready() > 0 || !settlements_.empty()) return false;
  return ending_ || (progress_.pending == 0 && !grew_) || (!more_due_ && !next_turn_);
}

DeliveryReport ListDelivery::Report() const {
  DeliveryReport report = report_;
  report.counts.by_call = statistics_.Summaries();
  return report;
}

SteadyPoint ListDelivery::NextTurn() const {
  // While ending, only answers are waited for.
  if (ending_) return SteadyPoint::max();
  SteadyPoint turn = progress_at_ + order_.give_up_after;
  if (next_turn_ && ready() == 0)
    turn = std::min(turn, clock_.Steady() + std::max(*next_turn_ - clock_.Now(), Duration(0)));
  return turn;
}

// ---- For people ----

DeliverySnapshot ListDelivery::TakeSnapshot() {
  return {order_.binding, progress_, calls_.TakeNew()};
}

void ListDelivery::Tell(std::size_t bindings, bool ended) {
  const SteadyPoint now = clock_.Steady();
  const bool shown_just_now = told_at_ && now - *told_at_ < kBetweenTellings;
  // Nothing else may happen for a long time after a stop is seen (CheckForEnd).
  const bool stops = order_.stop.stop_requested() && !ending_;
  if (!ended && (!opened_ || (shown_just_now && !stops))) return;
  progress_.ended = ended;
  told_at_ = now;
  progress_.per_second = rate_.PerSecond(now);
  progress_.limit = limits_.LimitOf(LaneOf(held_kind_), bindings, held_by_rate_, now, clock_.Now());
  if (outage_.away() && progress_.limit.kind != LimitKind::kAway) {
    progress_.limit = {};
    progress_.limit.kind = LimitKind::kAway;
    progress_.limit.reason = last_failure_;
  } else if (progress_.limit.kind == LimitKind::kNone && held_by_window_) {
    progress_.limit.kind = LimitKind::kConcurrency;
    progress_.limit.calls = static_cast<std::int64_t>(settings_.concurrency);
  }
  held_by_rate_ = held_by_window_ = false;
  held_kind_ = ready_[0].empty() ? OperationKind::kAdd : OperationKind::kRemove;
  if (order_.observer) order_.observer(progress_);
}

}  // namespace cohort_sync
