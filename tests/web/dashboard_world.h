// The dashboard behind a real socket, with a source and an executor that record.
#ifndef COHORT_SYNC_TESTS_WEB_DASHBOARD_WORLD_H_
#define COHORT_SYNC_TESTS_WEB_DASHBOARD_WORLD_H_

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/database_error.h"
#include "http/guarded_server.h"
#include "http/raw_socket.h"
#include "support/fake_clock.h"
#include "web/dashboard.h"

namespace cohort_sync::web {

// What the source was asked, and what it says. Any thread.
class SourceScript {
 public:
  Result<DashboardText> Read(const DashboardQuery& query) {
    std::unique_lock lock(mutex_);
    asked_.push_back(query);
    changed_.notify_all();
    changed_.wait(lock, [this] { return !holds_; });
    if (fails_) throw DatabaseError("state 'x': read bindings: interrupted (sqlite code 9)");
    if (query.run == RunId(404)) return Fail(ErrorCode::kNotFound, "there is no run 404");
    return DashboardText{answer_, next_};
  }
  void Answer(std::string text) {
    const std::lock_guard lock(mutex_);
    answer_ = std::move(text);
  }
  void AnswerPart(std::string text, std::string next) {
    const std::lock_guard lock(mutex_);
    answer_ = std::move(text);
    next_ = std::move(next);
  }
  void FailFromNowOn() {
    const std::lock_guard lock(mutex_);
    fails_ = true;
  }
  void Hold(bool holds) {
    const std::lock_guard lock(mutex_);
    holds_ = holds;
    changed_.notify_all();
  }
  void WaitForOne() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !asked_.empty(); });
  }
  [[nodiscard]] std::vector<DashboardQuery> asked() {
    const std::lock_guard lock(mutex_);
    return asked_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<DashboardQuery> asked_;
  std::string answer_ = R"({"syncs":[]})";
  std::string next_;
  bool fails_ = false;
  bool holds_ = false;
};

class ScriptedSource final : public DashboardSource {
 public:
  explicit ScriptedSource(SourceScript& script) : script_(script) {}
  Result<DashboardText> Read(const DashboardQuery& query) override { return script_.Read(query); }

 private:
  SourceScript& script_;
};

// Commands end when the test says so, or at once.
class RecordingExecutor final : public CommandExecutor {
 public:
  void Execute(std::vector<std::string> words, std::function<void(CommandOutcome)> done) override {
    std::unique_lock lock(mutex_);
    words_.push_back(std::move(words));
    if (!holds_) {
      lock.unlock();
      return done(outcome_);
    }
    waiting_.push_back(std::move(done));
  }
  void Hold() { holds_ = true; }  // Before any request.
  void EndWith(CommandOutcome outcome) { outcome_ = std::move(outcome); }
  void End(std::size_t index) {
    std::function<void(CommandOutcome)> done;
    {
      const std::lock_guard lock(mutex_);
      done = std::exchange(waiting_.at(index), nullptr);
    }
    done(outcome_);
  }
  [[nodiscard]] std::vector<std::vector<std::string>> words() {
    const std::lock_guard lock(mutex_);
    return words_;
  }

 private:
  std::mutex mutex_;
  bool holds_ = false;
  CommandOutcome outcome_{.exit_code = 0, .out = "done\n", .err = ""};
  std::vector<std::vector<std::string>> words_;
  std::vector<std::function<void(CommandOutcome)>> waiting_;
};

struct Answered {
  int status = 0;  // 0: no answer.
  std::string head;
  std::string body;
};

inline constexpr const char* kToken =
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

struct DashboardSettings {
  bool reading_needs_token = false;
  bool acts = true;
  bool has_token = true;
};

class DashboardWorld {
 public:
  explicit DashboardWorld(DashboardSettings settings = {})
      : dashboard({.token = [settings]() -> Result<Secret> {
                     if (settings.has_token) return Secret(kToken);
                     return Fail(ErrorCode::kConfiguration, "there is no token");
                   },
                   .reading_needs_token = settings.reading_needs_token,
                   .executor = settings.acts ? &executor : nullptr},
                  std::make_unique<ScriptedSource>(script),
                  clock),
        server(http::GuardedServer::Start({}, dashboard).value()) {}

  [[nodiscard]] http::RawConnection Send(std::string_view method,
                                         std::string_view target,
                                         std::string_view fields = "",
                                         std::string_view body = "") const {
    http::RawConnection connection = http::RawConnection::To(server->port());
    connection.Write(Format("{} {} HTTP/1.1\r\nHost: localhost\r\n{}{}\r\n{}",
                            method,
                            target,
                            body.empty() ? "" : Format("Content-Length: {}\r\n", body.size()),
                            fields,
                            body));
    return connection;
  }
  static Answered Read(http::RawConnection& connection) {
    const std::string message = connection.ReadMessage();
    const std::size_t end = message.find("\r\n\r\n");
    if (end == std::string::npos) return {};
    return {std::stoi(message.substr(9, 3)), message.substr(0, end + 2), message.substr(end + 4)};
  }
  [[nodiscard]] Answered Ask(std::string_view method,
                             std::string_view target,
                             std::string_view fields = "",
                             std::string_view body = "") const {
    http::RawConnection connection = Send(method, target, fields, body);
    return Read(connection);
  }
  [[nodiscard]] Answered Get(std::string_view target, std::string_view fields = "") const {
    return Ask("GET", target, fields);
  }
  // As the page does it.
  [[nodiscard]] Answered Act(std::string_view body) const {
    return Ask("POST", "/v1/actions", PageFields(), body);
  }
  static std::string PageFields() {
    return Format(
        "Sec-Fetch-Site: same-origin\r\nContent-Type: application/json\r\nAuthorization: Bearer "
        "{}\r\n",
        kToken);
  }

  FakeClock clock;
  SourceScript script;
  RecordingExecutor executor;
  Dashboard dashboard;
  std::unique_ptr<http::GuardedServer> server;
};

}  // namespace cohort_sync::web

#endif  // COHORT_SYNC_TESTS_WEB_DASHBOARD_WORLD_H_
