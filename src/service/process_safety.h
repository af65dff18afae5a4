// How the process behaves when it ends by accident.
#ifndef COHORT_SYNC_SERVICE_PROCESS_SAFETY_H_
#define COHORT_SYNC_SERVICE_PROCESS_SAFETY_H_

namespace cohort_sync {

// From then on nobody but root can read this process's memory, where the keys are: no core is
// written, and a debugger of the same user is refused (faults.md H2).
void KeepMemoryPrivate();

// From then on an exception that nobody catches, on whatever thread, is one line of the log with
// its type. Not with its text, in which a library may have put a contact (faults.md A12). The
// process is aborted then as before: the journal makes that safe, and the service manager sees it.
void LogBeforeAborting();

}  // namespace cohort_sync

#endif  // COHORT_SYNC_SERVICE_PROCESS_SAFETY_H_
