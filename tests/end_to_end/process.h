// The program as a process of its own.
#ifndef COHORT_SYNC_TESTS_END_TO_END_PROCESS_H_
#define COHORT_SYNC_TESTS_END_TO_END_PROCESS_H_

#include <string>
#include <sys/types.h>
#include <vector>

#include "base/unique_fd.h"

namespace cohort_sync {

class Process {
 public:
  // Starts `cohort-sync arguments...` with this process's environment and `variables`
  // ("NAME=value").
  Process(const std::vector<std::string>& arguments, const std::vector<std::string>& variables);
  // Kills it if nobody waited for it.
  ~Process();
  Process(Process&& other) noexcept;
  Process& operator=(Process&&) = delete;

  void Signal(int signal) const;
  // Returns when no signal waits to be taken any more, or the process has ended.
  void WaitUntilSignalTaken() const;
  // Waits until it has printed `text`; false when it ends without that.
  [[nodiscard]] bool ReadUntil(const std::string& text);
  // Waits for its end. Its exit code, or 1000 and the number of the signal that ended it.
  [[nodiscard]] int Wait();
  // What was read so far, of both streams.
  [[nodiscard]] const std::string& output() const { return output_; }

 private:
  // False at the end.
  bool Read();

  pid_t pid_ = 0;  // 0: it was waited for.
  UniqueFd printed_;
  std::string output_;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_TESTS_END_TO_END_PROCESS_H_
