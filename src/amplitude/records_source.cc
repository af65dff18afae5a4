#include "amplitude/records_source.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "amplitude/stable_file.h"
#include "base/format.h"
#include "base/log.h"

namespace cohort_sync::amplitude {
namespace {

Error ChangedMeanwhile() {
  return Error(ErrorCode::kIncomplete,
               "it changed while it was read; write to a temporary name and rename");
}

bool IsChangedEarlier(const FolderFile& a, const FolderFile& b) {
  const timespec& first = a.state.st_mtim;
  const timespec& second = b.state.st_mtim;
  if (first.tv_sec != second.tv_sec) return first.tv_sec < second.tv_sec;
  if (first.tv_nsec != second.tv_nsec) return first.tv_nsec < second.tv_nsec;
  return a.name < b.name;
}

// Moves a file that is no records away and says so.
Error Refused(const DropFolder& folder, const FolderFile& file, const Error& error) {
  const auto moved = folder.Move(file, kFailedFolder, error.message());
  return Error(error.code(),
               moved ? Format("{}; moved to '{}'", error.message(), *moved)
                     : Format("{}; it stays, because moving it failed: {}",
                              error.message(),
                              moved.error().message()));
}

}  // namespace

RecordsSource::RecordsSource(std::string path, std::string pattern, const PushFormat& format)
    : path_(std::move(path)), pattern_(std::move(pattern)), format_(format) {}

Result<RecordsRead> RecordsSource::Next(TimePoint now,
                                        const RecordsReader::Sink& sink,
                                        const std::stop_token& stop) {
  taken_.reset();
  const bool is_file = pattern_.empty();
  Result<RecordsRead> read = is_file ? NextOfFile(now, sink, stop) : NextOfFolder(now, sink, stop);
  if (read) return read;
  return Fail(read.error().WithContext(Format("{} '{}'", is_file ? "file" : "folder", path_)));
}

Result<RecordsRead> RecordsSource::NextOfFile(TimePoint now,
                                              const RecordsReader::Sink& sink,
                                              const std::stop_token& stop) {
  struct stat before = {};
  const bool found = ::lstat(path_.c_str(), &before) == 0;  // Why not is said when it is opened.
  if (found && accepted_file_ && IsSameFile(*accepted_file_, before))
    return Fail(ErrorCode::kNothingNew, "it has not changed since it was read");
  RecordsRead result{Format("file {}", path_), {}};
  for (const RecordsReader::Sink& pass : {RecordsReader::Sink(), sink}) {
    RecordsReader reader(format_, now, pass);
    const Result<TimePoint> changed = ReadStableFile(
        path_, [&](std::string_view bytes) { return reader.Feed(bytes); }, stop);
    if (!changed) return Fail(changed.error());
    if (const Status whole = reader.Finish(); !whole) return Fail(whole.error());
    struct stat after = {};
    if (::lstat(path_.c_str(), &after) != 0 || !IsSameFile(before, after))
      return Fail(ChangedMeanwhile());
    result.counts = reader.counts();
  }
  taken_ = Taken{std::nullopt, {path_, before}};
  return result;
}

Result<RecordsRead> RecordsSource::NextOfFolder(TimePoint now,
                                                const RecordsReader::Sink& sink,
                                                const std::stop_token& stop) {
  Result<DropFolder> folder = DropFolder::Open(path_);
  if (!folder) return Fail(folder.error());
  Result<FolderListing> listing = folder->List(pattern_);
  if (!listing) return Fail(listing.error());
  const std::string skipped = SkippedText(listing->skipped, listing->odd_names);
  if (!skipped.empty()) Log(LogLevel::kWarning, Format("folder '{}': skipped: {}", path_, skipped));
  std::sort(listing->files.begin(), listing->files.end(), IsChangedEarlier);

  std::optional<Error> incomplete;  // Of the oldest.
  for (FolderFile& file : listing->files) {
    const std::string context = Format("file '{}'", file.name);
    RecordsReader check(format_, now);
    Result<RecordCounts> counts = Read(*folder, file, check, stop);
    if (!counts && counts.error().code() == ErrorCode::kInvalidInput)
      return Fail(Refused(*folder, file, counts.error().WithContext(context)));
    const struct stat checked = file.state;
    RecordsReader reader(format_, now, sink);
    if (counts) counts = Read(*folder, file, reader, stop);
    if (counts && !IsSameFile(checked, file.state)) counts = Fail(ChangedMeanwhile());
    if (counts) {
      if (incomplete)
        Log(LogLevel::kWarning,
            Format("folder '{}': passed over: {}", path_, incomplete->message()));
      const RecordsRead result{Format("file {}/{}", path_, file.name), *counts};
      taken_ = Taken{std::move(*folder), std::move(file)};
      return result;
    }
    const Error error = counts.error().WithContext(context);
    if (error.code() != ErrorCode::kIncomplete) return Fail(error);
    if (!incomplete) incomplete = error;
  }
  if (incomplete) return Fail(*incomplete);
  if (!skipped.empty())
    return Fail(
        ErrorCode::kInvalidInput,
        Format("no file matching '{}' waits that may be taken; skipped: {}", pattern_, skipped));
  return Fail(ErrorCode::kNothingNew, Format("no file matching '{}' waits", pattern_));
}

Result<RecordCounts> RecordsSource::Read(const DropFolder& folder,
                                         FolderFile& file,
                                         RecordsReader& reader,
                                         const std::stop_token& stop) const {
  const Result<UniqueFd> fd = folder.Open(file);
  if (!fd) return Fail(fd.error());
  const Result<TimePoint> changed = ReadStableFile(
      fd->get(),
      folder.fd(),
      file.name,
      [&](std::string_view bytes) { return reader.Feed(bytes); },
      stop);
  if (!changed) return Fail(changed.error());
  if (const Status whole = reader.Finish(); !whole) return Fail(whole.error());
  return reader.counts();
}

void RecordsSource::Accepted() {
  if (!taken_) return;
  const Taken taken = *std::exchange(taken_, std::nullopt);
  if (!taken.folder) {
    accepted_file_ = taken.file.state;
    return;
  }
  if (const auto moved = taken.folder->Move(taken.file, kDoneFolder); !moved)
    Log(LogLevel::kWarning,
        Format("folder '{}': file '{}' was accepted and stays, to be read again: {}",
               path_,
               taken.file.name,
               moved.error().message()));
}

}  // namespace cohort_sync::amplitude
