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

Status RecordsSource::Look(TimePoint now,
                           const RecordsReader::Sink& sink,
                           const std::stop_token& stop) const {
  const bool is_file = pattern_.empty();
  const Status looked = is_file ? LookAtFile(now, sink, stop) : LookAtFolder(now, sink, stop);
  if (looked) return {};
  return Fail(looked.error().WithContext(Format("{} '{}'", is_file ? "file" : "folder", path_)));
}

// ---- One file ----

Result<RecordsRead> RecordsSource::NextOfFile(TimePoint now,
                                              const RecordsReader::Sink& sink,
                                              const std::stop_token& stop) {
  struct stat before = {};
  const bool found = ::lstat(path_.c_str(), &before) == 0;  // Why not is said when it is opened.
  if (found && accepted_file_ && IsSameFile(*accepted_file_, before))
    return Fail(ErrorCode::kNothingNew, "it has not changed since it was read");
  Result<RecordsRead> read = ReadFile(now, sink, before, stop);
  if (read) taken_ = Taken{std::nullopt, {path_, before}};
  return read;
}

Status RecordsSource::LookAtFile(TimePoint now,
                                 const RecordsReader::Sink& sink,
                                 const std::stop_token& stop) const {
  struct stat before = {};
  ::lstat(path_.c_str(), &before);  // Why not is said when it is opened.
  const Result<RecordsRead> read = ReadFile(now, sink, before, stop);
  return read ? Status() : Fail(read.error());
}

Result<RecordsRead> RecordsSource::ReadFile(TimePoint now,
                                            const RecordsReader::Sink& sink,
                                            const struct stat& before,
                                            const std::stop_token& stop) const {
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
  return result;
}

// ---- A folder ----

Result<std::vector<FolderFile>> RecordsSource::Waiting(const DropFolder& folder) const {
  Result<FolderListing> listing = folder.List(pattern_);
  if (!listing) return Fail(listing.error());
  const std::string skipped = SkippedText(listing->skipped, listing->odd_names);
  if (!skipped.empty()) Log(LogLevel::kWarning, Format("folder '{}': skipped: {}", path_, skipped));
  if (listing->files.empty() && !skipped.empty())
    return Fail(
        ErrorCode::kInvalidInput,
        Format("no file matching '{}' waits that may be taken; skipped: {}", pattern_, skipped));
  std::sort(listing->files.begin(), listing->files.end(), IsChangedEarlier);
  return std::move(listing->files);
}

Result<RecordsRead> RecordsSource::NextOfFolder(TimePoint now,
                                                const RecordsReader::Sink& sink,
                                                const std::stop_token& stop) {
  Result<DropFolder> folder = DropFolder::Open(path_);
  if (!folder) return Fail(folder.error());
  Result<std::vector<FolderFile>> files = Waiting(*folder);
  if (!files) return Fail(files.error());
  std::optional<Error> incomplete;  // Of the oldest.
  for (FolderFile& file : *files) {
    Result<RecordCounts> counts = Check(*folder, file, now, stop);
    if (!counts && counts.error().code() == ErrorCode::kInvalidInput)
      return Fail(Refused(*folder, file, counts.error()));
    if (counts) counts = Give(*folder, file, now, sink, stop);
    if (counts) {
      if (incomplete)
        Log(LogLevel::kWarning,
            Format("folder '{}': passed over: {}", path_, incomplete->message()));
      const RecordsRead result{Format("file {}/{}", path_, file.name), *counts};
      taken_ = Taken{std::move(*folder), std::move(file)};
      return result;
    }
    if (counts.error().code() != ErrorCode::kIncomplete) return Fail(counts.error());
    if (!incomplete) incomplete = counts.error();
  }
  if (incomplete) return Fail(*incomplete);
  return Fail(ErrorCode::kNothingNew, Format("no file matching '{}' waits", pattern_));
}

Status RecordsSource::LookAtFolder(TimePoint now,
                                   const RecordsReader::Sink& sink,
                                   const std::stop_token& stop) const {
  const Result<DropFolder> folder = DropFolder::Open(path_);
  if (!folder) return Fail(folder.error());
  Result<std::vector<FolderFile>> files = Waiting(*folder);
  if (!files) return Fail(files.error());
  std::optional<Error> incomplete;  // Of the oldest.
  for (FolderFile& file : *files) {
    Result<RecordCounts> counts = Check(*folder, file, now, stop);
    if (counts) counts = Give(*folder, file, now, sink, stop);
    if (counts) continue;
    if (counts.error().code() != ErrorCode::kIncomplete) return Fail(counts.error());
    if (!incomplete) incomplete = counts.error();
  }
  return incomplete ? Status(Fail(*incomplete)) : Status();
}

Result<RecordCounts> RecordsSource::Check(const DropFolder& folder,
                                          FolderFile& file,
                                          TimePoint now,
                                          const std::stop_token& stop) const {
  RecordsReader reader(format_, now);
  return Read(folder, file, reader, stop);
}

Result<RecordCounts> RecordsSource::Give(const DropFolder& folder,
                                         FolderFile& file,
                                         TimePoint now,
                                         const RecordsReader::Sink& sink,
                                         const std::stop_token& stop) const {
  const struct stat checked = file.state;
  RecordsReader reader(format_, now, sink);
  Result<RecordCounts> counts = Read(folder, file, reader, stop);
  if (counts && !IsSameFile(checked, file.state))
    return Fail(ChangedMeanwhile().WithContext(Format("file '{}'", file.name)));
  return counts;
}

Result<RecordCounts> RecordsSource::Read(const DropFolder& folder,
                                         FolderFile& file,
                                         RecordsReader& reader,
                                         const std::stop_token& stop) const {
  const std::string context = Format("file '{}'", file.name);
  const Result<UniqueFd> fd = folder.Open(file);
  if (!fd) return Fail(fd.error().WithContext(context));
  const Result<TimePoint> changed = ReadStableFile(
      fd->get(),
      folder.fd(),
      file.name,
      [&](std::string_view bytes) { return reader.Feed(bytes); },
      stop);
  if (!changed) return Fail(changed.error().WithContext(context));
  if (const Status whole = reader.Finish(); !whole) return Fail(whole.error().WithContext(context));
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
