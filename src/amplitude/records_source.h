// Batches from files of records that somebody puts there (issue 5, item 7).
#ifndef COHORT_SYNC_AMPLITUDE_RECORDS_SOURCE_H_
#define COHORT_SYNC_AMPLITUDE_RECORDS_SOURCE_H_

#include <optional>
#include <stop_token>
#include <string>
#include <sys/stat.h>
#include <vector>

#include "amplitude/drop_folder.h"
#include "amplitude/records_reader.h"
#include "base/clock.h"
#include "base/result.h"
#include "sync/push_format.h"

namespace cohort_sync::amplitude {

struct RecordsRead {
  std::string origin;  // "file in/a.jsonl"
  RecordCounts counts;
};

// One file, or the files of a folder whose names match, the one that was changed first before the
// others (drop_folder.h). Each call of Next reads one file, in two passes: the first only checks
// it, so that of a file with a wrong line nothing is given. The batches are of any cohort: whose
// they are is said in each, and is the caller's affair. One thread.
class RecordsSource {
 public:
  // An empty `pattern`: `path` is one file. `path` is shown in messages as it is given; `format`
  // outlives this.
  RecordsSource(std::string path, std::string pattern, const PushFormat& format);

  // Gives the batches of the next file to `sink`, received at `now`. Errors begin with "file
  // 'PATH': " or "folder 'PATH': ". kNothingNew when none waits, and for one file that is as it was
  // when it was accepted. kInvalidInput for a file that is no records: in a folder it was moved to
  // "failed", with its error in "NAME.reason.txt" beside it. kIncomplete for a file that is cut off
  // or was changed meanwhile: in a folder it stays, and is the error when no other can be read.
  // Else the sink's own error, or that of the folder or of the file. After an error of the second
  // pass some batches were given, and the file is read again.
  [[nodiscard]] Result<RecordsRead> Next(TimePoint now,
                                         const RecordsReader::Sink& sink,
                                         const std::stop_token& stop);

  // Gives the batches of every file that waits to `sink`, in the order in which Next would, and
  // leaves the files where they are. Errors are those that Next would end with.
  [[nodiscard]] Status Look(TimePoint now,
                            const RecordsReader::Sink& sink,
                            const std::stop_token& stop) const;

  // All that Next gave is stored: its file is not read again. In a folder it is moved to "done",
  // unless it was replaced since; a move that fails is logged.
  void Accepted();

 private:
  struct Taken {
    std::optional<DropFolder> folder;  // Of a folder.
    FolderFile file;
  };

  [[nodiscard]] Result<RecordsRead> NextOfFile(TimePoint now,
                                               const RecordsReader::Sink& sink,
                                               const std::stop_token& stop);
  [[nodiscard]] Result<RecordsRead> NextOfFolder(TimePoint now,
                                                 const RecordsReader::Sink& sink,
                                                 const std::stop_token& stop);
  [[nodiscard]] Status LookAtFile(TimePoint now,
                                  const RecordsReader::Sink& sink,
                                  const std::stop_token& stop) const;
  [[nodiscard]] Status LookAtFolder(TimePoint now,
                                    const RecordsReader::Sink& sink,
                                    const std::stop_token& stop) const;
  // What matches and may be taken, the one that was changed first before the others; what may not
  // is logged. kInvalidInput when there is nothing else.
  [[nodiscard]] Result<std::vector<FolderFile>> Waiting(const DropFolder& folder) const;
  // The two passes over a file of a folder.
  [[nodiscard]] Result<RecordCounts> Check(const DropFolder& folder,
                                           FolderFile& file,
                                           TimePoint now,
                                           const std::stop_token& stop) const;
  [[nodiscard]] Result<RecordCounts> Give(const DropFolder& folder,
                                          FolderFile& file,
                                          TimePoint now,
                                          const RecordsReader::Sink& sink,
                                          const std::stop_token& stop) const;
  [[nodiscard]] Result<RecordsRead> ReadFile(TimePoint now,
                                             const RecordsReader::Sink& sink,
                                             const struct stat& before,
                                             const std::stop_token& stop) const;
  [[nodiscard]] Result<RecordCounts> Read(const DropFolder& folder,
                                          FolderFile& file,
                                          RecordsReader& reader,
                                          const std::stop_token& stop) const;

  std::string path_;
  std::string pattern_;
  const PushFormat& format_;
  std::optional<Taken> taken_;                // What Accepted is about.
  std::optional<struct stat> accepted_file_;  // Of one file.
};

}  // namespace cohort_sync::amplitude

#endif  // COHORT_SYNC_AMPLITUDE_RECORDS_SOURCE_H_
