#include "amplitude/cohort_folder_source.h"

#include <utility>

#include "amplitude/stable_file.h"
#include "base/format.h"
#include "base/log.h"
#include "base/text.h"
#include "base/time_text.h"

namespace cohort_sync::amplitude {
namespace {

std::string PartNames(const std::vector<CohortPart>& parts) {
  std::vector<std::string> names;
  names.reserve(parts.size());
  for (const CohortPart part : parts)
    names.push_back(Format("'{}'", ToString(part)));
  return Join(names, " and ");
}

Error LacksParts(const WaitingSnapshot& waiting) {
  return Error(
      ErrorCode::kIncomplete,
      Format("'{}' waits for its {} {}; all three are needed, and the pattern has to match "
             "them",
             waiting.name,
             PartNames(waiting.missing),
             waiting.missing.size() == 1 ? "file" : "files"));
}

}  // namespace

CohortFolderSource::CohortFolderSource(std::string path,
                                       std::string pattern,
                                       std::optional<std::string> cohort_name,
                                       CohortCsvOptions options)
    : path_(std::move(path)),
      pattern_(std::move(pattern)),
      cohort_name_(std::move(cohort_name)),
      options_(std::move(options)) {}

Result<Snapshot> CohortFolderSource::Fetch(const FetchRequest& request,
                                           const std::stop_token& stop) {
  taken_.reset();
  const std::string context = Format("folder '{}'", path_);
  Result<DropFolder> folder = DropFolder::Open(path_);
  if (!folder) return Fail(folder.error().WithContext(context));
  Result<FolderListing> listing = folder->List(pattern_);
  if (!listing) return Fail(listing.error().WithContext(context));
  WaitingSnapshots waiting = FindWaiting(std::move(*listing), request.cohort);
  if (const std::string skipped = SkippedText(waiting.skipped, waiting.odd_names); !skipped.empty())
    Log(LogLevel::kWarning, Format("{}: skipped: {}", context, skipped));

  std::optional<Error> incomplete;  // Of the oldest.
  for (WaitingSnapshot& next : waiting.snapshots) {
    Result<Snapshot> snapshot = Take(*folder, next, request, stop);
    if (snapshot) {
      if (incomplete)
        Log(LogLevel::kWarning, Format("{}: passed over: {}", context, incomplete->message()));
      taken_ = Taken{std::move(*folder), std::move(next.files)};
      return snapshot;
    }
    if (snapshot.error().code() == ErrorCode::kInvalidInput)
      return Fail(Refuse(*folder, next, request, snapshot.error()).WithContext(context));
    if (snapshot.error().code() != ErrorCode::kIncomplete)
      return Fail(snapshot.error().WithContext(context));
    if (!incomplete) incomplete = snapshot.error();
  }
  return Fail(incomplete.value_or(NothingWaits(waiting)).WithContext(context));
}

Error CohortFolderSource::NothingWaits(const WaitingSnapshots& waiting) const {
  const std::string skipped = SkippedText(waiting.skipped, waiting.odd_names);
  if (!skipped.empty()) {
    return Error(
        ErrorCode::kInvalidInput,
        Format("no file matching '{}' waits that may be taken; skipped: {}", pattern_, skipped));
  }
  const std::string others = waiting.of_other_cohorts == 0
                                 ? ""
                                 : "; " + Count(waiting.of_other_cohorts,
                                                "file is of another cohort",
                                                "files are of other cohorts");
  return Error(ErrorCode::kNothingNew, Format("no file matching '{}' waits{}", pattern_, others));
}

Result<Snapshot> CohortFolderSource::Take(DropFolder& folder,
                                          WaitingSnapshot& waiting,
                                          const FetchRequest& request,
                                          const std::stop_token& stop) const {
  if (!waiting.missing.empty()) return Fail(LacksParts(waiting));
  const TimePoint as_of =
      waiting.is_trio ? waiting.time : TimeOfChange(waiting.files.front().state);
  if (request.accepted_as_of && as_of < *request.accepted_as_of)
    return Fail(
        ErrorCode::kInvalidInput,
        Format("'{}' is of {}, older than the last accepted snapshot ({}); to accept it all "
               "the same, put it back and sync with --force",
               waiting.name,
               FormatTime(as_of),
               FormatTime(*request.accepted_as_of)));
  FetchProgress progress;
  for (const FolderFile& file : waiting.files)
    progress.total += static_cast<std::uint64_t>(file.state.st_size);
  std::vector<CohortRows> rows;
  for (FolderFile& file : waiting.files) {
    Result<CohortRows> read = ReadFile(folder, file, request, progress, stop);
    if (!read) return Fail(read.error().WithContext(Format("file '{}'", file.name)));
    rows.push_back(std::move(*read));
  }
  Snapshot snapshot;
  snapshot.cohort = request.cohort;
  snapshot.cohort_name = cohort_name_;
  snapshot.as_of = as_of;
  snapshot.origin = Format("{} {}/{}", waiting.is_trio ? "files" : "file", path_, waiting.name);
  MoveInto(snapshot,
           waiting.is_trio ? JoinParts(waiting.parts, std::move(rows), request.hash_key)
                           : std::move(rows.front()));
  return snapshot;
}

Result<CohortRows> CohortFolderSource::ReadFile(const DropFolder& folder,
                                                FolderFile& file,
                                                const FetchRequest& request,
                                                FetchProgress& progress,
                                                const std::stop_token& stop) const {
  const Result<UniqueFd> fd = folder.Open(file);
  if (!fd) return Fail(fd.error());
  CohortCsv csv(request.identifier, request.hash_key, options_, request.wants_members);
  const Result<TimePoint> changed = ReadStableFile(
      fd->get(),
      folder.fd(),
      file.name,
      [&](std::string_view bytes) {
        progress.bytes += bytes.size();
        if (request.on_progress) request.on_progress(progress);
        return csv.Feed(bytes);
      },
      stop);
  if (!changed) return Fail(changed.error());
  return csv.Finish();
}

// All files of a trio go together: what is left of it is no snapshot.
Error CohortFolderSource::Refuse(const DropFolder& folder,
                                 const WaitingSnapshot& waiting,
                                 const FetchRequest& request,
                                 const Error& error) const {
  if (request.read_only) return error;
  std::vector<std::string> moved;
  for (const FolderFile& file : waiting.files) {
    const auto name = folder.Move(file, kFailedFolder, error.message());
    if (!name) {
      return Error(error.code(),
                   Format("{}; it stays, because moving it failed: {}",
                          error.message(),
                          name.error().message()));
    }
    moved.push_back(Format("'{}'", *name));
  }
  return Error(error.code(), Format("{}; moved to {}", error.message(), Join(moved, ", ")));
}

void CohortFolderSource::Accepted(const CohortId& /*cohort*/) {
  if (!taken_) return;
  for (const FolderFile& file : taken_->files) {
    if (const auto moved = taken_->folder.Move(file, kDoneFolder); !moved) {
      Log(LogLevel::kWarning,
          Format("folder '{}': file '{}' was accepted and stays, to be read again: {}",
                 path_,
                 file.name,
                 moved.error().message()));
    }
  }
  taken_.reset();
}

}  // namespace cohort_sync::amplitude
