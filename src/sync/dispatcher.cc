#include "sync/dispatcher.h"

#include <algorithm>
#include <array>
#include <deque>
#include <memory>
#include <utility>
#include <vector>

#include "base/format.h"
#include "base/text.h"
#include "base/time_text.h"
#include "sync/answer_box.h"
#include "sync/outage.h"
#include "sync/pacing.h"

namespace cohort_sync {
namespace {

// Acknowledgements wait this long, or until there are so many, for company in one commit.
constexpr Duration kGroupInterval{5};
constexpr std::size_t kGroupSize = 100;
constexpr Duration kLongestWait{60'000};
constexpr const char* kAskedToWait = "the destination asks to wait";

// One delivery from start to end, on the thread that owns the state. Operations are claimed one
// window ahead of the calls, so that an answer's slot is filled at once while its commit waits for
// company.
class Session {
 public:
  Session(SyncStore& store,
          ListDestination& destination,
          Clock& clock,
          Random& random,
          const DeliverySettings& settings,
          BindingId binding,
          const ListName& list,
          const DeliveryObserver& observer,
          std::stop_token stop)
      : store_(store),
        destination_(destination),
        clock_(clock),
        random_(random),
        settings_(settings),
        binding_(binding),
        list_(list),
        observer_(observer),
        stop_(std::move(stop)),
        pacer_(settings.requests_per_second),
        outage_(settings.retry) {}

  DeliveryReport Run() {
    progress_at_ = clock_.Steady();
    CommitAndClaim();
    progress_.total = open_ + report_.counts.unneeded;
    while (true) {
      Tell();
      CheckForEnd();
      CollectAnswers();
      if (CommitIsDue()) CommitAndClaim();
      SendReady();
      if (Finished()) break;
      Wait();
    }
    Tell();
    return report_;
  }

 private:
  [[nodiscard]] std::size_t ReadyCount() const { return ready_[0].size() + ready_[1].size(); }
  [[nodiscard]] std::deque<Operation>& ReadyOf(OperationKind kind) {
    return ready_[kind == OperationKind::kRemove ? 0 : 1];
  }

  void Tell() {
    if (!observer_) return;
    progress_.held_up.clear();
    if (outage_.away()) {
      progress_.held_up = last_failure_;
    } else if (throttled_in_a_row_ > 0) {
      progress_.held_up = kAskedToWait;
    }
    observer_(progress_);
  }

  // ---- Ending early ----
  void End(DeliveryEnd end, std::string reason) {
    if (ending_) return;
    ending_ = true;
    report_.end = end;
    report_.reason = std::move(reason);
    for (std::deque<Operation>& ready : ready_) {  // Claimed, never sent: pending again.
      for (const Operation& operation : ready)
        GiveBack(operation);
      ready.clear();
    }
  }

  void CheckForEnd() {
    if (stop_.stop_requested()) End(DeliveryEnd::kInterrupted, {});
    if (clock_.Steady() - progress_at_ >= settings_.give_up_after)
      End(DeliveryEnd::kNoProgress,
          Format("nothing could be delivered for {}: {}",
                 FormatDuration(settings_.give_up_after),
                 last_failure_.empty() ? kAskedToWait : last_failure_));
  }

  [[nodiscard]] bool Finished() const {
    if (in_flight_ > 0 || ReadyCount() > 0 || !settlements_.empty()) return false;
    return ending_ || open_ == 0 || (!more_due_ && !next_turn_);
  }

  // ---- Answers ----
  void CollectAnswers() {
    for (ArrivedAnswer& arrived : box_->TakeAll()) {
      --in_flight_;
      ++report_.counts.calls;
      if (settlements_.empty()) group_since_ = clock_.Steady();
      if (arrived.answer.http_status != 0 && arrived.answer.verdict != Verdict::kThrottled)
        pacer_.Accepted(destination_.LaneOf(arrived.operation.kind), clock_.Steady());
      TakeAnswer(arrived.operation, arrived.answer);
    }
  }

  void TakeAnswer(const Operation& operation, const DeliveryAnswer& answer) {
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
        Closed();
        break;
      case Verdict::kRefused:
        settlement.outcome = Outcome::kRefused;
        ++report_.counts.refused;
        Closed();
        CheckRefusals(answer.reason);
        break;
      case Verdict::kThrottled:
        TakeThrottling(operation, answer, settlement);
        break;
      case Verdict::kNotSent:
      case Verdict::kUnknown:
        TakeFailure(operation, answer, settlement);
        break;
      case Verdict::kListRefused:
      case Verdict::kDestinationRefused:
        outage_.Answered();
        GiveBack(operation);
        End(answer.verdict == Verdict::kListRefused ? DeliveryEnd::kBindingStopped
                                                    : DeliveryEnd::kDestinationStopped,
            answer.reason);
        return;
    }
    settlements_.push_back(std::move(settlement));
  }

  void Closed() {
    outage_.Answered();
    throttled_in_a_row_ = 0;
    ++progress_.done;
    progress_at_ = clock_.Steady();
  }

  void CheckRefusals(const std::string& last) {
    const std::int64_t refused = report_.counts.refused;
    if (refused < kMinRefusals || refused * 100 <= progress_.total * kMaxRefusedPercent) return;
    End(DeliveryEnd::kBindingStopped,
        Format("{} of {} were refused (more than {} %), last: {}",
               WithThousands(refused),
               Count(progress_.total, "operation", "operations"),
               kMaxRefusedPercent,
               last));
  }

  // The other side asked to wait: nothing was applied, and no attempt is spent.
  void TakeThrottling(const Operation& operation,
                      const DeliveryAnswer& answer,
                      Settlement& settlement) {
    outage_.Answered();
    ++throttled_in_a_row_;
    RetryPolicy endless = settings_.retry;
    endless.max_attempts = throttled_in_a_row_ + 1;
    const Duration wait =
        *NextDelay(endless, throttled_in_a_row_, answer.retry_after, random_.Uniform());
    const SteadyPoint now = clock_.Steady();
    const std::string lane = destination_.LaneOf(operation.kind);
    pacer_.Refused(lane, now);
    pacer_.PauseUntil(lane, now + wait);
    settlement.outcome = Outcome::kNotSent;
    settlement.spends_attempt = false;
    settlement.retry_at = settlement.at;
  }

  void TakeFailure(const Operation& operation,
                   const DeliveryAnswer& answer,
                   Settlement& settlement) {
    last_failure_ = answer.reason;
    outage_.Failed(operation.id, clock_.Steady(), random_.Uniform());
    settlement.outcome =
        answer.verdict == Verdict::kUnknown ? Outcome::kUnknown : Outcome::kNotSent;
    settlement.spends_attempt = !outage_.away();
    if (outage_.away()) {
      settlement.retry_at = settlement.at;  // The pause of the outage holds it back.
      return;
    }
    const std::optional<Duration> delay =
        NextDelay(settings_.retry, operation.attempts + 1, answer.retry_after, random_.Uniform());
    if (delay) {
      settlement.retry_at = settlement.at + *delay;
    } else {
      ++report_.counts.exhausted;
      ++progress_.done;
    }
  }

  // Back to pending as if it had not been claimed.
  void GiveBack(const Operation& operation) {
    Settlement settlement;
    settlement.id = operation.id;
    settlement.outcome = Outcome::kNotSent;
    settlement.at = clock_.Now();
    settlement.spends_attempt = false;
    settlement.retry_at = settlement.at;
    settlements_.push_back(std::move(settlement));
  }

  // ---- Commits ----
  [[nodiscard]] std::size_t Room() const {
    if (ending_) return 0;
    const std::size_t most = 2 * settings_.concurrency;
    const std::size_t taken = in_flight_ + ReadyCount();
    return taken < most ? most - taken : 0;
  }

  [[nodiscard]] bool CommitIsDue() const {
    if (!settlements_.empty())
      return ending_ || ReadyCount() == 0 || settlements_.size() >= kGroupSize ||
             clock_.Steady() - group_since_ >= kGroupInterval;
    if (ReadyCount() > 0 || Room() == 0) return false;
    return more_due_ || (next_turn_ && *next_turn_ <= clock_.Now());
  }

  void CommitAndClaim() {
    const std::size_t room = Room();
    Claimed claimed = store_.SettleAndClaim(
        settlements_, binding_, room, clock_.Now(), 2 * destination_.request_timeout());
    settlements_.clear();
    more_due_ = claimed.operations.size() == room && room > 0;
    next_turn_ = claimed.next_turn;
    open_ = claimed.open;
    report_.counts.unneeded += claimed.unneeded;
    progress_.done += claimed.unneeded;
    if (claimed.unneeded > 0) progress_at_ = clock_.Steady();
    for (Operation& operation : claimed.operations) {
      std::deque<Operation>& ready = ReadyOf(operation.kind);
      ready.push_back(std::move(operation));
    }
  }

  // ---- Calls ----
  void SendReady() {
    send_again_at_.reset();
    for (const OperationKind kind : {OperationKind::kRemove, OperationKind::kAdd}) {
      std::deque<Operation>& ready = ReadyOf(kind);
      const std::string lane = destination_.LaneOf(kind);
      while (!ready.empty() && in_flight_ < Window()) {
        const SteadyPoint now = clock_.Steady();
        const SteadyPoint earliest =
            std::max(pacer_.EarliestCall(lane, now), outage_.away() ? outage_.probe_at() : now);
        if (earliest > now) {
          send_again_at_ = send_again_at_ ? std::min(*send_again_at_, earliest) : earliest;
          break;
        }
        pacer_.Took(lane, now);
        Send(std::move(ready.front()));
        ready.pop_front();
      }
    }
  }

  [[nodiscard]] std::size_t Window() const { return outage_.away() ? 1 : settings_.concurrency; }

  void Send(Operation operation) {
    ++in_flight_;
    const Delivery delivery{operation.kind, operation.contact, list_};
    destination_.Deliver(
        delivery, [box = box_, claimed = std::move(operation)](DeliveryAnswer answer) mutable {
          box->Put(std::move(claimed), std::move(answer));
        });
  }

  // ---- Waiting ----
  void Wait() {
    const SteadyPoint now = clock_.Steady();
    Duration longest = kLongestWait;
    // While ending, only answers are waited for: any other reason, `stop_` included, has come
    // already and would make this spin.
    if (!ending_) {
      longest = std::min(longest, progress_at_ + settings_.give_up_after - now);
      if (!settlements_.empty()) longest = std::min(longest, group_since_ + kGroupInterval - now);
      if (send_again_at_) longest = std::min(longest, *send_again_at_ - now);
      if (next_turn_ && ReadyCount() == 0) longest = std::min(longest, *next_turn_ - clock_.Now());
      longest = std::max(longest, Duration(0));
    }
    if (in_flight_ > 0) {
      box_->Wait(longest, ending_ ? std::stop_token() : stop_);
    } else if (longest > Duration(0)) {
      clock_.SleepFor(longest, stop_);
    }
  }

  SyncStore& store_;
  ListDestination& destination_;
  Clock& clock_;
  Random& random_;
  const DeliverySettings& settings_;
  const BindingId binding_;
  const ListName& list_;
  const DeliveryObserver& observer_;
  const std::stop_token stop_;

  Pacer pacer_;
  OutageDetector outage_;
  std::shared_ptr<AnswerBox> box_ = std::make_shared<AnswerBox>();
  std::array<std::deque<Operation>, 2> ready_;  // Claimed, not sent: removals, adds.
  std::size_t in_flight_ = 0;
  std::vector<Settlement> settlements_;  // Answered, not committed.
  SteadyPoint group_since_{};
  bool more_due_ = true;
  std::optional<TimePoint> next_turn_;
  std::optional<SteadyPoint> send_again_at_;
  std::int64_t open_ = 0;
  int throttled_in_a_row_ = 0;
  bool ending_ = false;
  SteadyPoint progress_at_{};
  std::string last_failure_;
  DeliveryProgress progress_;
  DeliveryReport report_;
};

}  // namespace

Dispatcher::Dispatcher(SyncStore& store,
                       ListDestination& destination,
                       Clock& clock,
                       Random& random,
                       const DeliverySettings& settings)
    : store_(store),
      destination_(destination),
      clock_(clock),
      random_(random),
      settings_(settings) {}

DeliveryReport Dispatcher::Deliver(BindingId binding,
                                   const ListName& list,
                                   const DeliveryObserver& observer,
                                   const std::stop_token& stop) {
  DeliveryReport report =
      Session(store_, destination_, clock_, random_, settings_, binding, list, observer, stop)
          .Run();
  const OpenCounts open = store_.CountOpen(binding);
  report.counts.pending = open.pending;
  report.counts.parked = open.parked;
  report.counts.unknown_contacts = open.unknown_contacts;
  return report;
}

}  // namespace cohort_sync
