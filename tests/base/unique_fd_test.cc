#include "base/unique_fd.h"

#include <cerrno>
#include <fcntl.h>
#include <type_traits>
#include <utility>

#include <gtest/gtest.h>

namespace cohort_sync {
namespace {

bool IsOpen(int fd) {
  return ::fcntl(fd, F_GETFD) != -1 || errno != EBADF;
}

UniqueFd OpenNull() {
  return UniqueFd(::open("/dev/null", O_RDONLY | O_CLOEXEC));
}

TEST(UniqueFd, HoldsNothingByDefault) {
  EXPECT_FALSE(UniqueFd().valid());
  EXPECT_FALSE(UniqueFd(-1).valid());
}

TEST(UniqueFd, ClosesWhenItDies) {
  int fd = -1;
  {
    const UniqueFd owner = OpenNull();
    fd = owner.get();
    ASSERT_TRUE(owner.valid());
    ASSERT_TRUE(IsOpen(fd));
  }
  EXPECT_FALSE(IsOpen(fd));
}

TEST(UniqueFd, MovingHandsTheDescriptorOver) {
  UniqueFd first = OpenNull();
  const int fd = first.get();
  const UniqueFd second(std::move(first));
  EXPECT_FALSE(first.valid());  // NOLINT: what a move leaves is the subject.
  EXPECT_EQ(second.get(), fd);
  EXPECT_TRUE(IsOpen(fd));
}

TEST(UniqueFd, MoveAssignmentClosesWhatWasHeldBefore) {
  UniqueFd target = OpenNull();
  UniqueFd source = OpenNull();
  const int replaced = target.get();
  const int kept = source.get();
  target = std::move(source);
  EXPECT_EQ(target.get(), kept);
  EXPECT_FALSE(IsOpen(replaced));
  EXPECT_TRUE(IsOpen(kept));
}

TEST(UniqueFd, HasOneOwner) {
  static_assert(!std::is_copy_constructible_v<UniqueFd>);
  static_assert(!std::is_copy_assignable_v<UniqueFd>);
}

}  // namespace
}  // namespace cohort_sync
