#include "amplitude/cohort_file_source.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "amplitude/stable_file.h"
#include "base/format.h"

namespace cohort_sync::amplitude {

CohortFileSource::CohortFileSource(std::string path,
                                   std::optional<std::string> cohort_name,
                                   CohortCsvOptions options)
    : path_(std::move(path)), cohort_name_(std::move(cohort_name)), options_(std::move(options)) {}

Result<Snapshot> CohortFileSource::Fetch(const FetchRequest& request, const std::stop_token& stop) {
  const std::string context = Format("file '{}'", path_);
  CohortCsv csv(request.identifier, request.hash_key, options_, request.wants_members);
  FetchProgress progress;
  std::error_code unknown_size;  // Then ReadStableFile says why.
  if (const auto size = std::filesystem::file_size(path_, unknown_size); !unknown_size)
    progress.total = size;
  const Result<TimePoint> changed = ReadStableFile(
      path_,
      [&](std::string_view bytes) {
        progress.bytes += bytes.size();
        if (request.on_progress) request.on_progress(progress);
        return csv.Feed(bytes);
      },
      stop);
  if (!changed) return Fail(changed.error().WithContext(context));
  Result<CohortRows> rows = csv.Finish();
  if (!rows) return Fail(rows.error().WithContext(context));

  Snapshot snapshot;
  snapshot.cohort = request.cohort;
  snapshot.cohort_name = cohort_name_;
  snapshot.as_of = *changed;
  snapshot.origin = "file " + path_;
  MoveInto(snapshot, std::move(*rows));
  return snapshot;
}

void CohortFileSource::Accepted(const CohortId& /*cohort*/) {}

}  // namespace cohort_sync::amplitude
