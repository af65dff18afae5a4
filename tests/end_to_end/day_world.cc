#include "end_to_end/day_world.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <sstream>
#include <thread>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/format.h"
#include "cli/command_line.h"

namespace cohort_sync {
namespace {

using Json = nlohmann::json;
using simulator::AmplitudeProject;
using simulator::CordialAccount;

constexpr std::size_t kFirstMembers = 100;
constexpr std::size_t kLeaving = 1;
constexpr std::size_t kEntering = 2;
// ---- The hours after whose look something happens ----
constexpr int kRefusedEnter = 2, kRefusedMended = 4;
constexpr int kPauseAfter = 3, kResumeAfter = 5;
constexpr int kShrinkAfter = 6, kApproveAfter = 8;
constexpr int kArchiveAfter = 10, kUnarchiveAfter = 12;
constexpr int kRefusesWritesAfter = 15, kTakesWritesAfter = 16;
constexpr int kAwayAfter = 18, kBackAfter = 19;
// How long what is on its way may take, on a busy machine.
constexpr std::chrono::seconds kPatience{60};

// Waits until `is_true`, and says whether it came to that.
template <typename Condition>
bool Comes(const Condition& is_true) {
  const auto end = std::chrono::steady_clock::now() + kPatience;
  while (!is_true()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::yield();
  }
  return true;
}

std::string NameOf(std::size_t index, std::size_t count) {
  static constexpr const char* kNames[] = {"shrinks", "archived", "paused", "refused"};
  if (index < std::size(kNames)) return kNames[index];
  return index + 1 == count ? "pushed" : Format("plain{:03}", index);
}

}  // namespace

DayWorld::DayWorld(std::size_t count) {
  for (std::size_t index = 0; index < count; ++index) {
    DaySync& sync = syncs_.emplace_back();
    sync.cohort = sync.list = NameOf(index, count);
  }
  simulator::SimulatorOptions options;
  options.cohorts.clear();
  // NOLINTBEGIN(concurrency-mt-unsafe): nobody reads the environment meanwhile.
  ::setenv("DAY_AMPLITUDE_KEY", options.amplitude_keys.api_key.c_str(), 1);
  ::setenv("DAY_AMPLITUDE_SECRET", options.amplitude_keys.secret_key.c_str(), 1);
  ::setenv("DAY_CORDIAL_KEY", options.cordial_api_key.c_str(), 1);
  ::setenv("DAY_HOOK", (watcher_.url() + "/hook").c_str(), 1);
  // NOLINTEND(concurrency-mt-unsafe)
  stand_ins_ = std::move(simulator::Simulator::Start(std::move(options), clock_, random_).value());
  SetSwitch("amplitude.monthly_requests", 1'000'000);
  for (std::size_t index = 0; index < count; ++index) {
    DaySync& sync = syncs_[index];
    simulator::Cohort cohort;
    cohort.id = cohort.name = sync.cohort;
    stand_ins_->WithAmplitude([&](AmplitudeProject& project) { project.PutCohort(cohort); });
    if (index + 1 < count) Churn(index, 0, kFirstMembers);
    sync.on_list = sync.members;
    operations_ += std::ssize(sync.on_list);
  }
  WriteConfig();
}

void DayWorld::WriteConfig() {
  Json syncs = Json::array();
  for (const DaySync& sync : syncs_)
    syncs.push_back(
        {{"cohort", sync.cohort}, {"source", {{"type", "amplitude"}}}, {"frequency", "hourly"}});
  syncs.back().erase("frequency");
  syncs.back()["source"] = {{"type", "push"}};
  syncs.back()["name"] = syncs_.back().cohort;
  // So that the last tenth is reached in the last hours of the day.
  const std::int64_t exports = (std::ssize(syncs_) - 1) * (kHours + 1);
  const Json config = {
      {"state", "state.db"},
      {"projects",
       {{"web",
         {{"base_url", stand_ins_->amplitude_url()},
          {"api_key", "env:DAY_AMPLITUDE_KEY"},
          {"secret_key", "env:DAY_AMPLITUDE_SECRET"},
          {"monthly_exports", exports}}}}},
      {"destinations",
       {{"cordial",
         {{"api", "rest"},
          {"endpoint", stand_ins_->cordial_url() + "/v2"},
          {"api_key", "env:DAY_CORDIAL_KEY"},
          {"contact_identifier_name", "email"},
          {"contact_identifier_mapping", "email"},
          {"requests_per_second", 10'000}}}}},
      {"syncs", syncs},
      {"server", {{"listen", Format("127.0.0.1:{}", port_)}}},
      {"notifications", Json::array({{{"url", "env:DAY_HOOK"}, {"format", "json"}}})}};
  std::filesystem::permissions(directory_.Write("config.json", config.dump()),
                               std::filesystem::perms::owner_read);
}

int DayWorld::Serve() {
  const auto run = [this](std::vector<std::string> words, std::stop_token stop) {
    words.insert(words.begin(), {"--config", directory_.File("config.json"), "--log-level", "off"});
    std::ostringstream out;
    const ExitCode code =
        RunCommandLine(words, {out, out, clock_, shared_random_, std::move(stop)});
    output_ = out.str();
    return static_cast<int>(code);
  };
  if (const int code = run({"dashboard", "token"}, {}); code != 0) return code;
  token_ = output_.substr(0, output_.find('\n'));
  return run({"serve"}, stop_.get_token());
}

void DayWorld::Look(int hour) {
  if (beside_.valid()) beside_.get();
  ExpectNotifications(hour);
  ExpectLists(hour);
  ExpectMetrics(hour);
  ExpectPage(hour);
  if (hour + 1 == kHours || ::testing::Test::HasFailure()) {
    stop_.request_stop();
  } else {
    Happen(hour);
  }
}

// ---- What is true ----

void DayWorld::ExpectLists(int hour) {
  stand_ins_->WithCordial([&](CordialAccount& account) {
    for (const DaySync& sync : syncs_) {
      const auto list = account.ReadList(sync.list);
      if (sync.on_list.empty() && !list) continue;
      ASSERT_TRUE(list) << "hour " << hour << ": no list '" << sync.list << "'";
      const std::set<std::string> found(list->contacts.begin(), list->contacts.end());
      EXPECT_EQ(found == sync.on_list, !away_ || sync.stands)
          << "hour " << hour << ": list '" << sync.list << "' has " << found.size() << " contacts, "
          << sync.on_list.size() << " should be on it";
    }
  });
}

void DayWorld::ExpectMetrics(int hour) {
  EXPECT_EQ(GetPage(port_, "/healthz").status, 200);
  EXPECT_EQ(GetPage(port_, "/readyz").status, 200);
  const Exposition page = ParseExposition(GetPage(port_, "/metrics").body);
  EXPECT_TRUE(page.problems.empty()) << page.problems.front();
  const auto expect = [&](const std::string& sample, double value) {
    EXPECT_EQ(page.Value("cohort_sync_" + sample), value) << "hour " << hour << ": " << sample;
  };
  for (const DaySync& sync : syncs_) {
    const bool pushed = &sync == &syncs_.back();
    if (!pushed && (sync.run_state != "paused")) ++runs_by_state_[sync.run_state];
    if (sync.on_list.empty()) continue;
    const std::string labels =
        Format("cohort=\"{}\",list=\"{}\",destination=\"cordial\"", sync.cohort, sync.list);
    const auto of = [&](const std::string& name) { return Format("{}{{{}}}", name, labels); };
    if (sync.run_state != "held" && sync.run_state != "parked")
      expect(of("list_desired_contacts"), static_cast<double>(sync.on_list.size()));
    // One that gave up may be under way again.
    if (!sync.gives_up) expect(of("last_run_failed"), sync.run_state == "failed" ? 1 : 0);
    expect(of("paused"), sync.run_state == "paused" ? 1 : 0);
    if (!away_) expect(of("pending_operations"), 0);
    if (away_ && !sync.stands) {
      EXPECT_GT(page.Value("cohort_sync_" + of("pending_operations")), 0);
    }
    const bool is_held = sync.run_state == "held";
    EXPECT_EQ(page.Value("cohort_sync_held_operations{" + labels + ",kind=\"remove\"}") > 0,
              is_held)
        << "hour " << hour << ": " << sync.cohort;
  }
  if (away_) return;
  for (const auto& [state, runs] : runs_by_state_) {
    // While Cordial is away it is tried again and again.
    if (state == "succeeded" || (state == "failed" && hour > kRefusesWritesAfter)) continue;
    expect(Format("runs_total{{trigger=\"scheduled\",state=\"{}\"}}", state),
           static_cast<double>(runs));
  }
  double changes = 0;
  for (const auto& [sample, value] : page.samples) {
    if (sample.starts_with("cohort_sync_operations_total{") &&
        sample.find("outcome=\"delivered\"") != std::string::npos)
      changes += value;
  }
  EXPECT_EQ(changes, static_cast<double>(operations_)) << "hour " << hour;
}

void DayWorld::ExpectPage(int hour) {
  EXPECT_EQ(GetPage(port_, "/").status, 200);
  const Json status = Status();
  ASSERT_EQ(status["syncs"].size(), syncs_.size()) << "hour " << hour;
  runs_ = 0;
  for (std::size_t index = 0; index < syncs_.size(); ++index) {
    const DaySync& sync = syncs_[index];
    const Json& shown = status["syncs"][index];
    ASSERT_EQ(shown["cohort"], sync.cohort);
    if (sync.on_list.empty()) continue;
    const std::string where = Format("hour {}: {}: {}", hour, sync.cohort, shown.dump());
    EXPECT_EQ(shown["list"], sync.list) << where;
    EXPECT_EQ(shown["hold"].is_object(), sync.run_state == "held") << where;
    EXPECT_EQ(shown["paused_at"].is_string(), sync.run_state == "paused") << where;
    EXPECT_EQ(shown["parked"]["refused"] > 0, sync.run_state == "parked") << where;
    EXPECT_EQ(shown["pending"] > 0, away_ && !sync.stands) << where;
    runs_ = std::max(runs_, shown["last_run"]["run"].get<std::int64_t>());
    if (away_ || sync.run_state == "paused") continue;
    EXPECT_EQ(shown["last_run"]["state"], sync.run_state) << where;
    if (sync.run_state != "succeeded") continue;
    const Json sizes =
        Json::parse(GetPage(port_, Format("/v1/bindings/{}/sizes", shown["binding"].dump())).body);
    EXPECT_EQ(sizes["sizes"].back()["members"], sync.on_list.size()) << where;
  }
  for (const Json& side : status["health"]) {
    if (side["side"] == "amplitude") {
      EXPECT_EQ(side["failing"], false) << side.dump();
    } else {
      EXPECT_EQ(side["failing"], away_ || hour == kAwayAfter + 1) << side.dump();
    }
  }
}

std::multiset<std::string> DayWorld::Notifications() {
  std::multiset<std::string> all;
  for (const std::string& body : watcher_.bodies()) {
    const Json message = Json::parse(body);
    std::string text = message["event"];
    if (message["of"].is_string()) text += " " + message["of"].get<std::string>();
    if (message["cohort"].is_string()) text += " " + message["cohort"].get<std::string>();
    all.insert(std::move(text));
  }
  return all;
}

void DayWorld::ExpectNotifications(int hour) {
  if (hour + 1 == kHours) told_.insert("budget");
  if (hour == kTakesWritesAfter + 1) ExpectEndOfFailures();
  std::multiset<std::string> told;
  Comes([&] {
    told = Notifications();
    // It comes in one of the last hours: when exactly depends on which syncs stood still.
    if (hour > kHours / 2 && hour + 1 < kHours) told.erase("budget");
    // Some have not given up yet.
    for (const DaySync& sync : syncs_) {
      if (sync.gives_up) told.erase("failed " + sync.cohort);
    }
    return told == told_;
  });
  EXPECT_THAT(told, ::testing::ContainerEq(told_)) << "hour " << hour;
}

// Of those whose runs could not be delivered: who was told of the failure is told of its end.
void DayWorld::ExpectEndOfFailures() {
  std::multiset<std::string> told;
  EXPECT_TRUE(Comes([&] {
    told = Notifications();
    return std::all_of(syncs_.begin(), syncs_.end(), [&](const DaySync& sync) {
      return told.count("failed " + sync.cohort) == told.count("recovered failed " + sync.cohort);
    });
  }));
  std::size_t failures = 0;
  for (const DaySync& sync : syncs_) {
    const std::string failed = "failed " + sync.cohort;
    if (told_.contains(failed) || !told.contains(failed)) continue;
    ++failures;
    told_.insert({failed, "recovered " + failed});
  }
  EXPECT_GE(failures, 1U);
}

// ---- What happens until the next hour ----

void DayWorld::Happen(int hour) {
  for (std::size_t index = kFirstPlain; index + 1 < syncs_.size(); ++index)
    Churn(index, kLeaving, kEntering);
  Shrink(hour);
  Archive(hour);
  Pause(hour);
  Refuse(hour);
  Push(hour);
  GoAway(hour);
  for (DaySync& sync : syncs_) {
    sync.stands = sync.run_state != "succeeded" && sync.run_state != "parked";
    if (sync.stands || sync.on_list == sync.members) {
      sync.stands = true;
      continue;
    }
    std::vector<std::string> changed;
    std::set_symmetric_difference(sync.on_list.begin(),
                                  sync.on_list.end(),
                                  sync.members.begin(),
                                  sync.members.end(),
                                  std::back_inserter(changed));
    operations_ += std::ssize(changed);
    sync.on_list = sync.members;
  }
}

void DayWorld::Enter(DaySync& sync, const std::vector<std::string>& emails) {
  sync.members.insert(emails.begin(), emails.end());
  stand_ins_->WithAmplitude([&](AmplitudeProject& project) {
    EXPECT_EQ(project.Enter(sync.cohort, emails).value(), emails.size());
  });
}

void DayWorld::Leave(DaySync& sync, const std::vector<std::string>& emails) {
  for (const std::string& email : emails)
    sync.members.erase(email);
  stand_ins_->WithAmplitude([&](AmplitudeProject& project) {
    EXPECT_EQ(project.Leave(sync.cohort, emails).value(), emails.size());
  });
}

void DayWorld::Churn(std::size_t index, std::size_t leaving, std::size_t entering) {
  DaySync& sync = syncs_[index];
  std::vector<std::string> left(sync.members.begin(), sync.members.end());
  left.resize(leaving);
  std::vector<std::string> entered;
  for (std::size_t i = 0; i < entering; ++i)
    entered.push_back(Format("{}-{:06}@example.com", sync.cohort, sync.next_member++));
  Leave(sync, left);
  Enter(sync, entered);
}

void DayWorld::Shrink(int hour) {
  DaySync& sync = syncs_[kShrinks];
  if (hour == kShrinkAfter) {
    Churn(kShrinks, kFirstMembers * 2 / 3, 0);
    sync.run_state = "held";
    told_.insert("held shrinks");
  }
  if (hour == kApproveAfter) {
    const Json shown = Status()["syncs"][kShrinks];
    Press("approve", {{"run", shown["hold"]["run"]}});
    sync.run_state = "succeeded";
    told_.insert("recovered held shrinks");
  }
}

void DayWorld::Archive(int hour) {
  DaySync& sync = syncs_[kIsArchived];
  const bool archives = hour == kArchiveAfter;
  if (!archives && hour != kUnarchiveAfter) return;
  stand_ins_->WithAmplitude([&](AmplitudeProject& project) {
    EXPECT_TRUE(project.ChangeCohort(sync.cohort, std::nullopt, archives));
  });
  sync.run_state = archives ? "failed" : "succeeded";
  told_.insert(archives ? "failed archived" : "recovered failed archived");
}

void DayWorld::Pause(int hour) {
  DaySync& sync = syncs_[kIsPaused];
  Churn(kIsPaused, kLeaving, kEntering);
  if (hour != kPauseAfter && hour != kResumeAfter) return;
  Press(hour == kPauseAfter ? "pause" : "resume", {{"cohort", sync.cohort}});
  sync.run_state = hour == kPauseAfter ? "paused" : "succeeded";
}

void DayWorld::Refuse(int hour) {
  DaySync& sync = syncs_[kIsRefused];
  std::vector<std::string> refused;
  for (int i = 0; i < 8; ++i)
    refused.push_back(Format("refused-{}@example.com", i));
  if (hour == kRefusedEnter) {
    SetSwitch("cordial.refuse_contacts", refused);
    const std::set<std::string> before = sync.members;
    Enter(sync, refused);
    sync.members = before;
    sync.run_state = "parked";
    told_.insert("parked refused");
  }
  if (hour == kRefusedMended) {
    SetSwitch("cordial.refuse_contacts", Json::array());
    sync.members.insert(refused.begin(), refused.end());
    Press("retry", {{"cohort", sync.cohort}});
    sync.run_state = "succeeded";
    told_.insert("recovered parked refused");
  }
}

void DayWorld::GoAway(int hour) {
  if (hour == kRefusesWritesAfter || hour == kTakesWritesAfter) {
    // Lists can be looked up: runs begin, and give up.
    away_ = hour == kRefusesWritesAfter;
    for (DaySync& sync : syncs_) {
      sync.gives_up = away_ && sync.on_list != sync.members;
    }
    SetSwitch("cordial.fault_scope", "contact_writes");
    SetSwitch("cordial.unavailable", {{"probability", away_ ? 1 : 0}});
  }
  if (hour != kAwayAfter && hour != kBackAfter) return;
  // Not even a list can be looked up: nothing is begun, everybody is told.
  const bool away = hour == kAwayAfter;
  SetSwitch("cordial.fault_scope", "every_request");
  SetSwitch("cordial.unavailable", {{"probability", away ? 1 : 0}});
  for (DaySync& sync : syncs_) {
    sync.run_state = away ? "failed" : "succeeded";
    told_.insert((away ? "failed " : "recovered failed ") + sync.cohort);
  }
}

void DayWorld::Push(int hour) {
  DaySync& sync = syncs_.back();
  Json users = Json::array();
  for (std::size_t i = 0; i < kEntering; ++i) {
    const std::string user = Format("pushed-{:06}", sync.next_member++);
    sync.members.insert(user + "@example.com");
    users.push_back({{"user_id", user}, {"user_properties", {{"email", user + "@example.com"}}}});
  }
  const Json body = {{"cohort_id", sync.cohort},
                     {"cohort_name", sync.cohort},
                     {"in_cohort", true},
                     {"users", users}};
  // After a failure it is tried again in a minute.
  const bool waits = hour == kAwayAfter || hour == kBackAfter;
  DoBeside([this, body, waits] {
    const PageAnswer answer =
        Ask(port_, {.method = "POST", .target = "/amplitude/webhook", .body = body.dump()});
    EXPECT_EQ(answer.status, 200) << answer.body;
    EXPECT_TRUE(waits ||
                Comes([this] { return Status()["syncs"].back()["push"]["waiting_batches"] == 0; }));
  });
}

void DayWorld::Press(const std::string& action, const Json& what) {
  Json body = what;
  body["action"] = action;
  DoBeside([this, body] {
    http::Request request{.method = "POST", .target = "/v1/actions", .body = body.dump()};
    request.headers.Add("Authorization", "Bearer " + token_);
    request.headers.Add("Content-Type", "application/json");
    request.headers.Add("Sec-Fetch-Site", "none");
    const PageAnswer answer = Ask(port_, request);
    EXPECT_TRUE(answer.status == 200 || answer.status == 202) << answer.body;
    request.method = "GET";
    request.body.clear();
    EXPECT_TRUE(Comes([&] {
      const Json actions = Json::parse(Ask(port_, request).body)["actions"];
      return std::all_of(
          actions.begin(), actions.end(), [](const Json& each) { return each["exit_code"] == 0; });
    })) << body.dump();
  });
}

void DayWorld::DoBeside(std::function<void()> what) {
  ++to_do_beside_;
  beside_ =
      std::async(std::launch::async, [this, what = std::move(what), before = std::move(beside_)] {
        if (before.valid()) before.wait();
        what();
        --to_do_beside_;
      });
}

void DayWorld::SetSwitch(const std::string& name, const Json& value) {
  EXPECT_TRUE(simulator::SetSwitches(Json{{name, value}}.dump(), stand_ins_->access()));
}

Json DayWorld::Status() {
  return Json::parse(GetPage(port_, "/v1/status").body);
}

}  // namespace cohort_sync
