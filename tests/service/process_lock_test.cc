#include "service/process_lock.h"

#include <array>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "base/format.h"
#include "support/fake_clock.h"
#include "support/temp_dir.h"

namespace cohort_sync {
namespace {

// A child process that takes the lock, says so, and then waits to be told to end.
class Holder {
 public:
  explicit Holder(const std::filesystem::path& state) {
    std::array<int, 2> said{};
    std::array<int, 2> told{};
    if (::pipe(said.data()) != 0 || ::pipe(told.data()) != 0) return;
    child_ = ::fork();
    if (child_ == 0) {
      ::close(told[1]);
      const auto lock = ProcessLock::Acquire(state, "serve", FakeClock::kStart);
      const char answer = lock ? 'y' : 'n';
      if (::write(said[1], &answer, 1) != 1) ::_exit(2);
      char ignored = 0;
      static_cast<void>(::read(told[0], &ignored, 1) == 0);
      ::_exit(0);
    }
    ::close(said[1]);
    ::close(told[0]);
    end_ = UniqueFd(told[1]);
    const UniqueFd answers(said[0]);
    char answer = 0;
    has_lock_ = ::read(answers.get(), &answer, 1) == 1 && answer == 'y';
  }
  ~Holder() {
    if (child_ > 0) Kill();
  }
  Holder(const Holder&) = delete;
  Holder& operator=(const Holder&) = delete;

  void Kill() {
    ::kill(child_, SIGKILL);
    int status = 0;
    EXPECT_EQ(::waitpid(child_, &status, 0), child_);
    child_ = -1;
  }
  [[nodiscard]] bool has_lock() const { return has_lock_; }
  [[nodiscard]] pid_t pid() const { return child_; }

 private:
  pid_t child_ = -1;
  bool has_lock_ = false;
  UniqueFd end_;
};

class ProcessLockTest : public ::testing::Test {
 protected:
  [[nodiscard]] Result<ProcessLock> Acquire() const {
    return ProcessLock::Acquire(state_, "sync", FakeClock::kStart);
  }

  TempDir dir_;
  std::string state_ = dir_.File("x.db");
};

TEST_F(ProcessLockTest, RefusesASecondProcessAndNamesTheFirst) {
  const Holder holder(state_);
  ASSERT_TRUE(holder.has_lock());
  const auto lock = Acquire();
  ASSERT_FALSE(lock);
  EXPECT_EQ(lock.error().code(), ErrorCode::kLocked);
  EXPECT_EQ(lock.error().message(),
            Format("state '{}' is in use by process {} (cohort-sync serve, since "
                   "2026-11-21T06:00:00Z); stop it or wait for it to finish",
                   state_,
                   holder.pid()));
}

TEST_F(ProcessLockTest, IsFreeAfterItsOwnerWasKilled) {
  Holder holder(state_);
  ASSERT_TRUE(holder.has_lock());
  ASSERT_FALSE(Acquire());
  holder.Kill();
  EXPECT_TRUE(Acquire());
}

TEST_F(ProcessLockTest, IsFreeAfterItWasDestroyed) {
  { ASSERT_TRUE(Acquire()); }
  EXPECT_TRUE(Holder(state_).has_lock());
}

TEST_F(ProcessLockTest, RefusesAProcessWhileWeHoldIt) {
  const auto lock = Acquire();
  ASSERT_TRUE(lock);
  EXPECT_FALSE(Holder(state_).has_lock());
}

TEST_F(ProcessLockTest, RefusesASecondOwnerInTheSameProcess) {
  const auto lock = Acquire();
  ASSERT_TRUE(lock);
  EXPECT_FALSE(Acquire());
}

TEST_F(ProcessLockTest, ReplacesWhatAnEarlierOwnerWrote) {
  dir_.Write("x.db.lock", std::string(300, '9'));
  const auto lock = Acquire();
  ASSERT_TRUE(lock);
  std::ifstream file(state_ + ".lock");
  std::string text;
  std::getline(file, text);
  EXPECT_EQ(text, Format("{} sync 2026-11-21T06:00:00Z", ::getpid()));
}

TEST_F(ProcessLockTest, RefusesWithoutAnOwnersNameWhenItCannotBeRead) {
  const auto lock = Acquire();
  ASSERT_TRUE(lock);
  for (const char* text : {"", "\n", "one two", "x y 2026-11-21T06:00:00Z", "1 serve yesterday"}) {
    dir_.Write("x.db.lock", text);
    EXPECT_EQ(Acquire().error().message(),
              Format("state '{}' is in use by another process; stop it or wait for it to finish",
                     state_));
  }
}

TEST_F(ProcessLockTest, IsOneForAllNamesOfTheState) {
  dir_.Write("x.db", "");
  std::filesystem::create_symlink(state_, dir_.File("alias.db"));
  const auto lock = Acquire();
  ASSERT_TRUE(lock);
  EXPECT_FALSE(ProcessLock::Acquire(dir_.File("alias.db"), "sync", FakeClock::kStart));
}

TEST_F(ProcessLockTest, MakesAFileThatOnlyItsOwnerMayRead) {
  const auto lock = Acquire();
  ASSERT_TRUE(lock);
  struct stat info = {};
  ASSERT_EQ(::stat((state_ + ".lock").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777U, 0600U);
}

TEST_F(ProcessLockTest, DoesNotFollowALinkInPlaceOfItsFile) {
  std::filesystem::create_symlink(dir_.Write("victim", "precious"), state_ + ".lock");
  const auto lock = Acquire();
  ASSERT_FALSE(lock);
  EXPECT_EQ(lock.error().code(), ErrorCode::kConfiguration);
  EXPECT_EQ(lock.error().message(),
            Format("state '{0}': cannot open '{0}.lock': Too many levels of symbolic links; make "
                   "sure that its directory exists and that you may write there",
                   state_));
}

TEST_F(ProcessLockTest, SaysThatTheDirectoryIsMissing) {
  const auto lock = ProcessLock::Acquire(dir_.File("none/x.db"), "sync", FakeClock::kStart);
  ASSERT_FALSE(lock);
  EXPECT_EQ(lock.error().message(),
            Format("state '{0}': cannot open '{0}.lock': No such file or directory; make sure that "
                   "its directory exists and that you may write there",
                   dir_.File("none/x.db")));
}

}  // namespace
}  // namespace cohort_sync
