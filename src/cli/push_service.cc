#include "cli/push_service.h"

#include <algorithm>
#include <utility>

#include "base/format.h"
#include "base/log.h"
#include "base/time_text.h"
#include "cli/adapters.h"

namespace cohort_sync {
namespace {

// How often the inbox is told that the receiver is there, and how long it may have been away before
// what was sent meanwhile counts as lost: Amplitude repeats for about four minutes
// (contracts/amplitude.md 2.3; design/faults.md G10).
constexpr Duration kBetweenSigns = std::chrono::seconds(30);
constexpr Duration kShortAbsence = std::chrono::minutes(2);
constexpr Duration kPauseAfterFailure = std::chrono::minutes(1);

}  // namespace

PushService::PushService(const CommandContext& context, Workspace& workspace)
    : context_(context), workspace_(workspace), inbox_(*workspace.inbox()) {
  const Config& config = workspace.config();
  for (std::size_t index = 0; index < config.syncs.size(); ++index) {
    const SyncConfig& sync = config.syncs[index];
    if (!sync.push) continue;
    pushed_.insert(index);
    if (!sync.push->records) continue;
    scheduler_.Add(sync.push->records->schedule, std::nullopt);
    files_.push_back(std::make_unique<RecordsIntake>(std::vector<const SyncConfig*>{&sync},
                                                     config,
                                                     workspace.push_format(),
                                                     inbox_,
                                                     context.clock));
  }
  to_look_at_ = pushed_;
  inbox_.OnStored(
      [arrived = arrived_, wakeup = workspace.wakeup()](const std::set<CohortId>& cohorts) {
        {
          const std::lock_guard lock(arrived->mutex);
          arrived->cohorts.insert(cohorts.begin(), cohorts.end());
        }
        wakeup->Ring();
      });
}

PushService::~PushService() {
  inbox_.OnStored(nullptr);
}

Result<http::RequestHandler*> PushService::Receive() {
  const Config& config = workspace_.config();
  auto secrets = ReadPushSecrets(config);
  if (!secrets) return Fail(secrets.error());
  web::PushReceiverOptions options;
  options.secrets = std::move(*secrets);
  for (const std::size_t index : pushed_) {
    const SyncConfig& sync = config.syncs[index];
    if (!sync.push->records) options.cohorts.push_back({sync.key.cohort, sync.cohort_name});
  }
  options.max_body_bytes = static_cast<std::size_t>(config.server->max_body_bytes);
  receiver_ = std::make_unique<web::PushReceiver>(
      std::move(options), workspace_.push_format(), identify_format_, inbox_, context_.clock);
  NoteAbsence();
  return receiver_.get();
}

void PushService::NoteAbsence() {
  const TimePoint now = context_.clock.Now();
  const std::optional<TimePoint> before = inbox_.alive_before();
  inbox_.SetAlive(now);
  alive_told_at_ = now;
  if (!before || now - *before < kShortAbsence) return;
  for (const std::size_t index : pushed_) {
    const SyncConfig& sync = workspace_.config().syncs[index];
    if (sync.push->records) continue;
    inbox_.NoteGap(
        sync.key.cohort,
        now,
        Format("nothing was received from {} to {}", FormatTime(*before), FormatTime(now)));
  }
}

TimePoint PushService::Turn(TimePoint now) {
  if (receiver_ && now - alive_told_at_ >= kBetweenSigns) {
    inbox_.SetAlive(now);
    alive_told_at_ = now;
  }
  if (reading_ && read_.exchange(false)) {
    reader_.join();
    scheduler_.Finished(*std::exchange(reading_, std::nullopt));
  }
  if (!reading_) {
    if (const auto due = scheduler_.NextDue(now)) ReadRecords(*due, now);
  }
  TimePoint next = alive_told_at_ + kBetweenSigns;
  if (!receiver_) next = now + std::chrono::hours(1);
  if (const auto wake = scheduler_.NextWake(now); wake && !reading_) next = std::min(next, *wake);
  for (const auto& [index, time] : not_before_)
    next = std::min(next, time);
  return std::max(next, now + Duration(1));
}

void PushService::ReadRecords(std::size_t files, TimePoint now) {
  scheduler_.Started(files, now);
  reading_ = files;
  reader_ = std::jthread([this, files](const std::stop_token& stop) {
    if (Status taken = files_[files]->Take(stop); !taken)
      Log(LogLevel::kError, Format("records: {}", taken.error().message()));
    read_ = true;
    workspace_.wakeup()->Ring();
  });
}

std::optional<Binding> PushService::BindingOf(std::size_t index) {
  return workspace_.store().FindBinding(workspace_.config().syncs[index].key);
}

void PushService::LookAgain() {
  {
    const std::lock_guard lock(arrived_->mutex);
    for (const std::size_t index : pushed_)
      arrived_->cohorts.insert(workspace_.config().syncs[index].key.cohort);
  }
  workspace_.wakeup()->Ring();
}

const CohortId& PushService::CohortOf(std::size_t index) const {
  return workspace_.config().syncs[index].key.cohort;
}

void PushService::LookAtArrived() {
  const std::lock_guard lock(arrived_->mutex);
  if (arrived_->cohorts.empty()) return;
  for (const std::size_t index : pushed_) {
    if (arrived_->cohorts.contains(CohortOf(index))) to_look_at_.insert(index);
  }
  arrived_->cohorts.clear();
}

std::vector<std::size_t> PushService::Waiting(const std::function<bool(std::size_t)>& may_take) {
  LookAtArrived();
  const TimePoint now = context_.clock.Now();
  std::vector<std::size_t> waiting;
  for (auto next = to_look_at_.begin(); next != to_look_at_.end();) {
    const std::size_t index = *next;
    const auto pause = not_before_.find(index);
    if (!may_take(index) || (pause != not_before_.end() && now < pause->second)) {
      ++next;
      continue;
    }
    not_before_.erase(index);
    const std::optional<Binding> binding = BindingOf(index);
    const CohortId& cohort = workspace_.config().syncs[index].key.cohort;
    const bool stands = binding && (binding->paused_at || !binding->stopped_reason.empty());
    if (!stands && inbox_.Waits(cohort, binding ? binding->inbox : std::nullopt)) {
      waiting.push_back(index);
      ++next;
    } else {
      DropPlanned(cohort);
      next = to_look_at_.erase(next);
    }
  }
  return waiting;
}

void PushService::DropPlanned(const CohortId& cohort) {
  std::optional<InboxPosition> through;
  for (const std::size_t index : pushed_) {
    if (CohortOf(index) != cohort) continue;
    const std::optional<Binding> binding = BindingOf(index);
    if (!binding || !binding->inbox) return;
    if (!through || binding->inbox->batch < through->batch) through = binding->inbox;
  }
  if (!through || dropped_[cohort] == through->batch) return;
  inbox_.Planned(cohort, *through);
  dropped_[cohort] = through->batch;
}

void PushService::Failed(std::size_t index, TimePoint now) {
  not_before_[index] = now + kPauseAfterFailure;
  to_look_at_.insert(index);
}

}  // namespace cohort_sync
