// A destination in memory: keeps its lists, enforces the rules of its port, answers by script and
// remembers every call.
#ifndef COHORT_SYNC_TESTS_SUPPORT_FAKE_LIST_DESTINATION_H_
#define COHORT_SYNC_TESTS_SUPPORT_FAKE_LIST_DESTINATION_H_

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "support/delivery_script.h"
#include "sync/list_destination.h"

namespace cohort_sync {

// Calls are answered before Deliver returns, unless HoldAnswers was called. Two calls for one
// contact at once are a test failure. Safe from several threads, but set up by one.
class FakeListDestination final : public ListDestination {
 public:
  explicit FakeListDestination(const Clock& clock);
  ~FakeListDestination() override;
  FakeListDestination(const FakeListDestination&) = delete;
  FakeListDestination& operator=(const FakeListDestination&) = delete;

  // ---- Script ----
  // The next `calls` calls get `verdict`, whatever they are about.
  void FailNext(std::size_t calls, const ScriptedVerdict& verdict);
  // Every call about `contact` gets `verdict`, until nullopt.
  void Always(const std::string& contact, const std::optional<ScriptedVerdict>& verdict);
  void ForgetScript();  // What FailNext and Always asked for.
  // From now on answers come from another thread, the oldest first, whenever `calls` calls are in
  // flight or ReleaseAnswers was called.
  void HoldAnswers(std::size_t calls);
  void ReleaseAnswers();

  // Calls about `contact` are applied, and answered by AnswerHanging only.
  void Hang(const std::string& contact);
  // Answers the oldest `calls` of them, on this thread; those that come later are answered at once
  // while `calls` is not used up.
  void AnswerHanging(std::size_t calls);

  // ---- What is on the other side ----
  // Replaces a list of that name; the new one has the next id, from 100 up.
  void MakeList(const std::string& name, const std::set<std::string>& contacts = {});
  void DropList(const std::string& name);
  void SetListId(const std::string& name, ListId id);
  // As of the clock's time; empty when there is no such list.
  [[nodiscard]] std::set<std::string> ContactsOf(const std::string& list);

  // ---- What was asked ----
  [[nodiscard]] std::vector<RecordedCall> calls() const;
  // The same as "add anna", in order.
  [[nodiscard]] std::vector<std::string> lines() const;
  void ForgetCalls();
  [[nodiscard]] std::size_t most_in_flight() const;
  [[nodiscard]] std::size_t in_flight() const;

  // Called for each delivery before it has any effect, on the caller's thread. May be empty.
  std::function<void(const Delivery&)> on_deliver;
  // What the next blocking calls say instead of an answer.
  std::optional<Error> blocking_error;
  std::optional<Error> clear_error;  // What ClearList says instead of doing it.
  // nullopt: the key may not ask.
  std::optional<std::vector<std::string>> attribute_keys = std::vector<std::string>();
  bool may_count_contacts = true;
  std::string endpoint_text = "https://api.cordial.io/v2";
  std::size_t lists_made = 0;  // By EnsureList.

  // ---- ListDestination ----
  [[nodiscard]] const std::string& endpoint() const override { return endpoint_text; }
  [[nodiscard]] Result<ListName> ListNameFor(const std::string& cohort_name) const override;
  [[nodiscard]] Result<ListName> CheckListName(const std::string& name) const override;
  [[nodiscard]] Result<std::optional<ListInfo>> FindList(const ListName& name) override;
  [[nodiscard]] Result<ListInfo> EnsureList(const ListName& name) override;
  [[nodiscard]] Result<std::optional<std::int64_t>> CountContacts(ListId list) override;
  [[nodiscard]] Status ClearList(ListId list) override;
  [[nodiscard]] Result<std::optional<std::vector<std::string>>> AttributeKeys() override;
  void Deliver(const Delivery& delivery, std::function<void(DeliveryAnswer)> done) override;
  [[nodiscard]] std::string LaneOf(OperationKind kind) const override;
  [[nodiscard]] Duration request_timeout() const override { return Duration(30'000); }

 private:
  struct List {
    ListId id;
    std::set<std::string> contacts;
  };
  struct Late {
    SteadyPoint at;
    Delivery delivery;
  };
  struct Held {
    std::string contact;
    DeliveryAnswer answer;
    std::function<void(DeliveryAnswer)> done;
  };

  [[nodiscard]] ScriptedVerdict TakeVerdict(const Delivery& delivery);
  void Apply(const Delivery& delivery);
  void ApplyLate();
  void Answer(Held held);
  void AnswerHeld(const std::stop_token& stop);

  const Clock& clock_;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::map<std::string, List> lists_;
  std::int64_t next_list_id_ = 100;
  std::deque<ScriptedVerdict> next_;
  std::map<std::string, ScriptedVerdict> always_;
  std::vector<Late> late_;
  std::vector<RecordedCall> calls_;
  std::set<std::string> contacts_in_flight_;
  std::size_t most_in_flight_ = 0;
  std::optional<std::size_t> hold_;
  std::deque<Held> held_;
  std::set<std::string> hang_;
  std::deque<Held> hanging_;
  std::size_t not_hanging_ = 0;  // Of the calls to come.
  std::jthread answering_;       // Last: it uses everything above.
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_TESTS_SUPPORT_FAKE_LIST_DESTINATION_H_
