#include "amplitude/records_source.h"

#include <algorithm>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sys/stat.h>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "amplitude/json_push_format.h"
#include "base/format.h"
#include "support/temp_dir.h"

namespace cohort_sync::amplitude {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr TimePoint kNow{Duration(1'795'240'800'000)};

std::string Record(const std::string& message) {
  return Format(
      "{{\"cohort_id\": \"c1\", \"in_cohort\": true, \"message_id\": \"{}\", \"users\": []}}\n",
      message);
}

class RecordsSourceTest : public ::testing::Test {
 protected:
  // A file whose last change was `seconds` after 2026-11-21T06:00:00Z.
  void Drop(const std::string& name, const std::string& content, int seconds = 0) const {
    const std::string path = dir_.Write(name, content);
    const timespec changed{1'795'240'800 + seconds, 0};
    const timespec times[] = {changed, changed};
    ASSERT_EQ(::utimensat(AT_FDCWD, path.c_str(), times, 0), 0);
  }

  // The message ids of the next file; after an error its text.
  std::vector<std::string> Next(RecordsSource& source) {
    std::vector<std::string> messages;
    read_ = source.Next(kNow,
                        [&](const ReceivedBatch& batch) -> Status {
                          messages.push_back(batch.head.message_id);
                          if (during_) during_();
                          return {};
                        },
                        {});
    given_ = messages;
    if (!read_) return {"error: " + read_.error().message()};
    return messages;
  }
  // Those of all files, and the error at the end.
  std::vector<std::string> Look(const RecordsSource& source) {
    std::vector<std::string> messages;
    const Status looked = source.Look(kNow,
                                      [&](const ReceivedBatch& batch) -> Status {
                                        messages.push_back(batch.head.message_id);
                                        return {};
                                      },
                                      {});
    if (!looked) messages.push_back("error: " + looked.error().message());
    return messages;
  }
  std::vector<std::string> NextAndAccept(RecordsSource& source) {
    auto messages = Next(source);
    source.Accepted();
    return messages;
  }

  [[nodiscard]] std::vector<std::string> Files(const std::string& folder = "") const {
    std::vector<std::string> names;
    if (!fs::exists(dir_.File(folder))) return names;
    for (const auto& entry : fs::directory_iterator(dir_.File(folder)))
      if (!entry.is_directory()) names.push_back(entry.path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
  }
  [[nodiscard]] std::string FolderError(const std::string& message) const {
    return "error: folder '" + dir_.path().string() + "': " + message;
  }

  TempDir dir_;
  JsonPushFormat format_;
  RecordsSource folder_{dir_.path().string(), "*.jsonl", format_};
  RecordsSource file_{dir_.File("a.jsonl"), "", format_};
  Result<RecordsRead> read_ = Fail(ErrorCode::kInternal, "nothing was read");
  std::vector<std::string> given_;
  std::function<void()> during_;
};

// ---- Folder ----

TEST_F(RecordsSourceTest, GivesTheFilesOfAFolderOldestFirstAndMovesThem) {
  Drop("new.jsonl", Record("m3"), 60);
  Drop("old.jsonl", Record("m1") + Record("m2"), 0);
  Drop("other.txt", "no records");
  EXPECT_THAT(NextAndAccept(folder_), ElementsAre("m1", "m2"));
  EXPECT_EQ(read_->origin, "file " + dir_.File("old.jsonl"));
  EXPECT_EQ(read_->counts.batches, 2);
  EXPECT_THAT(Files("done"), ElementsAre("old.jsonl"));
  EXPECT_THAT(NextAndAccept(folder_), ElementsAre("m3"));
  EXPECT_THAT(NextAndAccept(folder_), ElementsAre(FolderError("no file matching '*.jsonl' waits")));
  EXPECT_EQ(read_.error().code(), ErrorCode::kNothingNew);
  EXPECT_THAT(Files(), ElementsAre("other.txt"));
}

TEST_F(RecordsSourceTest, GivesAFileAgainUntilItIsAccepted) {
  Drop("a.jsonl", Record("m1"));
  EXPECT_THAT(Next(folder_), ElementsAre("m1"));
  EXPECT_THAT(NextAndAccept(folder_), ElementsAre("m1"));
  EXPECT_THAT(Files(), IsEmpty());
}

TEST_F(RecordsSourceTest, GivesNothingOfAFileWithAWrongLineAndPutsItAway) {
  Drop("a.jsonl", Record("m1") + "{}\n" + Record("m2"));
  Drop("b.jsonl", Record("m3"), 1);
  EXPECT_THAT(NextAndAccept(folder_),
              ElementsAre(FolderError("file 'a.jsonl': line 2: 'cohort_id' is missing; moved to "
                                      "'failed/a.jsonl'")));
  EXPECT_EQ(read_.error().code(), ErrorCode::kInvalidInput);
  EXPECT_THAT(given_, IsEmpty());
  EXPECT_THAT(Files("failed"), ElementsAre("a.jsonl", "a.jsonl.reason.txt"));
  EXPECT_THAT(NextAndAccept(folder_), ElementsAre("m3"));
}

TEST_F(RecordsSourceTest, PassesOverAFileThatIsCutOff) {
  const std::string text = Record("m1");
  Drop("a.jsonl", text.substr(0, text.size() / 2));
  const std::string cut =
      "file 'a.jsonl': ends in the middle of line 1: it was cut off, or is still being written";
  EXPECT_THAT(Next(folder_), ElementsAre(FolderError(cut)));
  EXPECT_EQ(read_.error().code(), ErrorCode::kIncomplete);
  Drop("b.jsonl", Record("m2"), 1);
  EXPECT_THAT(NextAndAccept(folder_), ElementsAre("m2"));
  EXPECT_THAT(Files(), ElementsAre("a.jsonl"));
}

TEST_F(RecordsSourceTest, TouchesNoLinks) {
  fs::create_symlink("/etc/passwd", dir_.File("a.jsonl"));
  EXPECT_THAT(Next(folder_),
              ElementsAre(FolderError("no file matching '*.jsonl' waits that may be taken; "
                                      "skipped: 'a.jsonl' is a symbolic link")));
  EXPECT_EQ(read_.error().code(), ErrorCode::kInvalidInput);
}

TEST_F(RecordsSourceTest, LeavesAFileThatWasReplacedSinceItWasRead) {
  Drop("a.jsonl", Record("m1"));
  EXPECT_THAT(Next(folder_), ElementsAre("m1"));
  Drop("a.jsonl", Record("m2"), 5);
  folder_.Accepted();
  EXPECT_THAT(Files(), ElementsAre("a.jsonl"));
  EXPECT_THAT(NextAndAccept(folder_), ElementsAre("m2"));
}

TEST_F(RecordsSourceTest, SaysWhatIsWrongWithTheFolder) {
  RecordsSource gone(dir_.File("gone"), "*", format_);
  EXPECT_THAT(Next(gone),
              ElementsAre("error: folder '" + dir_.File("gone") +
                          "': it does not exist; make it, or check the path"));
}

TEST_F(RecordsSourceTest, EndsWithTheErrorOfItsSinkAndKeepsTheFile) {
  Drop("a.jsonl", Record("m1"));
  const auto read = folder_.Next(
      kNow,
      [](const ReceivedBatch&) -> Status { return Fail(ErrorCode::kUnavailable, "no room"); },
      {});
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error(),
            Error(ErrorCode::kUnavailable,
                  "folder '" + dir_.path().string() + "': file 'a.jsonl': no room"));
  folder_.Accepted();
  EXPECT_THAT(Files(), ElementsAre("a.jsonl"));
}

TEST_F(RecordsSourceTest, NoticesAFileThatChangesBetweenItsPasses) {
  Drop("a.jsonl", Record("m1"));
  during_ = [this] { Drop("a.jsonl", Record("m1") + "{}\n", 9); };
  EXPECT_THAT(Next(folder_),
              ElementsAre(FolderError("file 'a.jsonl': it changed while it was read; write to a "
                                      "temporary name and rename")));
  folder_.Accepted();
  EXPECT_THAT(Files(), ElementsAre("a.jsonl"));
}

// ---- One file ----

TEST_F(RecordsSourceTest, ReadsOneFileAgainWhenItHasChanged) {
  Drop("a.jsonl", Record("m1"));
  EXPECT_THAT(Next(file_), ElementsAre("m1"));
  EXPECT_THAT(NextAndAccept(file_), ElementsAre("m1"));
  EXPECT_THAT(Next(file_),
              ElementsAre("error: file '" + dir_.File("a.jsonl") +
                          "': it has not changed since it was read"));
  EXPECT_EQ(read_.error().code(), ErrorCode::kNothingNew);
  Drop("a.jsonl", Record("m1") + Record("m2"), 1);
  EXPECT_THAT(NextAndAccept(file_), ElementsAre("m1", "m2"));
  EXPECT_EQ(read_->origin, "file " + dir_.File("a.jsonl"));
  EXPECT_THAT(Files(), ElementsAre("a.jsonl"));
}

TEST_F(RecordsSourceTest, GivesNothingOfOneFileWithAWrongLine) {
  Drop("a.jsonl", Record("m1") + "{\n");
  EXPECT_THAT(NextAndAccept(file_),
              ElementsAre("error: file '" + dir_.File("a.jsonl") +
                          "': line 2: not valid json at byte 2 of 1"));
  EXPECT_THAT(given_, IsEmpty());
  EXPECT_THAT(Files(), ElementsAre("a.jsonl"));
}

TEST_F(RecordsSourceTest, SaysWhatIsWrongWithOneFile) {
  EXPECT_THAT(
      Next(file_),
      ElementsAre("error: file '" + dir_.File("a.jsonl") + "': it does not exist; check the path"));
  RecordsSource folder(dir_.path().string(), "", format_);
  EXPECT_THAT(Next(folder),
              ElementsAre("error: file '" + dir_.path().string() +
                          "': it is a directory; give the path of one file"));
}

TEST_F(RecordsSourceTest, NoticesOneFileThatChangesBetweenItsPasses) {
  Drop("a.jsonl", Record("m1"));
  during_ = [this] { Drop("a.jsonl", Record("m1") + "{}\n", 9); };
  EXPECT_THAT(Next(file_),
              ElementsAre("error: file '" + dir_.File("a.jsonl") +
                          "': it changed while it was read; write to a temporary name and rename"));
}

// ---- Looking ----

TEST_F(RecordsSourceTest, ALookGivesEveryFileAndLeavesThemAll) {
  Drop("new.jsonl", Record("m3"), 60);
  Drop("old.jsonl", Record("m1") + Record("m2"), 0);
  for (int twice = 0; twice < 2; ++twice)
    EXPECT_THAT(Look(folder_), ElementsAre("m1", "m2", "m3"));
  EXPECT_THAT(Files(), ElementsAre("new.jsonl", "old.jsonl"));
  EXPECT_FALSE(fs::exists(dir_.File("done")));
  EXPECT_THAT(NextAndAccept(folder_), ElementsAre("m1", "m2"));
}

TEST_F(RecordsSourceTest, ALookAtAnEmptyFolderGivesNothing) {
  EXPECT_THAT(Look(folder_), IsEmpty());
}

TEST_F(RecordsSourceTest, ALookMovesNoFileThatIsNoRecords) {
  Drop("a.jsonl", Record("m1") + "{}\n");
  EXPECT_THAT(Look(folder_),
              ElementsAre(FolderError("file 'a.jsonl': line 2: 'cohort_id' is missing")));
  EXPECT_THAT(Files(), ElementsAre("a.jsonl"));
  EXPECT_FALSE(fs::exists(dir_.File("failed")));
}

TEST_F(RecordsSourceTest, ALookSaysThatAFileIsCutOffAndGivesTheOthers) {
  Drop("a.jsonl", Record("m1").substr(0, 20));
  Drop("b.jsonl", Record("m2"), 1);
  EXPECT_THAT(Look(folder_),
              ElementsAre("m2",
                          FolderError("file 'a.jsonl': ends in the middle of line 1: it was cut "
                                      "off, or is still being written")));
}

TEST_F(RecordsSourceTest, ALookReadsOneFileEachTime) {
  Drop("a.jsonl", Record("m1"));
  EXPECT_THAT(NextAndAccept(file_), ElementsAre("m1"));
  EXPECT_THAT(Look(file_), ElementsAre("m1"));
  fs::remove(dir_.File("a.jsonl"));
  EXPECT_THAT(
      Look(file_),
      ElementsAre("error: file '" + dir_.File("a.jsonl") + "': it does not exist; check the path"));
}

TEST_F(RecordsSourceTest, AcceptedWithoutAReadDoesNothing) {
  Drop("a.jsonl", Record("m1"));
  folder_.Accepted();
  file_.Accepted();
  EXPECT_THAT(Files(), ElementsAre("a.jsonl"));
  EXPECT_THAT(Next(file_), ElementsAre("m1"));
}

}  // namespace
}  // namespace cohort_sync::amplitude
