#include "amplitude/stable_file.h"

#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "support/temp_dir.h"

namespace cohort_sync::amplitude {
namespace {

const std::string kChanged = "it changed while it was read; write to a temporary name and rename";

Status Ignore(std::string_view /*bytes*/) {
  return {};
}

std::string ErrorOf(const std::string& path) {
  const auto read = ReadStableFile(path, Ignore, {});
  return read ? "" : read.error().message();
}

// What is said when `meanwhile` happens after the first piece.
std::string ErrorWhen(const std::string& path, const std::function<void()>& meanwhile) {
  const auto read = ReadStableFile(path,
                                   [&](std::string_view) {
                                     meanwhile();
                                     return Status();
                                   },
                                   {});
  return read ? "" : read.error().message();
}

TEST(ReadStableFile, PassesEveryByteAndReturnsTheTimeOfTheLastChange) {
  const TempDir dir;
  const std::string content(3'000'000, 'x');
  const std::string path = dir.Write("cohort.csv", content);
  const timespec changed{1'795'240'800, 250'000'000};
  const timespec times[] = {changed, changed};
  ASSERT_EQ(::utimensat(AT_FDCWD, path.c_str(), times, 0), 0);
  std::string seen;
  const auto read = ReadStableFile(path,
                                   [&](std::string_view bytes) {
                                     EXPECT_LE(bytes.size(), 1U << 20U);
                                     seen += bytes;
                                     return Status();
                                   },
                                   {});
  ASSERT_TRUE(read) << read.error().message();
  EXPECT_EQ(*read, FromMillis(1'795'240'800'250));
  EXPECT_TRUE(seen == content);
}

TEST(ReadStableFile, SaysWhatIsWrongWithThePath) {
  const TempDir dir;
  const std::string path = dir.Write("cohort.csv", "x");
  const std::string link = dir.File("link.csv");
  std::filesystem::create_symlink(path, link);
  const std::string pipe = dir.File("pipe.csv");
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(ErrorOf(dir.File("none.csv")), "it does not exist; check the path");
  EXPECT_EQ(ErrorOf(path + "/cohort.csv"), "it does not exist; check the path");
  EXPECT_EQ(ErrorOf(dir.path().string()), "it is a directory; give the path of one file");
  EXPECT_EQ(ErrorOf(link), "it is a symbolic link; give the path of the file itself");
  EXPECT_EQ(ErrorOf(pipe), "it is not a regular file; write the cohort to a file");
}

TEST(ReadStableFile, SaysThatItMayNotBeRead) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may read everything";
  const TempDir dir;
  const std::string path = dir.Write("cohort.csv", "x");
  std::filesystem::permissions(path, std::filesystem::perms::none);
  EXPECT_EQ(ErrorOf(path), "it may not be read (Permission denied); let this user read it");
}

TEST(ReadStableFile, FileThatGrowsIsAnError) {
  const TempDir dir;
  const std::string path = dir.Write("cohort.csv", "x");
  EXPECT_EQ(ErrorWhen(path, [&] { std::ofstream(path, std::ios::app) << "more"; }), kChanged);
}

TEST(ReadStableFile, FileThatShrinksIsAnError) {
  const TempDir dir;
  const std::string path = dir.Write("cohort.csv", std::string(2'000'000, 'x'));
  EXPECT_EQ(ErrorWhen(path, [&] { std::filesystem::resize_file(path, 10); }), kChanged);
}

TEST(ReadStableFile, FileThatIsReplacedOrRemovedIsAnError) {
  const TempDir dir;
  const std::string path = dir.Write("cohort.csv", "x");
  EXPECT_EQ(ErrorWhen(path, [&] { std::filesystem::rename(dir.Write("new.csv", "x"), path); }),
            kChanged);
  EXPECT_EQ(ErrorWhen(path, [&] { std::filesystem::remove(path); }), kChanged);
}

TEST(ReadStableFile, ChangeExplainsBetterThanWhatTheSinkFound) {
  const TempDir dir;
  const std::string path = dir.Write("cohort.csv", "x");
  const auto read = ReadStableFile(path,
                                   [&](std::string_view) {
                                     std::ofstream(path, std::ios::app) << "more";
                                     return Status(Fail(ErrorCode::kInvalidInput, "half a row"));
                                   },
                                   {});
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().message(), kChanged);
}

TEST(ReadStableFile, FailureOfTheSinkIsReturned) {
  const TempDir dir;
  const auto read = ReadStableFile(
      dir.Write("cohort.csv", "x"),
      [](std::string_view) { return Status(Fail(ErrorCode::kInvalidInput, "no CSV")); },
      {});
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error(), Error(ErrorCode::kInvalidInput, "no CSV"));
}

TEST(ReadStableFile, StopsWhenAsked) {
  const TempDir dir;
  std::stop_source stop;
  stop.request_stop();
  const auto read = ReadStableFile(dir.Write("cohort.csv", "x"), Ignore, stop.get_token());
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error(), Error(ErrorCode::kInterrupted, "interrupted while reading it"));
}

}  // namespace
}  // namespace cohort_sync::amplitude
