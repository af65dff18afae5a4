#include "end_to_end/history_world.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "support/blocking_runner.h"
#include "support/in_process_client.h"

namespace cohort_sync {
namespace {

constexpr const char* kKey = "history-key";
constexpr const char* kListName = "activeusers";

}  // namespace

HistoryWorld::HistoryWorld(std::uint64_t seed)
    : random(seed), account_random_(seed + 1), account(kKey, clock, account_random_) {
  OpenProcess();
}

void HistoryWorld::OpenProcess() {
  auto store = SqliteSyncStore::Open(directory_.File("state.db"), clock, random);
  CHECK(store.has_value());
  store_ = std::move(*store);
  store_->Recover(clock.Now());
  source_ =
      std::make_unique<amplitude::CohortFileSource>(directory_.File("cohort.csv"), "active users");

  cordial::CordialSettings settings;
  settings.endpoint = "http://127.0.0.1:1/v2";
  settings.api_key = Secret(kKey);
  settings.identifier = {"email", "email"};
  settings.request_timeout = kTimeout;
  auto destination = cordial::CordialDestination::Create(
      settings,
      std::make_unique<InProcessClient>(
          [this](const http::Request& request) { return Handle(request); },
          clock,
          Duration(5),
          kTimeout),
      clock,
      random);
  CHECK(destination.has_value());
  destination_ = std::move(*destination);

  target_.key = {ProjectName(), CohortId("9apg8e8f"), DestinationName("cordial")};
  target_.identifier = settings.identifier;
  target_.cohort_name = "active users";
  target_.delivery.requests_per_second = 0;
  target_.delivery.concurrency = 4;
  target_.source = source_.get();
  target_.destination = destination_.get();
}

void HistoryWorld::DropProcess() {
  store_.reset();
  source_.reset();
  destination_.reset();
}

http::Reply HistoryWorld::Handle(const http::Request& request) {
  const bool dies = requests_to_live_ > 0 && --requests_to_live_ == 0;
  if (dies && !kill_after_request_) throw Killed();
  http::Reply reply = account.Handle(request);
  if (dies) throw Killed();
  return reply;
}

void HistoryWorld::WriteCohort(const std::set<std::string>& members) {
  std::vector<std::string> rows(members.begin(), members.end());
  for (const std::string& member : members) {
    if (random.OneIn(8)) rows.push_back(member);
  }
  for (std::size_t i = rows.size(); i > 1; --i)
    std::swap(rows[i - 1], rows[random.Below(i)]);
  std::string csv = "\"amplitude_id\",\"user_id\",\"email\"\n";
  for (std::string& row : rows) {
    if (random.OneIn(6)) row[0] = static_cast<char>(row[0] - 'a' + 'A');
    if (random.OneIn(6)) row = " " + row + "\t";
    csv += "\"" + std::to_string(random.Below(1'000'000)) + "\",\"\",\"" + row + "\"\n";
  }
  directory_.Write("cohort.csv", csv);
}

RunReport HistoryWorld::Sync(RunTrigger trigger) {
  if (!store_) OpenProcess();
  RunOptions options;
  options.trigger = trigger;
  options.approval = {1'000'000, 1'000'000};
  RunObserver observer;
  return BlockingRunner(*store_, clock, random).Run(target_, options, observer);
}

Result<RunReport> HistoryWorld::Retry() {
  if (!store_) OpenProcess();
  return BlockingRunner(*store_, clock, random).Retry(target_);
}

std::optional<std::set<std::string>> HistoryWorld::List() {
  // Any request lets the stand-in apply the late writes that are due.
  http::Request request;
  request.target = "/v2/accountlists";
  static_cast<void>(account.Handle(request));
  const auto content = account.ReadList(kListName);
  if (!content) return std::nullopt;
  return std::set<std::string>(content->contacts.begin(), content->contacts.end());
}

std::size_t HistoryWorld::TakeContactCalls() {
  const std::size_t calls = account.log().Matching({"", "/v2/contacts"}).size();
  account.log().Clear();
  return calls;
}

}  // namespace cohort_sync
