#include "sync/dispatcher.h"

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

#include "base/check.h"

namespace cohort_sync {
namespace {

// Acknowledgements wait this long, or until there are so many, for company in one commit.
constexpr Duration kGroupInterval{5};
constexpr std::size_t kGroupSize = 100;
constexpr Duration kLongestWait{60'000};
// How often the state is told how far deliveries are.
constexpr Duration kSaveInterval{2'000};

}  // namespace

Dispatcher::Dispatcher(SyncStore& store,
                       Clock& clock,
                       Random& random,
                       const DeliverySettings& settings,
                       std::shared_ptr<Wakeup> wakeup)
    : store_(store),
      clock_(clock),
      random_(random),
      settings_(settings),
      box_(std::make_shared<AnswerBox>(std::move(wakeup))),
      limits_(settings_) {}

void Dispatcher::Begin(DeliveryOrder order) {
  const SteadyPoint now = clock_.Steady();
  const BindingId binding = order.binding;
  auto delivery =
      std::make_unique<ListDelivery>(std::move(order), settings_, limits_, clock_, random_);
  if (auto refusal = limits_.Refusal(now))
    delivery->End(DeliveryEnd::kDestinationStopped, *std::move(refusal));
  limits_.ProbeNow(now);
  if (deliveries_.empty()) saved_at_ = now;
  const bool fresh = deliveries_.emplace(binding, std::move(delivery)).second;
  CHECK(fresh);
}

bool Dispatcher::Delivers(BindingId binding) const {
  return deliveries_.contains(binding);
}

void Dispatcher::Grew(BindingId binding, std::int64_t operations) {
  deliveries_.at(binding)->Grew(operations);
}

void Dispatcher::Step() {
  for (const auto& [binding, delivery] : deliveries_) {
    delivery->Tell(deliveries_.size(), false);
    delivery->CheckForEnd();
  }
  TakeAnswers();
  if (CommitIsDue()) CommitAndClaim();
  SendReady();
  ReportFinished();
  SaveProgress();
}

// ---- Answers ----

void Dispatcher::TakeAnswers() {
  const std::size_t bindings = deliveries_.size();
  const SteadyPoint now = clock_.Steady();
  const bool was_away = limits_.away(bindings);
  std::optional<std::string> refusal;
  for (ArrivedAnswer& arrived : box_->TakeAll()) {
    --in_flight_;
    busy_.erase(arrived.operation.contact);
    if (!group_since_) group_since_ = now;
    if (arrived.answer.verdict == Verdict::kDestinationRefused) refusal = arrived.answer.reason;
    deliveries_.at(arrived.operation.binding)
        ->Answered(arrived.operation, std::move(arrived.answer), bindings);
  }
  if (refusal) {
    for (const auto& [binding, delivery] : deliveries_)
      delivery->End(DeliveryEnd::kDestinationStopped, *refusal);
  }
  if (was_away && !limits_.away(bindings)) {
    for (const auto& [binding, delivery] : deliveries_)
      delivery->ProbeNow(now);
  }
}

// ---- Commits ----

bool Dispatcher::WantsToClaim(const ListDelivery& delivery) const {
  return delivery.ready() == 0 && delivery.MayClaim(clock_.Now());
}

bool Dispatcher::CommitIsDue() const {
  std::size_t settlements = 0;
  for (const auto& [binding, delivery] : deliveries_) {
    const std::size_t answered = delivery->settlements().size();
    if (answered > 0 && (delivery->ending() || delivery->ready() == 0)) return true;
    if (answered == 0 && WantsToClaim(*delivery)) return true;
    settlements += answered;
  }
  if (settlements == 0) return false;
  return settlements >= kGroupSize || clock_.Steady() - *group_since_ >= kGroupInterval;
}

std::size_t Dispatcher::Working() const {
  const TimePoint now = clock_.Now();
  std::size_t working = 0;
  for (const auto& [binding, delivery] : deliveries_) {
    if (delivery->ready() > 0 || delivery->MayClaim(now)) ++working;
  }
  return std::max<std::size_t>(1, working);
}

void Dispatcher::CommitAndClaim() {
  const TimePoint now = clock_.Now();
  const std::size_t share = std::max<std::size_t>(1, settings_.concurrency / Working());
  std::vector<Settlement> settlements;
  std::vector<ClaimRequest> claims;
  std::vector<ListDelivery*> claiming;
  for (const auto& [binding, delivery] : deliveries_) {
    const std::vector<Settlement>& answered = delivery->settlements();
    if (answered.empty() && !WantsToClaim(*delivery)) continue;
    settlements.insert(settlements.end(), answered.begin(), answered.end());
    const Duration settle_after = 2 * delivery->order().destination->request_timeout();
    claims.push_back({binding, delivery->Room(share), settle_after});
    claiming.push_back(delivery.get());
  }
  std::vector<Claimed> claimed = store_.SettleAndClaim(settlements, claims, now);
  group_since_.reset();
  for (std::size_t i = 0; i < claiming.size(); ++i)
    claiming[i]->Accept(std::move(claimed[i]), claims[i].limit);
}

// ---- Calls ----

void Dispatcher::SendReady() {
  send_again_at_.reset();
  while (in_flight_ < limits_.Window(deliveries_.size())) {
    OperationKind kind{};
    const SteadyPoint now = clock_.Steady();
    ListDelivery* next = NextToSend(kind, now);
    if (next == nullptr) return;
    Send(*next, next->TakeNext(kind, now));
  }
  for (const auto& [binding, delivery] : deliveries_) {
    if (delivery->ready() > 0) delivery->HeldByWindow();
  }
}

ListDelivery* Dispatcher::NextToSend(OperationKind& kind, SteadyPoint now) {
  ListDelivery* next = nullptr;
  const auto order = [this](const ListDelivery& delivery) {
    return std::tuple(delivery.in_flight(), sent_last_[delivery.order().binding]);
  };
  for (const auto& [binding, delivery] : deliveries_) {
    const auto sendable = delivery->Sendable(busy_, deliveries_.size(), now, send_again_at_);
    if (!sendable || (next != nullptr && order(*next) <= order(*delivery))) continue;
    next = delivery.get();
    kind = *sendable;
  }
  return next;
}

void Dispatcher::Send(ListDelivery& delivery, Operation operation) {
  ++in_flight_;
  busy_.insert(operation.contact);
  sent_last_[operation.binding] = ++calls_;
  const Delivery call{operation.kind, operation.contact, delivery.order().list};
  delivery.order().destination->Deliver(
      call, [box = box_, claimed = std::move(operation)](DeliveryAnswer answer) mutable {
        box->Put(std::move(claimed), std::move(answer));
      });
}

// ---- The end ----

void Dispatcher::ReportFinished() {
  for (auto next = deliveries_.begin(); next != deliveries_.end();) {
    if (!next->second->Finished()) {
      ++next;
      continue;
    }
    const std::unique_ptr<ListDelivery> delivery = std::move(next->second);
    const BindingId binding = next->first;
    const std::size_t bindings = deliveries_.size();
    next = deliveries_.erase(next);
    sent_last_.erase(binding);
    delivery->Tell(bindings, true);
    store_.SaveDeliveries(std::array{delivery->TakeSnapshot()});
    DeliveryReport report = delivery->Report();
    const OpenCounts open = store_.CountOpen(binding);
    report.counts.pending = open.pending;
    report.counts.parked = open.parked;
    report.counts.unknown_contacts = open.unknown_contacts;
    if (delivery->order().done) delivery->order().done(report);
  }
}

void Dispatcher::SaveProgress() {
  const SteadyPoint now = clock_.Steady();
  if (deliveries_.empty() || now - saved_at_ < kSaveInterval) return;
  saved_at_ = now;
  std::vector<DeliverySnapshot> snapshots;
  snapshots.reserve(deliveries_.size());
  for (const auto& [binding, delivery] : deliveries_)
    snapshots.push_back(delivery->TakeSnapshot());
  store_.SaveDeliveries(snapshots);
}

// ---- Waiting ----

Duration Dispatcher::Rest() const {
  const SteadyPoint now = clock_.Steady();
  SteadyPoint next = now + kLongestWait;
  if (group_since_) next = std::min(next, *group_since_ + kGroupInterval);
  if (send_again_at_) next = std::min(next, *send_again_at_);
  for (const auto& [binding, delivery] : deliveries_)
    next = std::min(next, delivery->NextTurn());
  return std::max(next - now, Duration(0));
}

}  // namespace cohort_sync
