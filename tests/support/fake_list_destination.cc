#include "support/fake_list_destination.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "base/format.h"

namespace cohort_sync {

FakeListDestination::FakeListDestination(const Clock& clock) : clock_(clock) {}

FakeListDestination::~FakeListDestination() {
  answering_.request_stop();
}

void FakeListDestination::FailNext(std::size_t calls, const ScriptedVerdict& verdict) {
  const std::lock_guard lock(mutex_);
  next_.insert(next_.end(), calls, verdict);
}

void FakeListDestination::Always(const std::string& contact,
                                 const std::optional<ScriptedVerdict>& verdict) {
  const std::lock_guard lock(mutex_);
  always_.erase(contact);
  if (verdict) always_.emplace(contact, *verdict);
}

void FakeListDestination::ForgetScript() {
  const std::lock_guard lock(mutex_);
  next_.clear();
  always_.clear();
}

void FakeListDestination::HoldAnswers(std::size_t calls) {
  const std::lock_guard lock(mutex_);
  hold_ = calls;
  if (!answering_.joinable())
    answering_ = std::jthread([this](const std::stop_token& stop) { AnswerHeld(stop); });
}

void FakeListDestination::ReleaseAnswers() {
  const std::lock_guard lock(mutex_);
  hold_ = 0;
  changed_.notify_all();
}

void FakeListDestination::Hang(const std::string& contact) {
  const std::lock_guard lock(mutex_);
  hang_.insert(contact);
}

void FakeListDestination::AnswerHanging(std::size_t calls) {
  std::deque<Held> answered;
  {
    const std::lock_guard lock(mutex_);
    for (; calls > 0 && !hanging_.empty(); --calls) {
      answered.push_back(std::move(hanging_.front()));
      hanging_.pop_front();
    }
    not_hanging_ = calls;
  }
  for (Held& held : answered)
    Answer(std::move(held));
}

void FakeListDestination::MakeList(const std::string& name, const std::set<std::string>& contacts) {
  const std::lock_guard lock(mutex_);
  lists_[name] = List{ListId(next_list_id_++), contacts};
}

void FakeListDestination::DropList(const std::string& name) {
  const std::lock_guard lock(mutex_);
  lists_.erase(name);
}

void FakeListDestination::SetListId(const std::string& name, ListId id) {
  const std::lock_guard lock(mutex_);
  lists_.at(name).id = id;
}

std::set<std::string> FakeListDestination::ContactsOf(const std::string& list) {
  const std::lock_guard lock(mutex_);
  ApplyLate();
  const auto found = lists_.find(list);
  return found == lists_.end() ? std::set<std::string>() : found->second.contacts;
}

std::vector<RecordedCall> FakeListDestination::calls() const {
  const std::lock_guard lock(mutex_);
  return calls_;
}

std::vector<std::string> FakeListDestination::lines() const {
  std::vector<std::string> lines;
  for (const RecordedCall& call : calls())
    lines.push_back(Format("{} {}", ToString(call.kind), call.contact));
  return lines;
}

void FakeListDestination::ForgetCalls() {
  const std::lock_guard lock(mutex_);
  calls_.clear();
}

std::size_t FakeListDestination::most_in_flight() const {
  const std::lock_guard lock(mutex_);
  return most_in_flight_;
}

std::size_t FakeListDestination::in_flight() const {
  const std::lock_guard lock(mutex_);
  return contacts_in_flight_.size();
}

Result<ListName> FakeListDestination::ListNameFor(const std::string& cohort_name) const {
  std::string name = cohort_name;
  name.erase(std::remove(name.begin(), name.end(), ' '), name.end());
  return CheckListName(name);
}

Result<ListName> FakeListDestination::CheckListName(const std::string& name) const {
  const bool allowed = std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  });
  if (allowed && !name.empty()) return ListName(name);
  return Fail(ErrorCode::kConfiguration,
              Format("list name '{}' is not allowed; set 'list_name'", name));
}

Result<std::optional<ListInfo>> FakeListDestination::FindList(const ListName& name) {
  if (blocking_error) return Fail(*blocking_error);
  const std::lock_guard lock(mutex_);
  const auto found = lists_.find(name.value());
  if (found == lists_.end()) return std::nullopt;
  return ListInfo{found->second.id, name};
}

Result<ListInfo> FakeListDestination::EnsureList(const ListName& name) {
  if (blocking_error) return Fail(*blocking_error);
  const std::lock_guard lock(mutex_);
  auto found = lists_.find(name.value());
  if (found == lists_.end()) {
    found = lists_.emplace(name.value(), List{ListId(next_list_id_++), {}}).first;
    ++lists_made;
  }
  return ListInfo{found->second.id, name};
}

Result<std::optional<std::int64_t>> FakeListDestination::CountContacts(ListId list) {
  if (blocking_error) return Fail(*blocking_error);
  if (!may_count_contacts) return std::nullopt;
  const std::lock_guard lock(mutex_);
  ApplyLate();
  for (const auto& [name, known] : lists_) {
    if (known.id == list) return static_cast<std::int64_t>(known.contacts.size());
  }
  return Fail(ErrorCode::kNotFound, Format("no list {}", list.value()));
}

Status FakeListDestination::ClearList(ListId list) {
  if (clear_error) return Fail(*clear_error);
  const std::lock_guard lock(mutex_);
  for (auto& [name, known] : lists_) {
    if (known.id != list) continue;
    known.contacts.clear();
    return {};
  }
  return Fail(ErrorCode::kNotFound, Format("no list {}", list.value()));
}

Result<std::optional<std::vector<std::string>>> FakeListDestination::AttributeKeys() {
  if (blocking_error) return Fail(*blocking_error);
  return attribute_keys;
}

std::string FakeListDestination::LaneOf(OperationKind kind) const {
  return kind == OperationKind::kAdd ? "POST" : "PUT";
}

void FakeListDestination::Deliver(const Delivery& delivery,
                                  std::function<void(DeliveryAnswer)> done) {
  if (on_deliver) on_deliver(delivery);
  Held held{delivery.contact, {}, std::move(done)};
  {
    const std::lock_guard lock(mutex_);
    calls_.push_back({delivery.kind, delivery.contact, clock_.Steady()});
    if (!contacts_in_flight_.insert(delivery.contact).second)
      ADD_FAILURE() << "two calls at once for " << delivery.contact;
    most_in_flight_ = std::max(most_in_flight_, contacts_in_flight_.size());
    ApplyLate();
    const ScriptedVerdict verdict = TakeVerdict(delivery);
    if (verdict.verdict == Verdict::kDelivered) Apply(delivery);
    if (verdict.applied_after)
      late_.push_back({clock_.Steady() + *verdict.applied_after, delivery});
    held.answer.verdict = verdict.verdict;
    held.answer.reason = verdict.reason;
    held.answer.retry_after = verdict.retry_after;
    held.answer.call.sent_at = clock_.Now();
    held.answer.call.method = LaneOf(delivery.kind);
    held.answer.call.target = "/contacts/" + delivery.contact;
    held.answer.call.http_status = verdict.verdict == Verdict::kDelivered ? 200 : 0;
    held.answer.call.answer = verdict.reason;
    if (hang_.contains(delivery.contact) && not_hanging_ == 0) {
      hanging_.push_back(std::move(held));
      return;
    }
    if (hang_.contains(delivery.contact)) --not_hanging_;
    if (hold_) {
      held_.push_back(std::move(held));
      changed_.notify_all();
      return;
    }
  }
  Answer(std::move(held));
}

ScriptedVerdict FakeListDestination::TakeVerdict(const Delivery& delivery) {
  if (const auto always = always_.find(delivery.contact); always != always_.end())
    return always->second;
  if (!next_.empty()) {
    const ScriptedVerdict verdict = next_.front();
    next_.pop_front();
    return verdict;
  }
  if (!lists_.contains(delivery.list.value()))
    return {Verdict::kListRefused, Format("no list '{}'", delivery.list.value()), {}, {}};
  return {};
}

void FakeListDestination::Apply(const Delivery& delivery) {
  const auto list = lists_.find(delivery.list.value());
  if (list == lists_.end()) return;
  if (delivery.kind == OperationKind::kAdd) {
    list->second.contacts.insert(delivery.contact);
  } else {
    list->second.contacts.erase(delivery.contact);
  }
}

void FakeListDestination::ApplyLate() {
  std::stable_sort(
      late_.begin(), late_.end(), [](const Late& a, const Late& b) { return a.at < b.at; });
  while (!late_.empty() && late_.front().at <= clock_.Steady()) {
    Apply(late_.front().delivery);
    late_.erase(late_.begin());
  }
}

void FakeListDestination::Answer(Held held) {
  {
    const std::lock_guard lock(mutex_);
    contacts_in_flight_.erase(held.contact);
  }
  held.done(std::move(held.answer));
}

void FakeListDestination::AnswerHeld(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    std::unique_lock lock(mutex_);
    changed_.wait(
        lock, stop, [this] { return !held_.empty() && held_.size() >= hold_.value_or(0); });
    if (held_.empty()) continue;
    Held oldest = std::move(held_.front());
    held_.pop_front();
    lock.unlock();
    Answer(std::move(oldest));
  }
}

}  // namespace cohort_sync
