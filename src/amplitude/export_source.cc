#include "amplitude/export_source.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/format.h"
#include "base/text.h"
#include "base/time_text.h"

namespace cohort_sync::amplitude {
namespace {

constexpr Duration kExportLife = std::chrono::days(7);  // contracts/amplitude.md 1.2.
constexpr Duration kShortestPause{1'000};
constexpr Duration kLongestPause = std::chrono::minutes(15);

// Answers to a recorded request that Amplitude has dropped: the contract names no status for it.
bool MeansGone(int status) {
  return status == 400 || status == 404 || status == 410;
}

// Failures that say nothing about the export itself: it can be asked for again.
bool LeavesExportUsable(ErrorCode code) {
  return code == ErrorCode::kUnavailable || code == ErrorCode::kUnauthorized ||
         code == ErrorCode::kInterrupted || code == ErrorCode::kConfiguration;
}

bool Tolerable(const CallError& error) {
  return error.may_pass || error.error.code() == ErrorCode::kInvalidInput;
}

}  // namespace

Result<std::vector<CohortInfo>> ListCohorts(ExportClient& client,
                                            Clock& clock,
                                            Random& random,
                                            const RetryPolicy& retry,
                                            const std::stop_token& stop) {
  auto cohorts =
      CallWithRetries(retry, clock, random, stop, [&] { return client.ListCohorts(stop); });
  if (!cohorts) return Fail(cohorts.error().error);
  return std::move(*cohorts);
}

ExportSource::ExportSource(ExportSourceParts parts)
    : client_(std::move(parts.access)),
      project_(std::move(parts.project)),
      requests_(parts.requests),
      allowance_(project_, parts.settings.limits, parts.ledger, parts.clock),
      clock_(parts.clock),
      random_(parts.random),
      settings_(std::move(parts.settings)) {
  CHECK(!settings_.poll_waits.empty());
}

Result<Snapshot> ExportSource::Fetch(const FetchRequest& request, const std::stop_token& stop) {
  Result<Snapshot> snapshot = FetchSyncable(request, stop);
  if (!snapshot) {
    return Fail(
        snapshot.error().WithContext(Format("cohort '{}'", Printable(request.cohort.value()))));
  }
  return snapshot;
}

void ExportSource::Accepted(const CohortId& cohort) {
  requests_.Forget(project_, cohort);
}

Result<Snapshot> ExportSource::FetchSyncable(const FetchRequest& request,
                                             const std::stop_token& stop) {
  std::optional<ExportRequest> recorded = Reusable(request);
  if (!recorded) {
    if (const CallResult<void> may = allowance_.CheckMonth(); !may) return Fail(may.error().error);
  }
  const auto cohorts = ListCohorts(client_, clock_, random_, settings_.retry, stop);
  if (!cohorts) return Fail(cohorts.error());
  const Result<CohortInfo> cohort = FindSyncable(*cohorts, request.cohort);
  if (!cohort) return Fail(cohort.error());

  while (true) {
    const bool reused = recorded.has_value();
    const CallResult<ExportRequest> asked =
        reused ? CallResult<ExportRequest>(*recorded) : RequestNew(request, stop);
    if (!asked) return Fail(asked.error().error);
    CallResult<CohortRows> rows = Collect(request, *asked, reused, stop);
    if (rows) {
      Snapshot snapshot;
      snapshot.cohort = request.cohort;
      snapshot.cohort_name = cohort->name;
      snapshot.as_of = asked->requested_at;
      snapshot.origin = "amplitude export " + asked->request_id;
      snapshot.expected_size = cohort->size;
      MoveInto(snapshot, std::move(*rows));
      return snapshot;
    }
    const CallError& failed = rows.error();
    if (!LeavesExportUsable(failed.error.code())) {
      requests_.Forget(project_, request.cohort);
      allowance_.Finish(request.cohort);
    }
    if (!reused || !MeansGone(failed.status)) return Fail(failed.error);
    recorded.reset();
  }
}

std::optional<ExportRequest> ExportSource::Reusable(const FetchRequest& request) {
  std::optional<ExportRequest> recorded = requests_.Find(project_, request.cohort);
  if (!recorded || recorded->property != request.identifier.property) return std::nullopt;
  const Duration age = clock_.Now() - recorded->requested_at;
  // A negative age is a clock that was set back: the request's own age is then unknown.
  if (age < Duration(0) || age > std::min(request.reuse_export_within, kExportLife))
    return std::nullopt;
  return recorded;
}

CallResult<ExportRequest> ExportSource::RequestNew(const FetchRequest& request,
                                                   const std::stop_token& stop) {
  ExportRequest asked;
  asked.property = request.identifier.property;
  const auto request_id = CallWithRetries(settings_.retry, clock_, random_, stop, [&] {
    return allowance_.Spend(
        request,
        [&] {
          asked.requested_at = clock_.Now();
          return client_.RequestExport(request.cohort, asked.property, stop);
        },
        stop);
  });
  if (!request_id) return tl::unexpected(request_id.error());
  asked.request_id = *request_id;
  requests_.Save(project_, request.cohort, asked);
  return asked;
}

CallResult<CohortRows> ExportSource::Collect(const FetchRequest& request,
                                             const ExportRequest& asked,
                                             bool reused,
                                             const std::stop_token& stop) {
  if (const CallResult<void> done = Await(request, asked, reused, stop); !done)
    return tl::unexpected(done.error());
  allowance_.Finish(request.cohort);
  return CallWithRetries(
      settings_.retry, clock_, random_, stop, [&] { return Download(request, asked, stop); });
}

// A new export is never ready at once, a recorded one most likely is.
CallResult<void> ExportSource::Await(const FetchRequest& request,
                                     const ExportRequest& asked,
                                     bool reused,
                                     const std::stop_token& stop) {
  const SteadyPoint start = clock_.Steady();
  std::size_t waits = 0;
  int errors = 0;
  Duration pause{0};
  for (bool wait = !reused;; wait = true) {
    if (wait) {
      if (request.on_progress) request.on_progress({.waiting = true});
      const std::size_t step = std::min(waits++, settings_.poll_waits.size() - 1);
      if (!clock_.SleepFor(std::max(settings_.poll_waits[step], pause), stop))
        return tl::unexpected(Interrupted("waiting for the export"));
    }
    pause = Duration(0);
    const CallResult<ExportState> state = client_.PollExport(asked.request_id, stop);
    if (state) {
      if (*state == ExportState::kDone) return {};
      errors = 0;
    } else {
      const CallError& failed = state.error();
      if (failed.retry_after)
        pause = std::clamp(*failed.retry_after, kShortestPause, kLongestPause);
      if (failed.status != 429 && (!Tolerable(failed) || ++errors > settings_.max_poll_errors))
        return tl::unexpected(failed);
    }
    if (const Duration waited = clock_.Steady() - start; waited >= settings_.poll_limit) {
      return tl::unexpected(CallError{
          Error(ErrorCode::kIncomplete,
                Format("export {} was not ready after {}; the next run asks for a new one",
                       Printable(asked.request_id),
                       FormatDuration(waited))),
          0,
          false,
          std::nullopt});
    }
  }
}

CallResult<CohortRows> ExportSource::Download(const FetchRequest& request,
                                              const ExportRequest& asked,
                                              const std::stop_token& stop) {
  CohortCsv csv(request.identifier, request.hash_key, settings_.csv, request.wants_members);
  const auto unusable = [&asked](const Error& error) {
    return tl::unexpected(
        CallError{error.WithContext(Format("file of export {}", Printable(asked.request_id))),
                  200,
                  false,
                  std::nullopt});
  };
  std::optional<Error> csv_error;
  FetchProgress progress;
  const CallResult<void> read = client_.Download(
      asked.request_id,
      [&](std::string_view bytes) {
        Status fed = csv.Feed(bytes);
        if (!fed) csv_error = fed.error();
        progress.bytes += bytes.size();
        if (request.on_progress) request.on_progress(progress);
        return fed;
      },
      stop);
  if (csv_error) return unusable(*csv_error);
  if (!read) return tl::unexpected(read.error());
  Result<CohortRows> rows = csv.Finish();
  if (!rows) return unusable(rows.error());
  return std::move(*rows);
}

}  // namespace cohort_sync::amplitude
