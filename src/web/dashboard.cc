#include "web/dashboard.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <stop_token>
#include <thread>
#include <utility>

#include "base/format.h"
#include "base/log.h"
#include "base/text.h"
#include "web/dashboard_reply.h"
#include "web/request_guard.h"

namespace cohort_sync::web {
namespace {

using http::Reply;
using Kind = DashboardRoute::Kind;

constexpr const char* kRealm = "realm=\"cohort-sync\"";
constexpr std::size_t kMaxWaiting = 32;
constexpr std::size_t kMaxActionBytes = 4096;

bool IsRead(std::string_view method) {
  return method == "GET" || method == "HEAD";
}

}  // namespace

// Reads the state, one request after the other.
class Dashboard::Reader {
 public:
  explicit Reader(std::unique_ptr<DashboardSource> source)
      : source_(std::move(source)), thread_([this](const std::stop_token& stop) { Run(stop); }) {}
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  void Enqueue(DashboardQuery query, std::string known, http::Responder responder) {
    {
      const std::lock_guard lock(mutex_);
      if (waiting_.size() < kMaxWaiting) {
        waiting_.push_back({std::move(query), std::move(known), std::move(responder)});
        changed_.notify_one();
        return;
      }
    }
    responder.Send(DashboardError(503, "too many requests at once; try again"));
  }

 private:
  struct Task {
    DashboardQuery query;
    std::string known;
    http::Responder responder;
  };

  void Run(const std::stop_token& stop) {
    for (;;) {
      std::unique_lock lock(mutex_);
      if (!changed_.wait(lock, stop, [this] { return !waiting_.empty(); })) return;
      Task task = std::move(waiting_.front());
      waiting_.pop_front();
      lock.unlock();
      task.responder.Send(Answer(task));
    }
  }

  [[nodiscard]] Reply Answer(const Task& task) {
    try {
      Result<DashboardText> read = source_->Read(task.query);
      if (!read) {
        const bool missing = read.error().code() == ErrorCode::kNotFound;
        return DashboardError(missing ? 404 : 500, read.error().message());
      }
      if (task.query.csv) return DashboardCsv(std::move(read->text), read->next);
      return DashboardDocument("application/json", std::move(read->text), task.known);
    } catch (const std::exception& error) {
      Log(LogLevel::kWarning, Format("dashboard: {}", error.what()));
      return DashboardError(503, "the state cannot be read at the moment; the log says why");
    }
  }

  const std::unique_ptr<DashboardSource> source_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<Task> waiting_;
  std::jthread thread_;  // Last: it uses the others.
};

Dashboard::Dashboard(DashboardOptions options,
                     std::unique_ptr<DashboardSource> source,
                     const Clock& clock)
    : options_(std::move(options)),
      actions_(std::make_shared<ActionLog>(clock)),
      reader_(std::make_unique<Reader>(std::move(source))) {}

Dashboard::~Dashboard() = default;

http::Admission Dashboard::Admit(const http::Request& head) {
  const DashboardRoute route = DashboardRouteOf(head);
  http::Admission admission{.refusal = Objection(head, route), .keep_alive = true};
  if (!admission.refusal && !IsRead(head.method)) admission.max_body_bytes = kMaxActionBytes;
  return admission;
}

std::optional<Reply> Dashboard::Objection(const http::Request& head,
                                          const DashboardRoute& route) const {
  if (route.kind == Kind::kNone) return DashboardError(404, "there is nothing here");
  const bool acts = route.kind == Kind::kActions && head.method == "POST";
  if (!acts && !IsRead(head.method)) {
    Reply reply = DashboardError(405, "this is read with GET");
    reply.response.headers.Add("Allow", route.kind == Kind::kActions ? "GET, POST" : "GET");
    return reply;
  }
  if (route.kind == Kind::kFile) return std::nullopt;
  if (acts) {
    if (const auto foreign = ForeignOrigin(head.headers)) return DashboardError(403, *foreign);
    if (!IsJson(head.headers))
      return DashboardError(415, "an action is sent as Content-Type: application/json");
  }
  if (acts || options_.reading_needs_token || route.query.reveal) {
    if (auto objection = ObjectionToToken(head)) return objection;
  }
  if (!route.problem.empty()) return DashboardError(400, route.problem);
  if (acts && options_.executor == nullptr)
    return DashboardError(503, "this daemon takes no actions; use the command line");
  return std::nullopt;
}

std::optional<Reply> Dashboard::ObjectionToToken(const http::Request& head) const {
  const Result<Secret> token = options_.token();
  if (token && BringsToken(head.headers, *token)) return std::nullopt;
  if (!token) Log(LogLevel::kWarning, Format("dashboard: {}", token.error().message()));
  Reply reply =
      DashboardError(401, "this needs the token; 'cohort-sync dashboard token' prints it");
  reply.response.headers.Add("WWW-Authenticate", Join({"Bearer", kRealm}, " "));
  return reply;
}

Reply Dashboard::Refuse(const http::Request& /*head*/, int status) {
  if (status == 413) return DashboardError(status, "the body is too large for an action");
  if (status == 503) return DashboardError(status, "too many requests at once; try again");
  return DashboardError(status, "the request cannot be read");
}

void Dashboard::Handle(http::Request request, http::Responder responder) {
  DashboardRoute route = DashboardRouteOf(request);
  std::string known(request.headers.Find("If-None-Match").value_or(""));
  switch (route.kind) {
    case Kind::kNone:
      break;  // Was not admitted.
    case Kind::kFile:
      return responder.Send(
          DashboardDocument(route.file->content_type, std::string(route.file->content), known));
    case Kind::kView:
      return reader_->Enqueue(std::move(route.query), std::move(known), std::move(responder));
    case Kind::kActions:
      if (!IsRead(request.method)) return Act(request.body, std::move(responder));
      return responder.Send(DashboardDocument("application/json", actions_->Json(), known));
  }
}

void Dashboard::Act(const std::string& body, http::Responder responder) {
  const Result<DashboardAction> action = ParseDashboardAction(body);
  if (!action) return responder.Send(DashboardError(400, action.error().message()));
  const std::int64_t id = actions_->Begin(*action);
  const std::vector<std::string> words = action->Words();
  Log(LogLevel::kInfo, Format("dashboard: {}", words.at(0)));
  if (action->takes_long()) {
    options_.executor->Execute(words, [actions = actions_, id](const CommandOutcome& outcome) {
      actions->End(id, outcome);
    });
    return responder.Send(DashboardJson(202, actions_->Json(id)));
  }
  // Shared, because a std::function has to be copyable.
  const auto shared = std::make_shared<http::Responder>(std::move(responder));
  options_.executor->Execute(words,
                             [actions = actions_, id, shared](const CommandOutcome& outcome) {
                               shared->Send(DashboardJson(200, actions->End(id, outcome)));
                             });
}

}  // namespace cohort_sync::web
