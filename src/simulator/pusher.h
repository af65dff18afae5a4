// The push side of the Amplitude stand-in: sends cohorts to a webhook or to lists of a receiver, as
// contracts/amplitude.md 2, 3 and 4 have it. Each run sends on threads of its own.
#ifndef COHORT_SYNC_SIMULATOR_PUSHER_H_
#define COHORT_SYNC_SIMULATOR_PUSHER_H_

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "http/message.h"
#include "simulator/push_job.h"
#include "simulator/push_run.h"
#include "simulator/push_settings.h"
#include "simulator/request_log.h"

namespace cohort_sync::simulator {

// A push belongs to a cohort, at most one each. Its first run sends everybody; each later one the
// difference to the last run that succeeded, so what a failed run sent is sent again. When a run
// takes place is up to the caller: nothing here waits for an hour to pass. Safe from several
// threads, but not from that of the project.
class Pusher {
 public:
  // `clock` outlives it; `project` works until Stop has returned.
  Pusher(ProjectAccess project, Clock& clock);
  ~Pusher();
  Pusher(const Pusher&) = delete;
  Pusher& operator=(const Pusher&) = delete;

  // Makes or replaces the push of a cohort and begins its first run, which makes a new list.
  // Returns the run's number. kNotFound for an unknown cohort; kRejected while a run is under way,
  // also below.
  Result<std::int64_t> Create(const std::string& cohort_id, PushSettings settings);
  // Begins the next run. kNotFound without a push, kRejected while it is paused. A cohort that is
  // archived or gone fails the run and pauses the push (4).
  Result<std::int64_t> Run(const std::string& cohort_id);
  // Waits for the end of a run and returns how it went. kNotFound for one that is not known (any
  // more), kInterrupted after Stop.
  Result<PushRun> Wait(const std::string& cohort_id, std::int64_t number);
  // Ends a pause. kNotFound without a push, here and below.
  Status Resume(const std::string& cohort_id);
  Status Remove(const std::string& cohort_id);

  [[nodiscard]] Result<PushStatus> Find(const std::string& cohort_id) const;
  [[nodiscard]] std::vector<PushStatus> Statuses() const;
  // Each run once, after its end, with its cohort.
  [[nodiscard]] std::vector<std::pair<std::string, PushRun>> TakeFinished();

  // Every attempt, with the beginning of its body and without the headers of the settings; status 0
  // is no answer.
  [[nodiscard]] std::vector<LoggedRequest> Sent(const RequestFilter& filter) const;
  void ClearLog();

  // Ends the runs that are under way; no other begins. To be called while the project is there.
  void Stop();

 private:
  struct Push {
    PushSettings settings;
    PushState state = PushState::kActive;
    std::string list_id;
    std::shared_ptr<const Members> delivered = std::make_shared<Members>();
    std::int64_t unknown_lists = 0;  // Runs in a row that ended in a 404.
    std::int64_t reported = 0;       // Runs up to this one were given out by TakeFinished.
    std::deque<PushRun> runs;        // The newest.
    bool running = false;
    std::jthread thread;  // Of the last run.
  };

  // What all runs begin with, and why this one has to fail.
  [[nodiscard]] Result<PushJob> Prepare(const std::string& cohort_id) const;
  [[nodiscard]] Status RefuseStart(const std::string& cohort_id) const;
  std::int64_t Begin(Push& push, Result<PushJob> job);
  void Work(Push& push, PushJob job, const std::stop_token& stop);
  void Record(Push& push,
              const http::Request& request,
              std::int64_t attempt,
              const http::Answer& answer);
  // `after`: what the next run is compared with, once this one was delivered.
  void Finish(Push& push,
              const PushJob& job,
              const Status& delivered,
              std::shared_ptr<const Members> after);

  const ProjectAccess project_;
  Clock& clock_;
  mutable std::mutex mutex_;  // Of everything below.
  std::condition_variable finished_;
  bool stopping_ = false;
  std::map<std::string, Push> pushes_;  // By cohort.
  RequestLog log_;
};

}  // namespace cohort_sync::simulator

#endif  // COHORT_SYNC_SIMULATOR_PUSHER_H_
