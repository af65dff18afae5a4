// A push receiver behind a real socket, with a format that is easy to write and an inbox that
// records.
#ifndef COHORT_SYNC_TESTS_WEB_RECEIVER_WORLD_H_
#define COHORT_SYNC_TESTS_WEB_RECEIVER_WORLD_H_

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.h"
#include "http/guarded_server.h"
#include "http/raw_socket.h"
#include "support/fake_clock.h"
#include "sync/inbox.h"
#include "web/push_receiver.h"

namespace cohort_sync::web {

// A body is words: "COHORT MESSAGE_ID" of a webhook, anything of a list, "NAME[|COHORT]" of a list
// to be made. "not json" and "no shape" are what they say.
class WordFormat final : public PushFormat {
 public:
  [[nodiscard]] tl::expected<ChangeBatchHead, PushProblem> ReadWebhook(
      std::string_view body) const override {
    if (auto problem = ProblemOf(body)) return tl::unexpected(*problem);
    const auto words = Split(body, ' ');
    ChangeBatchHead head;
    head.cohort = CohortId(std::string(words.at(0)));
    head.message_id = std::string(words.at(1));
    return head;
  }
  [[nodiscard]] tl::expected<ChangeBatchHead, PushProblem> ReadListChange(
      std::string_view body, const CohortId& cohort, ChangeDirection direction) const override {
    if (auto problem = ProblemOf(body)) return tl::unexpected(*problem);
    ChangeBatchHead head;
    head.kind = PushKind::kList;
    head.cohort = cohort;
    head.direction = direction;
    return head;
  }
  [[nodiscard]] tl::expected<CreateListRequest, PushProblem> ReadCreateList(
      std::string_view body) const override {
    if (auto problem = ProblemOf(body)) return tl::unexpected(*problem);
    const auto words = Split(body, '|');
    CreateListRequest request{.name = std::string(words[0]), .cohort = {}};
    if (words.size() > 1) request.cohort = CohortId(std::string(words[1]));
    return request;
  }
  [[nodiscard]] tl::expected<std::vector<MemberChange>, PushProblem> ReadChanges(
      PushKind /*kind*/,
      std::string_view /*body*/,
      const IdentifierMapping& /*identifier*/) const override {
    return {};  // The receiver leaves that to the run.
  }

 private:
  static std::optional<PushProblem> ProblemOf(std::string_view body) {
    if (body == "not json") return PushProblem{PushProblem::Kind::kNotJson, "line 1: no value"};
    if (body == "no shape") {
      return PushProblem{PushProblem::Kind::kUnknownShape, "'in_cohort' is \"maybe\""};
    }
    return std::nullopt;
  }
};

// A body is words "COHORT+USER" and "COHORT-USER", all of one user each; one without a cohort that
// is pushed is skipped, and so is "COHORT?USER", of which something is lost.
class WordIdentifyFormat final : public IdentifyFormat {
 public:
  [[nodiscard]] tl::expected<IdentifyCalls, PushProblem> Read(
      std::string_view body, const std::function<bool(const CohortId&)>& is_pushed) const override {
    if (body == "not json")
      return tl::unexpected(PushProblem{PushProblem::Kind::kNotJson, "line 1: no value"});
    IdentifyCalls calls;
    for (const std::string_view word : Split(body, ' ')) {
      const std::size_t at = word.find_first_of("+-?");
      if (at == std::string_view::npos) continue;
      const CohortId cohort(std::string(word.substr(0, at)));
      const bool pushed = is_pushed(cohort);
      if (!pushed && !calls.elsewhere) calls.elsewhere = cohort;
      if (!pushed || word[at] == '?') {
        calls.problem = "'userId' is missing";
        ++calls.skipped;
        if (pushed) calls.lost.insert(cohort);
        continue;
      }
      ++calls.taken;
      IdentifyCalls::Batch& batch = calls.batches.emplace_back();
      batch.head.cohort = cohort;
      batch.head.direction = word[at] == '+' ? ChangeDirection::kEnter : ChangeDirection::kLeave;
      batch.body = word.substr(at + 1);
    }
    return calls;
  }
};

class RecordingInbox final : public BatchSink {
 public:
  using Done = std::function<void(Result<InboxOutcome>)>;

  void Store(ReceivedBatch batch, Done done) override {
    std::unique_lock lock(mutex_);
    batches_.push_back(std::move(batch));
    if (!holds_) {
      lock.unlock();
      return done(outcome_);
    }
    waiting_.push_back(std::move(done));
    changed_.notify_all();
  }
  void NoteGap(const CohortId& cohort, TimePoint /*at*/, const std::string& reason) override {
    const std::lock_guard lock(mutex_);
    gaps_.push_back(cohort.value() + ": " + reason);
  }

  // From here on: what batches end as, or that they wait for Commit. Before any request.
  void AnswerWith(Result<InboxOutcome> outcome) { outcome_ = std::move(outcome); }
  void Hold() { holds_ = true; }
  void WaitFor(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return waiting_.size() >= count; });
  }
  // The batch `index`, in the order they came.
  void Commit(std::size_t index, const Result<InboxOutcome>& outcome = InboxOutcome::kStored) {
    Done done;
    {
      const std::lock_guard lock(mutex_);
      done = std::exchange(waiting_.at(index), nullptr);
    }
    done(outcome);
  }

  [[nodiscard]] std::vector<ReceivedBatch> batches() {
    const std::lock_guard lock(mutex_);
    return batches_;
  }
  [[nodiscard]] std::vector<std::string> gaps() {
    const std::lock_guard lock(mutex_);
    return gaps_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  Result<InboxOutcome> outcome_ = InboxOutcome::kStored;
  bool holds_ = false;
  std::vector<ReceivedBatch> batches_;
  std::vector<Done> waiting_;
  std::vector<std::string> gaps_;
};

struct Received {
  int status = 0;  // 0: no answer.
  std::string head;
  std::string body;
};

class ReceiverWorld {
 public:
  explicit ReceiverWorld(std::vector<Secret> secrets = {}, http::GuardedServerOptions options = {})
      : receiver({.secrets = std::move(secrets),
                  .cohorts = {{CohortId("9apg8e8f"), "active users"}, {CohortId("26umsb5"), ""}},
                  .max_body_bytes = 1'000},
                 format,
                 identify_format,
                 inbox,
                 clock),
        server(http::GuardedServer::Start(options, receiver).value()) {}

  [[nodiscard]] http::RawConnection Send(std::string_view target,
                                         std::string_view body,
                                         std::string_view fields = "",
                                         std::string_view method = "POST") const {
    http::RawConnection connection = http::RawConnection::To(server->port());
    connection.Write(Format("{} {} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\n{}\r\n{}",
                            method,
                            target,
                            body.size(),
                            fields,
                            body));
    return connection;
  }
  static Received Read(http::RawConnection& connection) {
    const std::string message = connection.ReadMessage();
    const std::size_t end = message.find("\r\n\r\n");
    if (end == std::string::npos) return {};
    return {std::stoi(message.substr(9, 3)), message.substr(0, end + 2), message.substr(end + 4)};
  }
  [[nodiscard]] Received Push(std::string_view target,
                              std::string_view body,
                              std::string_view fields = "",
                              std::string_view method = "POST") const {
    http::RawConnection connection = Send(target, body, fields, method);
    return Read(connection);
  }

  FakeClock clock;
  WordFormat format;
  WordIdentifyFormat identify_format;
  RecordingInbox inbox;
  PushReceiver receiver;
  std::unique_ptr<http::GuardedServer> server;
};

}  // namespace cohort_sync::web

#endif  // COHORT_SYNC_TESTS_WEB_RECEIVER_WORLD_H_
