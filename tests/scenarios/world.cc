#include "scenarios/world.h"

#include <cstdlib>
#include <ctime>
#include <fcntl.h>
#include <fstream>
#include <netinet/in.h>
#include <regex>
#include <stdexcept>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "base/format.h"
#include "base/text.h"
#include "base/unique_fd.h"
#include "cli/command_line.h"
#include "scenarios/transcript.h"
#include "storage/inbox_view.h"
#include "storage/sqlite_inbox.h"

namespace cohort_sync {
namespace {

// One call at a time, so that what is printed does not depend on which answer is faster.
constexpr const char* kConfig = R"({
  "state": "cohort-sync.db",
  "projects": {"web": {"base_url": "AMPLITUDE", "api_key": "env:AMPLITUDE_API_KEY",
                       "secret_key": "env:AMPLITUDE_SECRET_KEY"}},
  "destinations": {"cordial": {"api": "rest", "endpoint": "CORDIAL/v2", "api_key": "env:CORDIAL_API_KEY",
                               "contact_identifier_name": "email", "contact_identifier_mapping": "email",
                               "requests_per_second": 20, "concurrency": 1}},
  "syncs": []
})";
// Longer than any pause between two calls, shorter than the daemon rests.
constexpr Duration kLongSleep = std::chrono::seconds(10);
constexpr const char* kConfigFile = "cohort-sync.json";

bool IsNameCharacter(char c) {
  return c == '_' || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

// Only where `what` stands alone: AMPLITUDE is not a part of AMPLITUDE_API_KEY.
std::string Replace(std::string text, const std::string& what, const std::string& with) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at)) {
    const std::size_t end = at + what.size();
    const bool alone = (at == 0 || !IsNameCharacter(text[at - 1])) &&
                       (end == text.size() || !IsNameCharacter(text[end]));
    if (alone) text.replace(at, what.size(), with);
    at += alone ? with.size() : what.size();
  }
  return text;
}

// Outside of the range from which the system gives out ports.
std::string FreeAddress() {
  for (int port = 20'000 + ::getpid() % 10'000;; ++port) {
    const UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0)
      return Format("127.0.0.1:{}", port);
  }
}

simulator::SimulatorOptions StandInOptions() {
  simulator::SimulatorOptions options;
  options.cohorts.clear();
  return options;
}

}  // namespace

std::stop_token InterruptingClock::NewToken() {
  stop_ = std::stop_source();
  return stop_.get_token();
}

void InterruptingClock::Hold() {
  held_ = std::this_thread::get_id();
}

void InterruptingClock::LetGo() {
  held_ = std::thread::id();
}

bool InterruptingClock::Rest(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  rests_ = true;
  changed_.wait(lock, stop, [] { return false; });
  rests_ = false;
  return false;
}

bool InterruptingClock::SleepFor(Duration duration, const std::stop_token& stop) {
  if (const std::thread::id held = held_; held != std::thread::id()) {
    if (std::this_thread::get_id() == held && duration >= kLongSleep) return Rest(stop);
    clock_.Advance(duration);
    return !stop.stop_requested();
  }
  if (!interrupt_at_ || Now() + duration < *interrupt_at_) return clock_.SleepFor(duration, stop);
  clock_.Advance(std::max(Duration(0), *interrupt_at_ - Now()));
  stop_.request_stop();
  return false;
}

World::World()
    : config(nlohmann::ordered_json::parse(kConfig)),
      directory_before_(std::filesystem::current_path()),
      server_(FreeAddress()) {
  simulator::SimulatorOptions options = StandInOptions();
  SetEnvironment("AMPLITUDE_API_KEY", options.amplitude_keys.api_key);
  SetEnvironment("AMPLITUDE_SECRET_KEY", options.amplitude_keys.secret_key);
  SetEnvironment("CORDIAL_API_KEY", options.cordial_api_key);
  auto started = simulator::Simulator::Start(std::move(options), clock_, random_);
  if (!started) throw std::runtime_error(started.error().message());
  stand_ins_ = std::move(*started);
  auto other = http::Server::Start({}, [this](const http::Request& request) {
    const auto found = answers_.find(Format("{} {}", request.method, request.path()));
    http::Reply reply;
    reply.response = found == answers_.end() ? http::Response{404, {}, {}} : found->second;
    return reply;
  });
  if (!other) throw std::runtime_error(other.error().message());
  other_ = std::move(*other);
  std::filesystem::current_path(folder_.path());
  WriteConfig();
}

World::~World() {
  for (const auto& [name, value] : environment_before_)
    SetEnvironment(name, value);
  std::filesystem::current_path(directory_before_);
}

std::vector<std::pair<std::string, std::string>> World::Names() const {
  return {{"AMPLITUDE", stand_ins_->amplitude_url()},
          {"CORDIAL", stand_ins_->cordial_url()},
          {"STORAGE", stand_ins_->storage_url()},
          {"CONTROL", stand_ins_->control_url()},
          {"OTHER", other_->url()},
          {"SERVER", server_},
          {"FOLDER", folder_.path().string()}};
}

std::string World::FillIn(std::string text) const {
  for (const auto& [name, value] : Names())
    text = Replace(std::move(text), name, value);
  return text;
}

std::string World::NameThings(std::string text) const {
  static const std::regex log_time("[0-9-]{10}T[0-9:.]{12}Z (info|warning|error) ");
  for (const auto& [name, value] : Names())
    text = Replace(std::move(text), value, name);
  text = Replace(std::move(text), Format("process {}", ::getpid()), "process PID");
  text = std::regex_replace(text, std::regex("127\\.0\\.0\\.1:[0-9]{5}"), "127.0.0.1:PORT");
  return std::regex_replace(text, log_time, "TIME $1 ");
}

std::vector<std::string> World::Run(std::vector<std::string> words) {
  for (std::string& word : words)
    word = FillIn(word);
  Transcript transcript;
  std::istringstream typed(std::exchange(typed_, {}));
  const bool somebody = !typed.str().empty();
  command_ended_ = false;
  const std::stop_token stop = clock_.NewToken();
  std::jthread others;
  if (!meanwhile_.empty()) {
    clock_.Hold();
    others = std::jthread([this] { DoMeanwhile(); });
  }
  testing::internal::CaptureStderr();  // Logs go there, past the streams.
  const ExitCode code = RunCommandLine(words,
                                       {transcript.out(),
                                        transcript.err(),
                                        clock_,
                                        shared_random_,
                                        stop,
                                        somebody ? &typed : nullptr,
                                        false});
  transcript.err() << testing::internal::GetCapturedStderr();
  clock_.InterruptAt(std::nullopt);
  command_ended_ = true;
  if (others.joinable()) others.join();
  clock_.LetGo();
  std::vector<std::string> lines;
  for (std::string& line : transcript.Lines())
    lines.push_back(NameThings(std::move(line)));
  while (!lines.empty() && lines.back().empty())
    lines.pop_back();
  if (code != ExitCode::kDone) lines.push_back(Format("exit {}", static_cast<int>(code)));
  return lines;
}

void World::DoMeanwhile() {
  for (const auto& task : std::exchange(meanwhile_, {})) {
    Status done = WaitUntilItRests();
    if (done) done = task();
    if (!done) failures_.push_back(done.error());
  }
  if (const Status rests = WaitUntilItRests(); !rests) failures_.push_back(rests.error());
  clock_.Interrupt();
}

// The program says nowhere that it has taken a batch: that is looked for, and so is that it will
// not, because a run failed.
Status World::WaitUntilItRests() {
  constexpr int kMostLooks = 60'000;
  constexpr int kLooksAtRest = 300;
  std::int64_t waiting = 0;
  int looks_at_rest = 0;
  for (int looks = 0; looks < kMostLooks; ++looks) {
    if (command_ended_) return Fail(ErrorCode::kInvalidInput, "the command ended before");
    const std::int64_t before = std::exchange(waiting, BatchesThatWait());
    looks_at_rest = waiting == before && clock_.rests() ? looks_at_rest + 1 : 0;
    if (clock_.rests() && (waiting == 0 || looks_at_rest == kLooksAtRest)) return {};
    std::this_thread::sleep_for(Duration(1));
  }
  return Fail(ErrorCode::kInvalidInput, "the command does not rest");
}

std::int64_t World::BatchesThatWait() const {
  const auto inbox = InboxView::Open(InboxPathOf(File(config["state"].get<std::string>())));
  if (!inbox) return 0;
  std::int64_t batches = 0;
  for (const auto& sync : config["syncs"])
    batches += (*inbox)->Depth(CohortId(sync["cohort"].get<std::string>()), std::nullopt).batches;
  return batches;
}

void World::WriteConfig() {
  WriteConfigText(config.dump(2));
}

void World::WriteConfigText(const std::string& text) {
  WriteFile(kConfigFile, FillIn(text));
}

void World::WriteFile(const std::string& name, const std::string& content) {
  const std::filesystem::path path = File(name);
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << content;
  ::chmod(path.c_str(), 0600);
  const std::int64_t millis = ToMillis(clock_.Now());
  const timespec time{.tv_sec = millis / 1000, .tv_nsec = millis % 1000 * 1'000'000};
  const timespec times[] = {time, time};
  ::utimensat(AT_FDCWD, path.c_str(), times, 0);
}

void World::SetEnvironment(const std::string& name, const std::optional<std::string>& value) {
  // NOLINTBEGIN(concurrency-mt-unsafe): the stand-ins' threads do not look at the environment.
  const char* const before = std::getenv(name.c_str());
  environment_before_.try_emplace(
      name, before == nullptr ? std::nullopt : std::optional<std::string>(before));
  if (value) {
    ::setenv(name.c_str(), value->c_str(), 1);
  } else {
    ::unsetenv(name.c_str());
  }
  // NOLINTEND(concurrency-mt-unsafe)
}

Status World::OccupyState(const std::string& command) {
  Result<ProcessLock> lock = ProcessLock::Acquire(File("cohort-sync.db"), command, clock_.Now());
  if (!lock) return Fail(lock.error());
  lock_.emplace(std::move(*lock));
  return {};
}

void World::AnswerAtOther(const std::string& request, http::Response response) {
  other_->Run([&] { answers_[request] = std::move(response); });
}

}  // namespace cohort_sync
