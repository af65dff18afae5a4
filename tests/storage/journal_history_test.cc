// Random histories of one binding against a destination that refuses, loses and delays: the rules
// R1-R5 together, on real rows.
#include <map>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "storage/store_fixture.h"

namespace cohort_sync {
namespace {

// A list somewhere else. A lost call may have arrived, may arrive later (but before its time is
// over), or never.
class LateList {
 public:
  void Apply(const Operation& operation) {
    if (operation.kind == OperationKind::kAdd) {
      members.insert(operation.contact);
    } else {
      members.erase(operation.contact);
    }
  }
  void Lose(const Operation& operation, TimePoint now, FakeRandom& random) {
    if (random.OneIn(3)) return;
    if (random.OneIn(2)) return Apply(operation);
    const auto delay = static_cast<std::int64_t>(random.Below(kSettleAfter.count()));
    late_.emplace(now + Duration(delay), operation);
  }
  void Tick(TimePoint now) {
    for (; !late_.empty() && late_.begin()->first < now; late_.erase(late_.begin()))
      Apply(late_.begin()->second);
  }

  std::set<std::string> members;

 private:
  std::multimap<TimePoint, Operation> late_;
};

class HistoryOfOneBinding {
 public:
  explicit HistoryOfOneBinding(std::uint64_t seed) : random_(seed) { Change(); }

  void Step() {
    world_.clock.Advance(Duration(static_cast<std::int64_t>(random_.Below(20'000))));
    list_.Tick(world_.clock.Now());
    switch (random_.Below(10)) {
      case 0:
      case 1:
        Change();
        break;
      case 2:
        Resync();
        break;
      case 3:
        Kill();
        world_.store().Recover(world_.clock.Now());
        break;
      case 4:
        world_.store().ReopenForRun(world_.binding, world_.clock.Now());
        break;
      case 5:
        world_.store().Prune(world_.clock.Now() - kSettleAfter);
        break;
      default:
        Deliver();
        break;
    }
    CheckRows();
  }

  // No more faults: repeats until nothing is open.
  void Heal() {
    healing_ = true;
    for (int i = 0; i < 50; ++i) {
      world_.store().ReopenParked(world_.binding);
      Deliver();
      world_.clock.Advance(kSettleAfter / 2);
      list_.Tick(world_.clock.Now());
    }
  }

  [[nodiscard]] const std::set<std::string>& wanted() const { return wanted_; }
  [[nodiscard]] std::set<std::string> Desired() { return world_.Desired(); }
  [[nodiscard]] const std::set<std::string>& on_list() const { return list_.members; }
  [[nodiscard]] std::int64_t Open() {
    const OpenCounts open = world_.store().CountOpen(world_.binding);
    return open.pending + open.parked + open.unknown_contacts;
  }

 private:
  void Change() {
    std::vector<std::string> add;
    std::vector<std::string> remove;
    for (const std::string contact : {"a", "b", "c", "d", "e"}) {
      if (!random_.OneIn(3)) continue;
      (wanted_.contains(contact) ? remove : add).push_back(contact);
    }
    world_.Commit(add, remove);
    for (const std::string& contact : remove)
      wanted_.erase(contact);
    wanted_.insert(add.begin(), add.end());
  }

  void Resync() { world_.Resync({wanted_.begin(), wanted_.end()}); }

  // What was sent may have arrived, or may arrive yet.
  void Kill() {
    for (const Operation& operation : in_flight_)
      list_.Lose(operation, world_.clock.Now(), random_);
    in_flight_.clear();
    world_.Reopen();
  }

  void Deliver() {
    std::vector<Settlement> settlements;
    std::vector<Operation> still_in_flight;
    for (const Operation& operation : in_flight_) {
      if (!healing_ && random_.OneIn(4)) {
        still_in_flight.push_back(operation);
      } else {
        settlements.push_back(Answer(operation));
      }
    }
    in_flight_ = std::move(still_in_flight);
    const Claimed claimed = world_.Settle(settlements, random_.Below(4) + (healing_ ? 5 : 0));
    in_flight_.insert(in_flight_.end(), claimed.operations.begin(), claimed.operations.end());
  }

  Settlement Answer(const Operation& operation) {
    const TimePoint now = world_.clock.Now();
    Settlement settlement = world_.Outcome(operation.id, cohort_sync::Outcome::kDelivered);
    switch (healing_ ? 0 : random_.Below(8)) {
      case 1:
        settlement.outcome = cohort_sync::Outcome::kRefused;
        break;
      case 2:
        settlement.outcome = cohort_sync::Outcome::kUnknownContact;
        break;
      case 3:
        settlement.outcome = cohort_sync::Outcome::kNotSent;
        break;
      case 4:
      case 5:
        settlement.outcome = cohort_sync::Outcome::kUnknown;
        list_.Lose(operation, now, random_);
        break;
      default:
        list_.Apply(operation);
        break;
    }
    if (random_.OneIn(2)) settlement.retry_at = now + Duration(3000);
    return settlement;
  }

  // Only the order per contact is promised, and that is: one sent, one waiting, the newest decides.
  void CheckRows() const {
    RC_ASSERT(world_.Number("SELECT count(*) FROM (SELECT 1 FROM operations WHERE state IN"
                            " ('pending', 'parked') GROUP BY contact HAVING count(*) > 1)") == 0);
    RC_ASSERT(world_.Number("SELECT count(*) FROM (SELECT 1 FROM operations WHERE state ="
                            " 'in_flight' GROUP BY contact HAVING count(*) > 1)") == 0);
  }

  StoreWorld world_;
  FakeRandom random_;
  LateList list_;
  std::set<std::string> wanted_;
  std::vector<Operation> in_flight_;
  bool healing_ = false;
};

RC_GTEST_PROP(Journal, EndsRightAfterAnyHistory, (std::uint64_t seed)) {
  HistoryOfOneBinding history(seed);
  const int steps = *rc::gen::inRange(1, 60);
  for (int i = 0; i < steps; ++i) {
    history.Step();
    RC_ASSERT(history.Desired() == history.wanted());
  }
  history.Heal();
  RC_ASSERT(history.Open() == 0);
  RC_ASSERT(history.on_list() == history.wanted());
}

}  // namespace
}  // namespace cohort_sync
