#include "simulator/pusher.h"

#include <algorithm>

#include "base/format.h"
#include "base/text.h"
#include "simulator/seeded_random.h"

namespace cohort_sync::simulator {
namespace {

constexpr std::size_t kRunsKept = 100;
constexpr std::size_t kRequestsKept = 2'000;
constexpr std::size_t kBodyKept = 16'384;

Error NoPush(const std::string& cohort_id) {
  return Error(ErrorCode::kNotFound, Format("no push of cohort '{}'", Printable(cohort_id)));
}

PushStatus StatusOf(const std::string& cohort_id,
                    const PushSettings& settings,
                    PushState state,
                    const std::string& list_id,
                    const std::deque<PushRun>& runs) {
  return {cohort_id, settings, state, list_id, {runs.begin(), runs.end()}};
}

}  // namespace

Pusher::Pusher(ProjectAccess project, Clock& clock)
    : project_(std::move(project)), clock_(clock), log_(kRequestsKept) {}

Pusher::~Pusher() {
  Stop();
}

Result<PushJob> Pusher::Prepare(const std::string& cohort_id) const {
  Result<ComputedCohort> cohort = Fail(ErrorCode::kInternal, "the project was not asked");
  PushJob job;
  project_([&](AmplitudeProject& project) {
    cohort = project.Compute(cohort_id);
    job.content.switches = project.switches().push;
    // No draw for a run that will not be.
    if (cohort) job.seed = project.random().Next();
  });
  if (!cohort) return Fail(cohort.error());
  SeededRandom random(job.seed);
  job.content.cohort_id = cohort_id;
  job.content.cohort_name = cohort->name;
  job.content.computed_at = cohort->computed_at;
  job.content.run_id = NewUuid(random);
  job.now = cohort->members;
  return job;
}

Status Pusher::RefuseStart(const std::string& cohort_id) const {
  if (stopping_) return Fail(ErrorCode::kInterrupted, "stopping");
  const auto push = pushes_.find(cohort_id);
  if (push == pushes_.end() || !push->second.running) return {};
  return Fail(ErrorCode::kRejected,
              Format("run {} of the push of cohort '{}' is under way",
                     push->second.runs.back().number,
                     Printable(cohort_id)));
}

Result<std::int64_t> Pusher::Create(const std::string& cohort_id, PushSettings settings) {
  Result<PushJob> job = Prepare(cohort_id);
  if (!job && job.error().code() == ErrorCode::kNotFound) return Fail(job.error());
  const std::lock_guard lock(mutex_);
  if (Status refused = RefuseStart(cohort_id); !refused) return Fail(refused.error());
  pushes_.erase(cohort_id);
  Push& push = pushes_[cohort_id];
  push.settings = std::move(settings);
  return Begin(push, std::move(job));
}

Result<std::int64_t> Pusher::Run(const std::string& cohort_id) {
  Result<PushJob> job = Prepare(cohort_id);
  const std::lock_guard lock(mutex_);
  if (Status refused = RefuseStart(cohort_id); !refused) return Fail(refused.error());
  const auto push = pushes_.find(cohort_id);
  if (push == pushes_.end()) return Fail(NoPush(cohort_id));
  if (push->second.state == PushState::kPaused) {
    return Fail(ErrorCode::kRejected,
                Format("the push of cohort '{0}' is paused: {1}; POST /pushes/{0}/resume",
                       Printable(cohort_id),
                       push->second.runs.back().error));
  }
  return Begin(push->second, std::move(job));
}

std::int64_t Pusher::Begin(Push& push, Result<PushJob> job) {
  PushRun run;
  run.number = push.runs.empty() ? 1 : push.runs.back().number + 1;
  run.started_at = clock_.Now();
  const std::int64_t number = run.number;
  push.runs.push_back(std::move(run));
  if (push.runs.size() > kRunsKept) push.runs.pop_front();
  if (!job) {
    push.runs.back().finished_at = clock_.Now();
    push.runs.back().error = job.error().message();
    push.state = PushState::kPaused;
    return number;
  }
  job->content.settings = push.settings;
  job->before = push.delivered;
  job->list_id = push.list_id;
  push.running = true;
  // The thread of the run before has ended, or is about to without needing the lock.
  push.thread =
      std::jthread([this, &push, job = *std::move(job)](const std::stop_token& stop) mutable {
        Work(push, std::move(job), stop);
      });
  return number;
}

void Pusher::Work(Push& push, PushJob job, const std::stop_token& stop) {
  PushJobEvents events;
  events.on_planned = [&](const PushDifference& difference, std::size_t messages) {
    const std::lock_guard lock(mutex_);
    PushRun& run = push.runs.back();
    run.entered = std::ssize(difference.entered);
    run.left = std::ssize(difference.left);
    run.skipped = difference.skipped;
    run.messages = static_cast<std::int64_t>(messages);
  };
  events.on_attempt = [&](const http::Request& request,
                          std::int64_t attempt,
                          const http::Answer& answer) { Record(push, request, attempt, answer); };
  const Status delivered = RunPushJob(job, events, project_, clock_, stop);
  auto after = MembersAfter(*job.before, job.now, job.content.switches.exits_as_entered);
  // Let go of on the project's thread, which changes in place what nobody else holds.
  project_([&](AmplitudeProject& /*project*/) {
    job.before.reset();
    job.now.reset();
    if (!delivered) after.reset();
  });
  Finish(push, job, delivered, std::move(after));
}

void Pusher::Record(Push& push,
                    const http::Request& request,
                    std::int64_t attempt,
                    const http::Answer& answer) {
  http::Request shown{.method = request.method,
                      .target = request.target,
                      .body = request.body.substr(0, kBodyKept)};
  http::Reply reply;
  reply.reset_connection = !answer;
  reply.response.status = answer ? answer->status : 0;
  const std::lock_guard lock(mutex_);
  log_.Add(clock_.Now(), shown, reply);
  PushRun& run = push.runs.back();
  ++run.requests;
  if (attempt > 1) ++run.repeats;
  ++run.answers[answer ? std::to_string(answer->status) : "none"];
  if (!answer) {
    run.last_problem = answer.error().message;
  } else if (answer->status != 200) {
    run.last_problem = Format("http {}: {}", answer->status, Printable(answer->body));
  }
}

void Pusher::Finish(Push& push,
                    const PushJob& job,
                    const Status& delivered,
                    std::shared_ptr<const Members> after) {
  const PushSwitches& switches = job.content.switches;
  const std::lock_guard lock(mutex_);
  push.list_id = job.list_id;
  if (delivered) push.delivered = std::move(after);
  const bool unknown_list = push.settings.kind == PushKind::kLists && !delivered &&
                            delivered.error().code() == ErrorCode::kNotFound;
  push.unknown_lists = unknown_list ? push.unknown_lists + 1 : 0;
  push.state = delivered ? PushState::kActive : PushState::kFailing;
  if (unknown_list && push.unknown_lists == switches.pause_after) push.state = PushState::kPaused;
  push.runs.back().finished_at = clock_.Now();
  if (!delivered) push.runs.back().error = delivered.error().message();
  push.running = false;
  finished_.notify_all();
}

Result<PushRun> Pusher::Wait(const std::string& cohort_id, std::int64_t number) {
  std::unique_lock lock(mutex_);
  while (true) {
    const auto push = pushes_.find(cohort_id);
    if (push == pushes_.end()) return Fail(NoPush(cohort_id));
    const std::deque<PushRun>& runs = push->second.runs;
    const auto run = std::find_if(
        runs.begin(), runs.end(), [number](const PushRun& r) { return r.number == number; });
    if (run == runs.end()) {
      return Fail(ErrorCode::kNotFound,
                  Format("no run {} of the push of cohort '{}'", number, Printable(cohort_id)));
    }
    if (run->finished_at) return *run;
    if (stopping_) return Fail(ErrorCode::kInterrupted, "stopping");
    finished_.wait(lock);
  }
}

Status Pusher::Resume(const std::string& cohort_id) {
  const std::lock_guard lock(mutex_);
  const auto push = pushes_.find(cohort_id);
  if (push == pushes_.end()) return Fail(NoPush(cohort_id));
  push->second.unknown_lists = 0;
  if (push->second.state == PushState::kPaused) push->second.state = PushState::kFailing;
  return {};
}

Status Pusher::Remove(const std::string& cohort_id) {
  const std::lock_guard lock(mutex_);
  if (Status refused = RefuseStart(cohort_id); !refused) return refused;
  if (pushes_.erase(cohort_id) == 0) return Fail(NoPush(cohort_id));
  return {};
}

Result<PushStatus> Pusher::Find(const std::string& cohort_id) const {
  const std::lock_guard lock(mutex_);
  const auto found = pushes_.find(cohort_id);
  if (found == pushes_.end()) return Fail(NoPush(cohort_id));
  const Push& push = found->second;
  return StatusOf(cohort_id, push.settings, push.state, push.list_id, push.runs);
}

std::vector<PushStatus> Pusher::Statuses() const {
  const std::lock_guard lock(mutex_);
  std::vector<PushStatus> statuses;
  statuses.reserve(pushes_.size());
  for (const auto& [id, push] : pushes_)
    statuses.push_back(StatusOf(id, push.settings, push.state, push.list_id, push.runs));
  return statuses;
}

std::vector<std::pair<std::string, PushRun>> Pusher::TakeFinished() {
  const std::lock_guard lock(mutex_);
  std::vector<std::pair<std::string, PushRun>> finished;
  for (auto& [id, push] : pushes_) {
    for (const PushRun& run : push.runs) {
      if (run.number <= push.reported || !run.finished_at) continue;
      push.reported = run.number;
      finished.emplace_back(id, run);
    }
  }
  return finished;
}

std::vector<LoggedRequest> Pusher::Sent(const RequestFilter& filter) const {
  const std::lock_guard lock(mutex_);
  return log_.Matching(filter);
}

void Pusher::ClearLog() {
  const std::lock_guard lock(mutex_);
  log_.Clear();
}

void Pusher::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    finished_.notify_all();
  }
  // Nobody adds or removes a push any more, and the runs need the lock to end.
  for (auto& [id, push] : pushes_)
    push.thread.request_stop();
  for (auto& [id, push] : pushes_) {
    if (push.thread.joinable()) push.thread.join();
  }
}

}  // namespace cohort_sync::simulator
