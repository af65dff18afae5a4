// The rules of the journal under every fault at once: one contact, random histories, no database.
// After healing, the destination must be what was wanted last. Then the same histories with one
// rule switched off in the harness must end wrong, which shows that the rule is needed and that the
// histories are hard enough to tell.
#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/format.h"
#include "support/fake_random.h"
#include "sync/journal_rules.h"

namespace cohort_sync {
namespace {

using namespace std::chrono_literals;

constexpr Duration kTimeout = 30s;
constexpr Duration kSettleAfter = 2 * kTimeout;
constexpr int kHistories = 20'000;

// One rule, or one half of it, that the harness leaves out.
enum class Without {
  kNothing,
  kR1Appending,          // A change that undoes a waiting operation just cancels it.
  kR2Claims,             // A crash forgets what was in flight.
  kR3CautionInDoubt,     // An unknown outcome is taken for "not applied".
  kR3RefusedIsNotOurs,   // A refused add is taken for ours.
  kR4OneWaiting,         // An older waiting operation stays beside the newer one.
  kR4BeforeIsPassedOn,   // The newer one believes that the waiting one was done.
  kR5WaitingOut,         // The opposite of an unknown attempt is sent at once.
  kR5NoRepeatInBetween,  // An unknown attempt is repeated though the opposite waits.
};

struct Row {
  OperationKind kind = OperationKind::kAdd;
  Membership before = Membership::kUnknown;
  OperationState state = OperationState::kPending;
  std::optional<UnknownAttempt> unknown;
  TimePoint not_before{};

  [[nodiscard]] bool waits() const {
    return state == OperationState::kPending || state == OperationState::kParked;
  }
};

OperationKind KindFor(bool desired) {
  return desired ? OperationKind::kAdd : OperationKind::kRemove;
}

// The destination's side of one contact: requests may take effect long after their caller gave up.
class ModelDestination {
 public:
  explicit ModelDestination(bool on) : on_(on) {}

  void ApplyNow(OperationKind kind) { on_ = kind == OperationKind::kAdd; }
  void ApplyAt(OperationKind kind, TimePoint time) { late_.push_back({kind, time}); }
  void PassTo(TimePoint now) {
    std::sort(late_.begin(), late_.end(), [](const auto& a, const auto& b) { return a.at < b.at; });
    while (!late_.empty() && late_.front().at <= now) {
      ApplyNow(late_.front().kind);
      late_.erase(late_.begin());
    }
  }
  [[nodiscard]] bool on() const { return on_; }

 private:
  bool on_;
  std::vector<UnknownAttempt> late_;
};

class ModelOfOneContact {
 public:
  ModelOfOneContact(std::uint64_t seed, Without without)
      : random_(seed),
        without_(without),
        desired_(random_.OneIn(2)),
        in_checkpoint_(desired_),
        foreign_(!desired_ && random_.OneIn(2)),
        ours_(desired_ ? 1 : 0),
        destination_(desired_ || foreign_) {}

  // What went wrong; empty when nothing did.
  std::string Run() {
    const std::uint64_t events = 5 + random_.Below(60);
    for (std::uint64_t i = 0; i < events; ++i) {
      RandomEvent();
      CheckOwnership();
    }
    Heal();
    if (!wrong_.empty()) return wrong_;
    if (std::any_of(rows_.begin(), rows_.end(), [](const Row& row) { return row.waits(); }))
      return "an operation is open after healing";
    const bool expected = desired_ || foreign_;
    if (destination_.on() == expected) return {};
    return Format("the contact is {} the list", expected ? "not on" : "still on");
  }

 private:
  void RandomEvent() {
    switch (random_.Below(9)) {
      case 0:
      case 1:
        ChangeDesire();
        break;
      case 2:
      case 3:
        Claim();
        break;
      case 4:
      case 5:
        if (in_flight_) Answer();
        break;
      case 6:
        Crash();
        break;
      case 7:
        Advance(RandomWait());
        break;
      default:
        random_.OneIn(2) ? ReopenParked() : Prune();
    }
  }

  Duration RandomWait() {
    const std::int64_t longest = random_.OneIn(2) ? 5'000 : 4 * kTimeout.count();
    return Duration(static_cast<std::int64_t>(random_.Below(static_cast<std::uint64_t>(longest))));
  }

  void Advance(Duration duration) {
    now_ += duration;
    destination_.PassTo(now_);
  }

  [[nodiscard]] Row* Newest() {
    for (auto row = rows_.rbegin(); row != rows_.rend(); ++row) {
      if (row->state != OperationState::kSuperseded) return &*row;
    }
    return nullptr;
  }

  // R3 by its rule, against the calls that were really made.
  void CheckOwnership() {
    const Row* const newest = Newest();
    const bool owned = newest == nullptr ? in_checkpoint_ : Owned(Seen(*newest));
    if (without_ == Without::kNothing && owned != (ours_ > 0)) wrong_ = "ownership is wrong";
  }

  [[nodiscard]] static NewestOperation Seen(const Row& row) {
    return {{}, row.kind, row.before, row.state, row.unknown};
  }

  // A snapshot in which the contact has joined or left.
  void ChangeDesire() {
    desired_ = !desired_;
    Row* const newest = Newest();
    if (without_ == Without::kR1Appending && newest != nullptr && newest->waits()) {
      newest->state = OperationState::kSuperseded;
      return;
    }
    std::optional<NewestOperation> seen;
    if (newest != nullptr) seen = Seen(*newest);
    const Appended appended = Append(seen, in_checkpoint_);
    Row row;
    row.kind = KindFor(desired_);
    row.before = appended.before;
    row.unknown = appended.unknown;
    if (appended.supersedes_newest) {
      if (without_ == Without::kR4BeforeIsPassedOn) row.before = Wanted(newest->kind);
      if (without_ != Without::kR4OneWaiting) newest->state = OperationState::kSuperseded;
    }
    rows_.push_back(row);
  }

  // The dispatcher's turn: one call in flight per contact.
  void Claim() {
    if (in_flight_) return;
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      Row& row = rows_[i];
      if (row.state != OperationState::kPending || row.not_before > now_) continue;
      std::optional<UnknownAttempt> unknown = row.unknown;
      if (without_ == Without::kR5WaitingOut) unknown.reset();
      const Turn turn = TurnOf(row.kind, row.before, unknown, now_, kSettleAfter);
      if (turn == Turn::kWait) continue;
      if (turn == Turn::kUnneeded) {
        row.state = OperationState::kUnneeded;
        continue;
      }
      row.state = OperationState::kInFlight;
      in_flight_ = i;
      Sent(row.kind);
      return;
    }
  }

  void Sent(OperationKind kind) {
    if (kind == OperationKind::kAdd) {
      ++ours_;
      return;
    }
    if (ours_ == 0) wrong_ = "a removal was sent for a contact that is not ours";
    foreign_ = false;
  }

  void Answer() {
    const OperationKind kind = rows_[*in_flight_].kind;
    Settlement settlement;
    settlement.at = now_;
    if (!random_.OneIn(4)) settlement.retry_at = now_ + RandomWait();
    switch (random_.Below(7)) {
      case 0:
      case 1:
        settlement.outcome = Outcome::kDelivered;
        destination_.ApplyNow(kind);
        break;
      case 2:
        settlement.outcome = random_.OneIn(2) ? Outcome::kRefused : Outcome::kUnknownContact;
        break;
      case 3:
        settlement.outcome = Outcome::kNotSent;
        break;
      default:
        settlement.outcome = Outcome::kUnknown;
        PerhapsApply(kind);
    }
    SettleInFlight(settlement);
  }

  // Nobody hears what becomes of the request: now, later, or never.
  void PerhapsApply(OperationKind kind) {
    switch (random_.Below(3)) {
      case 0:
        destination_.ApplyNow(kind);
        break;
      case 1:
        destination_.ApplyAt(
            kind,
            now_ + Duration(static_cast<std::int64_t>(random_.Below(kSettleAfter.count() + 1))));
        break;
      default:
        break;
    }
  }

  void SettleInFlight(const Settlement& settlement) {
    Row& row = rows_[*in_flight_];
    in_flight_.reset();
    CountOwnership(row.kind, settlement.outcome);
    Operation operation;
    operation.kind = row.kind;
    operation.before = row.before;
    operation.unknown = row.unknown;
    const bool has_waiting =
        std::any_of(rows_.begin(), rows_.end(), [](const Row& other) { return other.waits(); });
    const bool unknown = settlement.outcome == Outcome::kUnknown;
    const bool repeats = without_ == Without::kR5NoRepeatInBetween && unknown;
    Settled settled = Settle(operation, settlement, has_waiting && !repeats);
    if (without_ == Without::kR3CautionInDoubt && unknown) {
      settled.before = settled.waiting_before = operation.before;
      settled.unknown = operation.unknown;
    }
    if (without_ == Without::kR3RefusedIsNotOurs && settlement.outcome == Outcome::kRefused)
      settled.before = settled.waiting_before = Membership::kUnknown;
    row.state = settled.state;
    row.before = settled.before;
    row.unknown = settled.unknown;
    row.not_before = settlement.retry_at.value_or(TimePoint{});
    for (Row& other : rows_) {
      if (&other == &row || !other.waits()) continue;
      other.before = settled.waiting_before;
      other.unknown = settled.unknown;
    }
  }

  // By the definition: adds that were sent and not definitely refused, since the last removal that
  // was acknowledged.
  void CountOwnership(OperationKind kind, Outcome outcome) {
    const bool definitely_not = outcome == Outcome::kRefused ||
                                outcome == Outcome::kUnknownContact || outcome == Outcome::kNotSent;
    if (kind == OperationKind::kAdd && definitely_not) --ours_;
    if (kind == OperationKind::kRemove && outcome == Outcome::kDelivered) ours_ = 0;
  }

  // The process ends, perhaps between a claim and its settlement, and starts again later.
  void Crash() {
    if (!in_flight_) return;
    if (!random_.OneIn(4)) PerhapsApply(rows_[*in_flight_].kind);
    Advance(RandomWait());
    Settlement settlement;
    settlement.at = now_;
    settlement.retry_at = now_;
    settlement.outcome = Outcome::kUnknown;
    if (without_ == Without::kR2Claims) {
      const int ours = ours_;
      settlement.outcome = Outcome::kNotSent;
      SettleInFlight(settlement);
      ours_ = ours;
      return;
    }
    SettleInFlight(settlement);
  }

  // A person's retry, or the next run.
  void ReopenParked() {
    for (Row& row : rows_) {
      if (row.state != OperationState::kParked) continue;
      row.state = OperationState::kPending;
      row.not_before = TimePoint{};
    }
  }

  // Folding and pruning: the checkpoint keeps the desire only. What is pruned is older than any
  // request can live.
  void Prune() {
    const Row* const newest = Newest();
    if (newest == nullptr || in_flight_) return;
    if (newest->state != OperationState::kDelivered && newest->state != OperationState::kUnneeded)
      return;
    if (newest->unknown && now_ < newest->unknown->at + kSettleAfter) return;
    if (std::any_of(rows_.begin(), rows_.end(), [](const Row& row) { return row.waits(); })) return;
    rows_.clear();
    in_checkpoint_ = desired_;
  }

  // No more faults: everything that is open gets delivered in its turn, and time passes.
  void Heal() {
    for (int round = 0; round < 12; ++round) {
      ReopenParked();
      Claim();
      if (in_flight_) {
        Settlement settlement;
        settlement.at = now_;
        settlement.outcome = Outcome::kDelivered;
        destination_.ApplyNow(rows_[*in_flight_].kind);
        SettleInFlight(settlement);
      }
      Advance(kTimeout);
    }
  }

  FakeRandom random_;
  Without without_;
  TimePoint now_ = FromMillis(1'000'000);
  bool desired_;
  bool in_checkpoint_;
  bool foreign_;  // Somebody else put the contact on the list, and we sent no removal yet.
  int ours_;      // Sent adds that make the membership ours.
  std::vector<Row> rows_;
  std::optional<std::size_t> in_flight_;
  ModelDestination destination_;
  std::string wrong_;
};

// The first history that ends wrong: its seed and what was wrong; empty when none does.
std::string FirstWrongHistory(Without without) {
  for (std::uint64_t seed = 1; seed <= kHistories; ++seed) {
    const std::string wrong = ModelOfOneContact(seed, without).Run();
    if (!wrong.empty()) return Format("history {}: {}", seed, wrong);
  }
  return {};
}

TEST(JournalModel, EveryHistoryEndsAsWantedAndRemovesOnlyWhatIsOurs) {
  EXPECT_EQ(FirstWrongHistory(Without::kNothing), "");
}

// Does some history end wrong at the destination itself?
bool EndsWrong(Without without) {
  const std::string wrong = FirstWrongHistory(without);
  return wrong.ends_with("the list") || wrong.ends_with("not ours");
}

TEST(JournalModel, FailsWithoutR1) {
  EXPECT_TRUE(EndsWrong(Without::kR1Appending));
}

TEST(JournalModel, FailsWithoutR2) {
  EXPECT_TRUE(EndsWrong(Without::kR2Claims));
}

TEST(JournalModel, FailsWithoutR3) {
  EXPECT_TRUE(EndsWrong(Without::kR3CautionInDoubt));
}

TEST(JournalModel, FailsWithoutR3OfRefusedAdds) {
  EXPECT_TRUE(EndsWrong(Without::kR3RefusedIsNotOurs));
}

TEST(JournalModel, FailsWithoutR4) {
  EXPECT_TRUE(EndsWrong(Without::kR4OneWaiting));
}

TEST(JournalModel, FailsWithoutR4PassingOnWhatWasBefore) {
  EXPECT_TRUE(EndsWrong(Without::kR4BeforeIsPassedOn));
}

TEST(JournalModel, FailsWithoutR5) {
  EXPECT_TRUE(EndsWrong(Without::kR5WaitingOut));
}

TEST(JournalModel, FailsWithoutR5OfRepeats) {
  EXPECT_TRUE(EndsWrong(Without::kR5NoRepeatInBetween));
}

}  // namespace
}  // namespace cohort_sync
