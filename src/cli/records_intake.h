// Pushes as files of records: into the inbox, where they wait like those that Amplitude sent.
#ifndef COHORT_SYNC_CLI_RECORDS_INTAKE_H_
#define COHORT_SYNC_CLI_RECORDS_INTAKE_H_

#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "amplitude/records_source.h"
#include "base/clock.h"
#include "base/result.h"
#include "config/config.h"
#include "sync/inbox.h"
#include "sync/push_format.h"

namespace cohort_sync {

// The files or folders of `syncs`, each once. One thread at a time.
class RecordsIntake {
 public:
  // The references outlive it.
  RecordsIntake(const std::vector<const SyncConfig*>& syncs,
                const Config& config,
                const PushFormat& format,
                BatchSink& inbox,
                const Clock& clock);

  [[nodiscard]] bool empty() const { return sources_.empty(); }
  // Takes every file that waits; durable when it returns. Records of cohorts that are not
  // configured to be pushed are passed over and logged. Blocks until done, `stop` or an error.
  [[nodiscard]] Status Take(const std::stop_token& stop);
  // The same, but the files stay where they are, to be taken later.
  [[nodiscard]] Status Look(const std::stop_token& stop);

 private:
  [[nodiscard]] Status TakeFile(amplitude::RecordsSource& source, const std::stop_token& stop);

  std::vector<amplitude::RecordsSource> sources_;
  std::set<CohortId> pushed_;
  BatchSink& inbox_;
  const Clock& clock_;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_CLI_RECORDS_INTAKE_H_
