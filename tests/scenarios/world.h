// Everything a scenario happens in: stand-ins of both services on real sockets, a folder with a
// configuration and files, and a clock that is turned instead of waited for.
#ifndef COHORT_SYNC_TESTS_SCENARIOS_WORLD_H_
#define COHORT_SYNC_TESTS_SCENARIOS_WORLD_H_

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <sstream>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "base/result.h"
#include "http/server.h"
#include "service/process_lock.h"
#include "simulator/simulator.h"
#include "support/fake_clock.h"
#include "support/fake_random.h"
#include "support/temp_dir.h"

namespace cohort_sync {

// Asks the program to stop when a time has come, or lets it rest until it is told to.
class InterruptingClock final : public Clock {
 public:
  void InterruptAt(std::optional<TimePoint> time) { interrupt_at_ = time; }
  // From now on this thread's long sleeps last until what they are given as their stop, and no time
  // passes in them; other threads' sleeps go on as before.
  void Hold();
  void LetGo();
  [[nodiscard]] bool rests() const { return rests_; }  // Within such a sleep.
  void Interrupt() { stop_.request_stop(); }
  // From now on another token: the last one may have been used up.
  [[nodiscard]] std::stop_token NewToken();
  void Advance(Duration duration) { clock_.Advance(duration); }

  [[nodiscard]] TimePoint Now() const override { return clock_.Now(); }
  [[nodiscard]] SteadyPoint Steady() const override { return clock_.Steady(); }
  bool SleepFor(Duration duration, const std::stop_token& stop) override;

 private:
  bool Rest(const std::stop_token& stop);

  FakeClock clock_;
  std::optional<TimePoint> interrupt_at_;
  std::stop_source stop_;
  std::atomic<std::thread::id> held_ = std::thread::id();
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::atomic<bool> rests_ = false;
};

// One at a time: the process's working directory and environment are its own while it lives. What
// differs from run to run has a name, in what it is given and in what it gives: AMPLITUDE, CORDIAL,
// STORAGE, CONTROL and OTHER are the servers' addresses, SERVER is one where `serve` may listen,
// FOLDER is the working directory.
class World {
 public:
  World();
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  // What is done during the next command, by another thread: each task when the command rests and
  // no pushed batch waits for it; then Ctrl-C comes.
  void Meanwhile(std::vector<std::function<Status()>> tasks) { meanwhile_ = std::move(tasks); }
  // Why tasks failed, since the last call.
  [[nodiscard]] std::vector<Error> TakeFailures() { return std::exchange(failures_, {}); }

  // Runs `cohort-sync words...`. The lines as Transcript has them, then "exit N" unless it is 0.
  std::vector<std::string> Run(std::vector<std::string> words);

  [[nodiscard]] std::string FillIn(std::string text) const;  // Names become what they stand for.
  [[nodiscard]] std::string NameThings(std::string text) const;  // The other way.

  // The configuration as JSON, with names; written when it was changed.
  nlohmann::ordered_json config;
  void WriteConfig();
  void WriteConfigText(const std::string& text);

  // In the folder, of the clock's time. Folders are made as needed.
  void WriteFile(const std::string& name, const std::string& content);
  void SetEnvironment(const std::string& name, const std::optional<std::string>& value);
  Status OccupyState(const std::string& command);  // As if another process worked on it.
  void LetGoOfState() { lock_.reset(); }
  // OTHER answers `request`, as "GET /path", with this; anything else it answers 404.
  void AnswerAtOther(const std::string& request, http::Response response);
  // What a person at the terminal types, in order; nobody is there when nothing was given.
  void Type(const std::string& line) { typed_ += line + '\n'; }

  [[nodiscard]] std::string File(const std::string& name) const { return folder_.File(name); }
  [[nodiscard]] simulator::Simulator& stand_ins() { return *stand_ins_; }
  [[nodiscard]] InterruptingClock& clock() { return clock_; }

 private:
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> Names() const;
  void DoMeanwhile();
  [[nodiscard]] Status WaitUntilItRests();
  [[nodiscard]] std::int64_t BatchesThatWait() const;

  InterruptingClock clock_;
  FakeRandom random_;
  LockedRandom shared_random_{random_};
  TempDir folder_;
  std::filesystem::path directory_before_;
  std::map<std::string, std::optional<std::string>> environment_before_;
  std::unique_ptr<simulator::Simulator> stand_ins_;
  std::map<std::string, http::Response> answers_;  // Touched on the thread of `other_` only.
  std::unique_ptr<http::Server> other_;
  std::optional<ProcessLock> lock_;
  std::string typed_;
  const std::string server_;
  std::vector<std::function<Status()>> meanwhile_;
  std::vector<Error> failures_;
  std::atomic<bool> command_ended_ = false;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_TESTS_SCENARIOS_WORLD_H_
