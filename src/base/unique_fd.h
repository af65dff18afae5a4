// A file descriptor with one owner.
#ifndef COHORT_SYNC_BASE_UNIQUE_FD_H_
#define COHORT_SYNC_BASE_UNIQUE_FD_H_

#include <unistd.h>
#include <utility>

namespace cohort_sync {

class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    if (this != &other) {
      Close();
      fd_ = std::exchange(other.fd_, -1);
    }
    return *this;
  }
  UniqueFd(const UniqueFd&) = delete;
  UniqueFd& operator=(const UniqueFd&) = delete;
  ~UniqueFd() { Close(); }

  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] bool valid() const { return fd_ >= 0; }

 private:
  // The result of close is of no use here: nothing written through a UniqueFd is promised to last.
  void Close() {
    if (fd_ >= 0) ::close(fd_);
  }

  int fd_ = -1;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_BASE_UNIQUE_FD_H_
