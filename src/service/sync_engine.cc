#include "service/sync_engine.h"

#include <algorithm>
#include <future>
#include <utility>

#include "base/check.h"

namespace cohort_sync {

namespace {

// It reads nothing from outside, and what it commits joins a delivery of its binding.
bool GoesBesideADelivery(RunRequest::Kind kind) {
  return kind == RunRequest::Kind::kPush || kind == RunRequest::Kind::kApproval;
}

}  // namespace

struct SyncEngine::RunStop {
  explicit RunStop(const std::stop_token& of_engine)
      : with_engine(of_engine, [this] { source.request_stop(); }) {}

  std::stop_source source;
  const std::stop_callback<std::function<void()>> with_engine;
};

SyncEngine::SyncEngine(const Parts& parts)
    : parts_(parts),
      runner_(parts.store, parts.clock),
      on_stop_(parts.stop, [this] { stop_.request_stop(); }) {}

SyncEngine::~SyncEngine() {
  stop_.request_stop();
  parts_.tasks.Close();  // The reading thread may wait for an answer of this one.
}

void SyncEngine::Enqueue(RunRequest request) {
  const BindingKey& key = request.target->key;
  if (GoesBesideADelivery(request.kind)) {
    const bool fresh = pushes_.insert(key).second;
    CHECK(fresh);
  } else {
    CHECK(!runs_.contains(key));
  }
  runs_.insert(key);
  std::unique_ptr<RunStop>& stop = stops_[key];
  if (!stop) stop = std::make_unique<RunStop>(stop_.get_token());
  waiting_.push_back(std::move(request));
}

void SyncEngine::Stop(const BindingKey& key) {
  if (const auto found = stops_.find(key); found != stops_.end())
    found->second->source.request_stop();
}

std::stop_token SyncEngine::StopOf(const BindingKey& key) const {
  return stops_.at(key)->source.get_token();
}

RunObserver& SyncEngine::ObserverOf(const RunRequest& request) {
  return request.observer != nullptr ? *request.observer : nobody_;
}

void SyncEngine::Turn(Duration longest) {
  // A stop that is seen has done what it does; to be woken by it again would make this spin.
  const bool stopping = parts_.stop.stop_requested();
  parts_.tasks.RunAll();
  DeliverBehind();
  StartWaiting();
  bool in_flight = false;
  Duration rest = longest;
  for (const auto& [account, dispatcher] : dispatchers_) {
    dispatcher->Step();
    in_flight = in_flight || dispatcher->in_flight() > 0;
    rest = std::min(rest, dispatcher->Rest());
  }
  if (std::exchange(ended_, false)) return;  // The caller may have more to do, or nothing.
  if (reading_ || reading_push_ || in_flight) {
    parts_.wakeup->Wait(rest, stopping ? std::stop_token() : parts_.stop);
  } else if (rest > Duration(0) && parts_.listens) {
    SleepUntilRung(rest);
  } else if (rest > Duration(0)) {
    parts_.clock.SleepFor(rest, parts_.stop);
  }
}

// By the clock, so that a simulated day passes.
void SyncEngine::SleepUntilRung(Duration longest) {
  const bool stopping = parts_.stop.stop_requested();
  const std::stop_callback rings(stopping ? std::stop_token() : parts_.stop,
                                 [this] { parts_.wakeup->Ring(); });
  parts_.clock.SleepFor(longest, parts_.wakeup->NextRing());
  parts_.wakeup->Wait(Duration(0), {});
}

Dispatcher& SyncEngine::DispatcherOf(const SyncTarget& target) {
  std::unique_ptr<Dispatcher>& dispatcher = dispatchers_[target.account];
  if (!dispatcher)
    dispatcher = std::make_unique<Dispatcher>(
        parts_.store, parts_.clock, parts_.random, target.delivery, parts_.wakeup);
  return *dispatcher;
}

void SyncEngine::StartWaiting() {
  std::deque<RunRequest> later;
  while (!waiting_.empty()) {
    RunRequest request = std::move(waiting_.front());
    waiting_.pop_front();
    if (StopOf(request.target->key).stop_requested()) {
      End(request, std::nullopt);
    } else if (MayStart(request)) {
      StartOne(std::move(request));
    } else {
      later.push_back(std::move(request));
    }
  }
  waiting_ = std::move(later);
}

bool SyncEngine::MayStart(const RunRequest& request) {
  Dispatcher& dispatcher = DispatcherOf(*request.target);
  if (dispatcher.limits().refused() && !dispatcher.idle()) return false;  // One call finds out.
  // Two plans of one binding at a time would not know of each other.
  switch (request.kind) {
    case RunRequest::Kind::kSync:
    case RunRequest::Kind::kPlan:
      return !reading_ && reading_push_ != request.target->key;
    case RunRequest::Kind::kPush:
    case RunRequest::Kind::kApproval:
      return !reading_push_ && reading_ != request.target->key;
    case RunRequest::Kind::kRetry:
    case RunRequest::Kind::kPending:
      return reading_push_ != request.target->key;
  }
  return false;
}

void SyncEngine::StartOne(RunRequest request) {
  const SyncTarget& target = *request.target;
  if (request.kind == RunRequest::Kind::kPlan) return ReadPlan(std::move(request));
  const auto refusal = DispatcherOf(target).limits().Refusal(parts_.clock.Steady());
  const bool by_itself =
      request.kind == RunRequest::Kind::kPending || request.kind == RunRequest::Kind::kPush;
  if (refusal && GoesBesideADelivery(request.kind)) pushes_.erase(target.key);  // Is not read.
  if (refusal && by_itself) return End(request, std::nullopt);
  if (refusal) {
    const bool approves = request.kind == RunRequest::Kind::kApproval;
    const RunTrigger trigger = approves ? RunTrigger::kApproval : request.options.trigger;
    const auto hold = approves ? std::optional(request.hold) : std::nullopt;
    return End(request, runner_.Refuse(target, trigger, hold, *refusal));
  }
  switch (request.kind) {
    case RunRequest::Kind::kSync:
      return Read(std::move(request));
    case RunRequest::Kind::kPush:
    case RunRequest::Kind::kApproval:
      return ReadPush(std::move(request));
    case RunRequest::Kind::kRetry: {
      Result<StartedRun> started = runner_.StartRetry(target);
      if (!started) return End(request, Result<RunReport>(tl::unexpect, started.error()));
      return Deliver(request, std::move(*started));
    }
    case RunRequest::Kind::kPending: {
      std::optional<StartedRun> started = runner_.StartPending(target);
      if (!started) return End(request, std::nullopt);
      return Deliver(request, std::move(*started));
    }
    case RunRequest::Kind::kPlan:
      break;  // Above.
  }
}

std::jthread SyncEngine::OnReader(std::function<void(SyncRunner&)> read) {
  return std::jthread([this, read = std::move(read)] {
    SyncRunner runner(parts_.shared_store, parts_.clock);
    try {
      read(runner);
    } catch (const std::future_error&) {
      // The engine ends; nobody waits for this any more.
    } catch (...) {
      parts_.tasks.Post([error = std::current_exception()] { std::rethrow_exception(error); });
    }
  });
}

void SyncEngine::Read(RunRequest request) {
  reading_ = request.target->key;
  const std::stop_token stop = StopOf(request.target->key);
  reader_ = OnReader([this, stop, request = std::move(request)](SyncRunner& runner) {
    StartedRun started = runner.Start(*request.target, request.options, ObserverOf(request), stop);
    parts_.tasks.Post([this, request, started = std::move(started)] {
      reading_.reset();
      Deliver(request, started);
    });
  });
}

void SyncEngine::ReadPlan(RunRequest request) {
  reading_ = request.target->key;
  const std::stop_token stop = StopOf(request.target->key);
  reader_ = OnReader([this, stop, request = std::move(request)](SyncRunner& runner) {
    // Shared, because a task has to be copyable.
    const auto plan = std::make_shared<Result<PreparedRun>>(
        runner.Plan(*request.target, request.options, ObserverOf(request), stop));
    parts_.tasks.Post([this, request, plan] {
      reading_.reset();
      Leave(request.target->key);
      request.planned(std::move(*plan));
    });
  });
}

void SyncEngine::ReadPush(RunRequest request) {
  reading_push_ = request.target->key;
  const std::stop_token stop = StopOf(request.target->key);
  push_reader_ = OnReader([this, stop, request = std::move(request)](SyncRunner& runner) {
    std::optional<Result<StartedRun>> started;
    if (request.kind == RunRequest::Kind::kApproval) {
      started.emplace(runner.StartApproval(*request.target, request.hold));
    } else if (auto push =
                   runner.StartPush(*request.target, request.options, ObserverOf(request), stop)) {
      started.emplace(std::move(*push));
    }
    parts_.tasks.Post([this, request, started = std::move(started)] {
      reading_push_.reset();
      pushes_.erase(request.target->key);
      if (!started) return End(request, std::nullopt);
      if (!*started) return End(request, Result<RunReport>(tl::unexpect, started->error()));
      ended_ = true;  // The caller may have batches to be taken next.
      Deliver(request, **started);
    });
  });
}

void SyncEngine::Deliver(const RunRequest& request, StartedRun started) {
  const SyncTarget& target = *request.target;
  Dispatcher& dispatcher = DispatcherOf(target);
  if (started.destination_refused)
    dispatcher.limits().Refused(started.report.error, parts_.clock.Steady());
  if (!started.delivers) return End(request, std::move(started.report));
  if (const BindingId binding = started.report.binding; dispatcher.Delivers(binding)) {
    const RunCounts& counts = started.report.counts;
    dispatcher.Grew(binding, counts.added + counts.removed + counts.reopened);
    behind_.emplace_back(request, std::move(started));
    return;
  }
  DeliveryOrder order =
      SyncRunner::OrderOf(target, started.report, ObserverOf(request), StopOf(target.key));
  order.done =
      [this, request, report = std::move(started.report)](const DeliveryReport& delivered) {
        End(request, runner_.Finish(report, delivered));
      };
  dispatcher.Begin(std::move(order));
}

void SyncEngine::DeliverBehind() {
  std::deque<std::pair<RunRequest, StartedRun>> all = std::exchange(behind_, {});
  for (auto& [request, started] : all) {
    const SyncTarget& target = *request.target;
    if (DispatcherOf(target).Delivers(started.report.binding)) {
      behind_.emplace_back(request, std::move(started));
      continue;
    }
    // The delivery before may have stopped the binding.
    const std::optional<Binding> binding = parts_.store.FindBinding(target.key);
    if (binding && !binding->stopped_reason.empty()) {
      DeliveryReport stopped;
      stopped.end = DeliveryEnd::kBindingStopped;
      stopped.reason = binding->stopped_reason;
      stopped.counts.pending = parts_.store.CountOpen(binding->id).pending;
      End(request, runner_.Finish(std::move(started.report), stopped));
      continue;
    }
    Deliver(request, std::move(started));
  }
}

void SyncEngine::End(const RunRequest& request, std::optional<Result<RunReport>> report) {
  const BindingKey& key = request.target->key;
  Leave(key);
  // One that has not been read: it was refused, or stopped.
  if (GoesBesideADelivery(request.kind) && !report) pushes_.erase(key);
  if (request.kind != RunRequest::Kind::kPlan) return request.done(std::move(report));
  request.planned(Fail(ErrorCode::kInterrupted, "stopped before anything was read"));
}

void SyncEngine::Leave(const BindingKey& key) {
  runs_.erase(runs_.find(key));
  if (!runs_.contains(key)) stops_.erase(key);
  ended_ = true;
}

}  // namespace cohort_sync
