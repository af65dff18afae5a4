#include "cli/records_intake.h"

#include <future>
#include <memory>
#include <utility>

#include "base/format.h"
#include "base/log.h"

namespace cohort_sync {

RecordsIntake::RecordsIntake(const std::vector<const SyncConfig*>& syncs,
                             const Config& config,
                             const PushFormat& format,
                             BatchSink& inbox,
                             const Clock& clock)
    : inbox_(inbox), clock_(clock) {
  for (const SyncConfig& sync : config.syncs) {
    if (sync.push) pushed_.insert(sync.key.cohort);
  }
  std::set<std::pair<std::string, std::string>> seen;
  for (const SyncConfig* sync : syncs) {
    if (!sync->push || !sync->push->records) continue;
    const RecordsConfig& records = *sync->push->records;
    if (seen.emplace(records.path.string(), records.pattern).second)
      sources_.emplace_back(records.path.string(), records.pattern, format);
  }
}

Status RecordsIntake::Take(const std::stop_token& stop) {
  for (amplitude::RecordsSource& source : sources_) {
    while (true) {
      if (Status taken = TakeFile(source, stop); !taken) {
        if (taken.error().code() == ErrorCode::kNothingNew) break;
        return taken;
      }
    }
  }
  return {};
}

Status RecordsIntake::Look(const std::stop_token& stop) {
  const auto sink = [this](ReceivedBatch batch) -> Status {
    if (pushed_.contains(batch.head.cohort))
      inbox_.Store(std::move(batch), [](const Result<InboxOutcome>& /*outcome*/) {});
    return {};
  };
  for (const amplitude::RecordsSource& source : sources_) {
    if (Status looked = source.Look(clock_.Now(), sink, stop); !looked) return looked;
  }
  return {};
}

Status RecordsIntake::TakeFile(amplitude::RecordsSource& source, const std::stop_token& stop) {
  std::int64_t passed_over = 0;
  std::future<Result<InboxOutcome>> last;
  const auto sink = [&](ReceivedBatch batch) -> Status {
    if (!pushed_.contains(batch.head.cohort)) {
      ++passed_over;
      return {};
    }
    // Each after the one before, so that no more than two are in memory.
    if (last.valid()) {
      if (auto stored = last.get(); !stored) return Fail(stored.error());
    }
    auto promise = std::make_shared<std::promise<Result<InboxOutcome>>>();
    last = promise->get_future();
    inbox_.Store(std::move(batch), [promise](Result<InboxOutcome> outcome) {
      promise->set_value(std::move(outcome));
    });
    return {};
  };
  auto read = source.Next(clock_.Now(), sink, stop);
  if (last.valid()) {
    if (auto stored = last.get(); !stored) return Fail(stored.error());
  }
  if (!read) return Fail(read.error());
  if (passed_over > 0)
    Log(LogLevel::kWarning,
        Format("{}: passed over {} records of cohorts that are not pushed here",
               read->origin,
               passed_over));
  source.Accepted();
  return {};
}

}  // namespace cohort_sync
