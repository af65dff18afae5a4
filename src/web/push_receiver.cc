#include "web/push_receiver.h"

#include <mutex>
#include <optional>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/format.h"
#include "base/log.h"
#include "base/text.h"
#include "web/push_secret.h"

namespace cohort_sync::web {
namespace {

using Json = nlohmann::ordered_json;
using http::Reply;

constexpr const char* kJson = "application/json";
// Amplitude's own first pause between two tries is a second (contracts/amplitude.md 2.3).
constexpr const char* kRetryAfterSeconds = "2";

constexpr const char* kRealm = "realm=\"cohort-sync\"";

std::string Dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Reply ReplyOf(PushRouteKind route, int status, const std::string& text) {
  Reply reply = http::ReplyWith(status, kJson, status == 200 ? text : Dump(Json{{"error", text}}));
  http::Headers& headers = reply.response.headers;
  if (status == 401) headers.Add("WWW-Authenticate", Join({"Basic", kRealm}, " "));
  if (status == 405) headers.Add("Allow", std::string(AllowedMethods(route)));
  if (status == 503) headers.Add("Retry-After", kRetryAfterSeconds);
  return reply;
}

int StatusOf(PushProblem::Kind kind) {
  return kind == PushProblem::Kind::kNotJson ? 400 : 422;
}

// The batches of one body, as they are stored one after the other on the inbox's thread.
struct IdentifyStores {
  std::optional<http::Responder> responder;
  std::string answer;
  std::size_t left = 0;
  std::string failure;  // The first.
};

std::string AnswerOf(const IdentifyCalls& calls) {
  Json answer = {{"taken", calls.taken}, {"skipped", calls.skipped}};
  if (calls.skipped > 0) answer["problem"] = calls.problem;
  return Dump(answer);
}

std::string Shown(const CohortId& cohort) {
  return Printable(cohort.value());
}

}  // namespace

// Also of answers that come when the receiver has gone.
class PushReceiver::Counter {
 public:
  void Add(PushRouteKind route, int status) {
    const std::lock_guard lock(mutex_);
    ++statistics_.answers[{route, status}];
  }
  void Add(PushRouteKind route, InboxOutcome outcome, TimePoint received_at) {
    const std::lock_guard lock(mutex_);
    ++statistics_.answers[{route, 200}];
    Count(outcome, received_at);
  }
  // A batch that is not all of a request.
  void Add(InboxOutcome outcome, TimePoint received_at) {
    const std::lock_guard lock(mutex_);
    Count(outcome, received_at);
  }
  PushStatistics Read() {
    const std::lock_guard lock(mutex_);
    return statistics_;
  }

 private:
  void Count(InboxOutcome outcome, TimePoint received_at) {
    ++CountOf(outcome);
    statistics_.last_batch_at = received_at;
  }
  std::int64_t& CountOf(InboxOutcome outcome) {
    switch (outcome) {
      case InboxOutcome::kStored:
        return statistics_.stored;
      case InboxOutcome::kKnown:
        return statistics_.known;
      case InboxOutcome::kKnownWithOtherBody:
        break;
    }
    return statistics_.known_with_other_body;
  }

  std::mutex mutex_;
  PushStatistics statistics_;
};

PushReceiver::PushReceiver(PushReceiverOptions options,
                           const PushFormat& format,
                           const IdentifyFormat& identify_format,
                           BatchSink& inbox,
                           const Clock& clock)
    : options_(std::move(options)),
      cohorts_(options_.cohorts),
      format_(format),
      identify_format_(identify_format),
      inbox_(inbox),
      clock_(clock),
      counter_(std::make_shared<Counter>()) {}

PushReceiver::~PushReceiver() = default;

http::Admission PushReceiver::Admit(const http::Request& head) {
  const PushRoute route = PushRouteOf(head.path());
  const auto refuse = [&](int status, std::string text) {
    return http::Admission{.refusal = Count(route.kind, {status, std::move(text)})};
  };
  if (route.kind == PushRouteKind::kOther) return refuse(404, "there is nothing here");
  if (head.method != AllowedMethods(route.kind)) {
    return refuse(405, Format("only {} is answered here", AllowedMethods(route.kind)));
  }
  if (!MayPush(head.headers, options_.secrets)) return refuse(401, "unauthorized");
  if (!route.list.value().empty() && !cohorts_.Contains(route.list)) {
    return {.refusal = Conclude(route, route.list, NotPushedHere(route.list))};
  }
  return {.refusal = {}, .max_body_bytes = options_.max_body_bytes};
}

Reply PushReceiver::Refuse(const http::Request& head, int status) {
  const PushRoute route = PushRouteOf(head.path());
  const auto conclude = [&](std::string text) {
    return Conclude(route, route.list, {status, std::move(text)});
  };
  if (status == 413) {
    return conclude(Format("the body has more than {} bytes; choose smaller batches in Amplitude",
                           options_.max_body_bytes));
  }
  if (status == 503) return conclude("too many pushes at once; try again");
  return conclude("the chunks of the body cannot be read");
}

void PushReceiver::Handle(http::Request request, http::Responder responder) {
  const PushRoute route = PushRouteOf(request.path());
  switch (route.kind) {
    case PushRouteKind::kCreateList:
      return responder.Send(Conclude(route, {}, CreateList(request.body)));
    case PushRouteKind::kWebhook:
    case PushRouteKind::kAddToList:
    case PushRouteKind::kRemoveFromList:
      return ReceiveBatch(route, std::move(request.body), std::move(responder));
    case PushRouteKind::kIdentify:
      return ReceiveIdentify(request.body, std::move(responder));
    case PushRouteKind::kOther:
      break;  // Was not admitted.
  }
}

PushStatistics PushReceiver::Statistics() const {
  return counter_->Read();
}

Reply PushReceiver::Count(PushRouteKind route, const Answer& answer) {
  counter_->Add(route, answer.status);
  return ReplyOf(route, answer.status, answer.text);
}

Reply PushReceiver::Conclude(const PushRoute& route, const CohortId& cohort, const Answer& answer) {
  if (answer.status != 200) {
    const std::string reason = Format("a push was answered {}: {}", answer.status, answer.text);
    Log(LogLevel::kWarning, Format("{}: {}", ToString(route.kind), reason));
    if (cohorts_.Contains(cohort)) {
      inbox_.NoteGap(cohort, clock_.Now(), reason);
    } else if (cohort.value().empty() &&
               (route.kind == PushRouteKind::kWebhook || route.kind == PushRouteKind::kIdentify)) {
      // Whose it was is not known, so it may have been any one's.
      for (const PushedCohort& any : options_.cohorts)
        inbox_.NoteGap(any.id, clock_.Now(), reason);
    }
  }
  return Count(route.kind, answer);
}

PushReceiver::Answer PushReceiver::CreateList(const std::string& body) const {
  const auto request = format_.ReadCreateList(body);
  if (!request) return {StatusOf(request.error().kind), request.error().message};
  const auto cohort = cohorts_.CohortOfList(*request);
  if (!cohort) {
    return {404,
            Format("no cohort is pushed here that list '{}' could be for; pushed here: {}",
                   Printable(request->name),
                   cohorts_.Names())};
  }
  // In all the places that Amplitude's senders read (contracts/amplitude.md 2.2).
  const Json ids = {{"listId", cohort->value()}, {"list_id", cohort->value()}};
  Json answer = ids;
  answer["response"] = ids;
  return {200, Dump(answer)};
}

PushReceiver::Answer PushReceiver::NotPushedHere(const CohortId& cohort) const {
  return {404,
          Format("cohort '{}' is not pushed here; give it a sync with a source of type 'push'; "
                 "pushed here: {}",
                 Shown(cohort),
                 cohorts_.Names())};
}

void PushReceiver::ReceiveBatch(const PushRoute& route,
                                std::string body,
                                http::Responder responder) {
  auto head = route.kind == PushRouteKind::kWebhook
                  ? format_.ReadWebhook(body)
                  : format_.ReadListChange(body,
                                           route.list,
                                           route.kind == PushRouteKind::kAddToList
                                               ? ChangeDirection::kEnter
                                               : ChangeDirection::kLeave);
  if (!head) {
    const PushProblem& problem = head.error();
    return responder.Send(Conclude(route, route.list, {StatusOf(problem.kind), problem.message}));
  }
  const CohortId cohort = head->cohort;
  if (!cohorts_.Contains(cohort)) {
    return responder.Send(Conclude(route, cohort, NotPushedHere(cohort)));
  }
  const TimePoint received_at = clock_.Now();
  const std::string message_id = head->message_id;
  const auto shared = std::make_shared<http::Responder>(std::move(responder));
  // Called by the inbox, so the inbox is there; the receiver may have gone.
  auto done = [&inbox = inbox_,
               counter = counter_,
               kind = route.kind,
               cohort,
               received_at,
               message_id,
               shared](const Result<InboxOutcome>& outcome) {
    if (!outcome) {
      const std::string text = "the batch could not be stored: " + outcome.error().message();
      Log(LogLevel::kError, Format("{}: {}", ToString(kind), text));
      counter->Add(kind, 503);
      inbox.NoteGap(cohort, received_at, "a push was answered 503: " + text);
      return shared->Send(ReplyOf(kind, 503, text));
    }
    if (*outcome == InboxOutcome::kKnownWithOtherBody) {
      Log(LogLevel::kWarning,
          Format("cohort '{}': message '{}' came again with another body; the first one counts",
                 Shown(cohort),
                 Printable(message_id)));
    }
    counter->Add(kind, *outcome, received_at);
    shared->Send(ReplyOf(kind, 200, "{}"));
  };
  inbox_.Store({std::move(*head), received_at, std::move(body)}, std::move(done));
}

// ---- Identify calls ----

void PushReceiver::ReceiveIdentify(const std::string& body, http::Responder responder) {
  const PushRoute route = {PushRouteKind::kIdentify, {}};
  auto calls = identify_format_.Read(
      body, [this](const CohortId& cohort) { return cohorts_.Contains(cohort); });
  if (!calls) {
    const PushProblem& problem = calls.error();
    return responder.Send(Conclude(route, {}, {StatusOf(problem.kind), problem.message}));
  }
  if (calls->taken == 0 && calls->lost.empty() && calls->elsewhere)
    return responder.Send(Conclude(route, *calls->elsewhere, NotPushedHere(*calls->elsewhere)));
  const TimePoint received_at = clock_.Now();
  if (calls->skipped > 0) {
    const std::string reason =
        Format("{} of {} not taken: {}",
               calls->skipped,
               cohort_sync::Count(calls->taken + calls->skipped, "user", "users"),
               calls->problem);
    Log(LogLevel::kWarning, Format("{}: {}", ToString(route.kind), reason));
    for (const CohortId& cohort : calls->lost)
      inbox_.NoteGap(cohort, received_at, reason);
    if (calls->taken == 0) return responder.Send(Count(route.kind, {422, calls->problem}));
  }
  if (calls->batches.empty()) return responder.Send(Count(route.kind, {200, AnswerOf(*calls)}));
  StoreAll(std::move(*calls), received_at, std::move(responder));
}

void PushReceiver::StoreAll(IdentifyCalls calls, TimePoint received_at, http::Responder responder) {
  const auto stores = std::make_shared<IdentifyStores>();
  stores->answer = AnswerOf(calls);
  stores->left = calls.batches.size();
  stores->responder.emplace(std::move(responder));
  for (IdentifyCalls::Batch& batch : calls.batches) {
    const CohortId cohort = batch.head.cohort;
    auto done = [&inbox = inbox_, counter = counter_, stores, cohort, received_at](
                    const Result<InboxOutcome>& outcome) {
      if (outcome) {
        counter->Add(*outcome, received_at);
      } else {
        const std::string text = "the batch could not be stored: " + outcome.error().message();
        Log(LogLevel::kError, Format("{}: {}", ToString(PushRouteKind::kIdentify), text));
        inbox.NoteGap(cohort, received_at, "a push was answered 503: " + text);
        if (stores->failure.empty()) stores->failure = text;
      }
      if (--stores->left > 0) return;
      const int status = stores->failure.empty() ? 200 : 503;
      counter->Add(PushRouteKind::kIdentify, status);
      stores->responder->Send(ReplyOf(
          PushRouteKind::kIdentify, status, status == 200 ? stores->answer : stores->failure));
    };
    inbox_.Store({std::move(batch.head), received_at, std::move(batch.body)}, std::move(done));
  }
}

}  // namespace cohort_sync::web
