// The one exception of the product: the state cannot be read or written as promised.
#ifndef COHORT_SYNC_BASE_DATABASE_ERROR_H_
#define COHORT_SYNC_BASE_DATABASE_ERROR_H_

#include <stdexcept>
#include <string>

namespace cohort_sync {

// Thrown by src/storage only; caught where a run or a command ends. After it nothing held in memory
// about the state is to be trusted: close, reopen, read again (a failed COMMIT may have committed).
class DatabaseError : public std::runtime_error {
 public:
  explicit DatabaseError(const std::string& message) : std::runtime_error(message) {}
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_BASE_DATABASE_ERROR_H_
