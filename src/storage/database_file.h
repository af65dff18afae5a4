// Opens the state file or the inbox: is it ours, is it safe, is every setting as we need it.
#ifndef COHORT_SYNC_STORAGE_DATABASE_FILE_H_
#define COHORT_SYNC_STORAGE_DATABASE_FILE_H_

#include <memory>
#include <string>

#include "base/result.h"
#include "storage/database.h"
#include "storage/migrations.h"

namespace cohort_sync {

// Opens `path`, or creates it with mode 0600, and migrates its schema. Every setting is read back
// (design/faults.md 4): WAL, synchronous=FULL, foreign keys, 5 s busy timeout, no trusted schema,
// checked cell sizes, a WAL of at most 64 MiB at rest, temporary data in memory, no mmap.
// secure_delete stays off: it rewrites every page of pruned rows; `erase` is where it belongs.
//
// kConfiguration, with the next step, when the file is a link, not a regular file or readable by
// others; cannot be created; is not ours; or has a newer schema. A file that is refused is not
// changed. The process lock is the caller's.
[[nodiscard]] Result<std::unique_ptr<Database>> OpenForWriting(const std::string& path,
                                                               Schema schema = Schema::kState);

// Opens an existing state to be read only. kNotFound when there is none; else as above, and
// kConfiguration when its schema is older, because a reader does not migrate.
[[nodiscard]] Result<std::unique_ptr<Database>> OpenForReading(const std::string& path,
                                                               Schema schema = Schema::kState);

}  // namespace cohort_sync

#endif  // COHORT_SYNC_STORAGE_DATABASE_FILE_H_
