#include "amplitude/cohort_folder_source.h"

#include <algorithm>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <sys/stat.h>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/time_text.h"
#include "support/gzip.h"
#include "support/temp_dir.h"

namespace cohort_sync::amplitude {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const FetchRequest kRequest{
    .cohort = CohortId("7khm89cz"), .identifier = {"email", "email"}, .hash_key = 42};

class CohortFolderSourceTest : public ::testing::Test {
 protected:
  CohortFolderSourceTest() : source_(dir_.path().string(), "*.csv*", "active users") {}

  // A file whose last change was `seconds` after 2026-11-21T06:00:00Z.
  void Drop(const std::string& name, const std::string& content, int seconds = 0) const {
    const std::string path = dir_.Write(name, content);
    const timespec changed{1'795'240'800 + seconds, 0};
    const timespec times[] = {changed, changed};
    ASSERT_EQ(::utimensat(AT_FDCWD, path.c_str(), times, 0), 0);
  }
  // The three files of one sync at this time ("T06:00" is a place in the name).
  void DropTrio(const std::string& time,
                const std::string& existing,
                const std::string& entering,
                const std::string& exiting) const {
    Drop(PartName(time, "existing"), existing);
    Drop(PartName(time, "entering"), entering);
    Drop(PartName(time, "exiting"), exiting);
  }
  static std::string PartName(const std::string& time, const std::string& part) {
    return "1234_7khm89cz_2026-11-21" + time + "_" + part + "_key1.csv";
  }

  // The members of the next snapshot; after an error its text.
  std::vector<std::string> Fetch() {
    snapshot_ = source_.Fetch(kRequest, {});
    if (!snapshot_) return {"error: " + snapshot_.error().message()};
    std::vector<std::string> members;
    snapshot_->members.VisitRange(
        HashRange{}, [&](const MemberRef& member) { members.emplace_back(member.value); });
    std::sort(members.begin(), members.end());
    return members;
  }
  std::vector<std::string> FetchAndAccept() {
    auto members = Fetch();
    if (snapshot_) source_.Accepted(kRequest.cohort);
    return members;
  }
  Error FetchError() {
    const auto snapshot = source_.Fetch(kRequest, {});
    return snapshot ? Error(ErrorCode::kInternal, "none") : snapshot.error();
  }

  [[nodiscard]] std::vector<std::string> Files(const std::string& folder = "") const {
    std::vector<std::string> names;
    if (!fs::exists(dir_.File(folder))) return names;
    for (const auto& entry : fs::directory_iterator(dir_.File(folder)))
      if (!entry.is_directory()) names.push_back(entry.path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
  }
  [[nodiscard]] std::string Content(const std::string& name) const {
    std::ifstream file(dir_.File(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  [[nodiscard]] std::string Folder() const { return "folder '" + dir_.path().string() + "': "; }

  TempDir dir_;
  CohortFolderSource source_;
  Result<Snapshot> snapshot_ = Fail(ErrorCode::kInternal, "nothing was read");
};

TEST_F(CohortFolderSourceTest, TakesTheOldestAndMovesItWhenAccepted) {
  Drop("active-new.csv", "email\nnew@x.com\n", 60);
  Drop("active-old.csv", "email\nold@x.com\nnobody\n", 0);
  EXPECT_THAT(Fetch(), ElementsAre("old@x.com"));
  EXPECT_EQ(snapshot_->cohort, CohortId("7khm89cz"));
  EXPECT_EQ(snapshot_->cohort_name, "active users");
  EXPECT_EQ(FormatTime(snapshot_->as_of), "2026-11-21T06:00:00Z");
  EXPECT_EQ(snapshot_->origin, "file " + dir_.File("active-old.csv"));
  EXPECT_EQ(snapshot_->rows, 2);
  EXPECT_EQ(snapshot_->members.hash_key(), 42U);
  ASSERT_EQ(snapshot_->rejected_rows.size(), 1U);
  EXPECT_EQ(snapshot_->rejected_rows[0].row, 2);

  source_.Accepted(kRequest.cohort);
  EXPECT_THAT(Files(), ElementsAre("active-new.csv"));
  EXPECT_THAT(Files("done"), ElementsAre("active-old.csv"));
  EXPECT_THAT(FetchAndAccept(), ElementsAre("new@x.com"));
  EXPECT_EQ(FetchError(),
            Error(ErrorCode::kNothingNew, Folder() + "no file matching '*.csv*' waits"));
}

TEST_F(CohortFolderSourceTest, FileThatWasNotAcceptedIsReadAgain) {
  Drop("a.csv", "email\na@x.com\n");
  EXPECT_THAT(Fetch(), ElementsAre("a@x.com"));
  EXPECT_THAT(Fetch(), ElementsAre("a@x.com"));
  EXPECT_THAT(Files(), ElementsAre("a.csv"));
}

TEST_F(CohortFolderSourceTest, AcceptedWithoutAReadMovesNothing) {
  Drop("a.csv", "email\na@x.com\n");
  source_.Accepted(kRequest.cohort);
  EXPECT_THAT(FetchAndAccept(), ElementsAre("a@x.com"));
  Drop("a.csv", "email\na@x.com\n");
  source_.Accepted(kRequest.cohort);
  EXPECT_THAT(Files(), ElementsAre("a.csv"));
}

TEST_F(CohortFolderSourceTest, FileThatTookThePlaceOfAnAcceptedOneIsReadNext) {
  Drop("a.csv", "email\nold@x.com\n");
  EXPECT_THAT(Fetch(), ElementsAre("old@x.com"));
  Drop(".new", "email\nnew@x.com\n", 60);
  fs::rename(dir_.File(".new"), dir_.File("a.csv"));
  source_.Accepted(kRequest.cohort);
  EXPECT_THAT(FetchAndAccept(), ElementsAre("new@x.com"));
  EXPECT_THAT(Files(), IsEmpty());
}

TEST_F(CohortFolderSourceTest, ReadsGzipAndIdentifiers) {
  Drop("a.csv.gz", Gzip("email\na@x.com\n"));
  EXPECT_THAT(FetchAndAccept(), ElementsAre("a@x.com"));
  Drop("b.csv", "b@x.com\r\nc@x.com\r\n");
  CohortCsvOptions options;
  options.format = CohortFormat::kIdentifiers;
  CohortFolderSource identifiers(dir_.path().string(), "*.csv", std::nullopt, options);
  const auto snapshot = identifiers.Fetch(kRequest, {});
  ASSERT_TRUE(snapshot) << snapshot.error().message();
  EXPECT_EQ(snapshot->members.size(), 2U);
}

TEST_F(CohortFolderSourceTest, MovesARefusedFileWithItsReason) {
  Drop("a.csv", "amplitude_id,user_id\n1,u\n");
  Drop("b.csv", "email\nb@x.com\n", 60);
  const std::string reason =
      "file 'a.csv': no column 'email' in its header, which has 'amplitude_id', 'user_id'; check "
      "contact_identifier_mapping";
  EXPECT_EQ(FetchError(),
            Error(ErrorCode::kInvalidInput, Folder() + reason + "; moved to 'failed/a.csv'"));
  EXPECT_THAT(Files("failed"), ElementsAre("a.csv", "a.csv.reason.txt"));
  EXPECT_EQ(Content("failed/a.csv.reason.txt"), reason + "\n");
  EXPECT_THAT(FetchAndAccept(), ElementsAre("b@x.com"));
}

TEST_F(CohortFolderSourceTest, RefusesEveryKindOfFileThatIsNoCohort) {
  struct Case {
    std::string content;
    std::string problem;
  };
  const std::vector<Case> table = {
      {"", "it is empty, without a header row; an empty cohort has at least its header"},
      {"<html></html>", "it is HTML or XML and not CSV, beginning with '<html></html>'"},
      {"email\na@x.com,b\n", "row 1 (byte 6) has 2 columns, the header has 1"},
      {"group_value,email\n",
       "it is a cohort of groups (column 'group_value'); only cohorts of users can be synced"},
  };
  std::string number;
  for (const Case& c : table) {
    Drop("a.csv", c.content);
    EXPECT_EQ(
        FetchError(),
        Error(ErrorCode::kInvalidInput,
              Folder() + "file 'a.csv': " + c.problem + "; moved to 'failed/a.csv" + number + "'"));
    number = number.empty() ? ".2" : "." + std::to_string(std::stoi(number.substr(1)) + 1);
  }
}

TEST_F(CohortFolderSourceTest, RefusedFileThatCannotBeMovedStays) {
  Drop("a.csv", "");
  dir_.Write("failed", "in the way");
  EXPECT_EQ(
      FetchError(),
      Error(ErrorCode::kInvalidInput,
            Folder() + "file 'a.csv': it is empty, without a header row; an empty cohort has at "
                       "least its header; it stays, because moving it failed: 'failed' in it "
                       "cannot be opened as a folder (Not a directory); remove what is there"));
  EXPECT_THAT(Files(), ElementsAre("a.csv", "failed"));
}

TEST_F(CohortFolderSourceTest, PassesOverAFileThatIsCutOff) {
  Drop("a.csv", "email\na@x.com\nb@x");
  const Error cut(ErrorCode::kIncomplete,
                  Folder() +
                      "file 'a.csv': ends in the middle of row 2 (byte 17): it was cut off, or its "
                      "last line has no line end; fetch or write it again");
  EXPECT_EQ(FetchError(), cut);
  Drop("b.csv", "email\nb@x.com\n", 60);
  EXPECT_THAT(FetchAndAccept(), ElementsAre("b@x.com"));
  EXPECT_EQ(FetchError(), cut);
  EXPECT_THAT(Files(), ElementsAre("a.csv"));
}

TEST_F(CohortFolderSourceTest, LeavesFilesThatAreStillWritten) {
  for (const char* name : {".a.csv", "b.csv.tmp", "c.csv.part"})
    Drop(name, "email\na@x.com\n");
  EXPECT_EQ(FetchError(),
            Error(ErrorCode::kNothingNew, Folder() + "no file matching '*.csv*' waits"));
}

TEST_F(CohortFolderSourceTest, JoinsTheThreeFilesOfAnS3Sync) {
  DropTrio("T06:30",
           "\"amplitude_id\",\"user_id\",\"amplitude_id\",\"email\"\n\"1\",\"\",\"1\",\"a@x.com\"\n"
           "\"2\",\"\",\"2\",\"b@x.com\"\n",
           "amplitudeID,userID,email\n3,,C@x.com\n4,,\n",
           "email\nb@x.com\n");
  EXPECT_THAT(Fetch(), ElementsAre("a@x.com", "c@x.com"));
  EXPECT_EQ(FormatTime(snapshot_->as_of), "2026-11-21T06:30:00Z");
  EXPECT_EQ(snapshot_->origin, "files " + dir_.File("1234_7khm89cz_2026-11-21T06:30_*_key1.csv"));
  EXPECT_EQ(snapshot_->rows, 5);
  ASSERT_EQ(snapshot_->rejected_rows.size(), 1U);
  EXPECT_EQ(snapshot_->rejected_rows[0].member, "4");
  source_.Accepted(kRequest.cohort);
  EXPECT_THAT(Files(), IsEmpty());
  EXPECT_THAT(Files("done"),
              ElementsAre(PartName("T06:30", "entering"),
                          PartName("T06:30", "existing"),
                          PartName("T06:30", "exiting")));
}

TEST_F(CohortFolderSourceTest, TakesTriosByTheTimeInTheirNames) {
  DropTrio("T08-00", "email\nb@x.com\n", "email\n", "email\n");
  DropTrio("T07-00", "email\na@x.com\n", "email\n", "email\n");
  EXPECT_THAT(FetchAndAccept(), ElementsAre("a@x.com"));
  EXPECT_THAT(FetchAndAccept(), ElementsAre("b@x.com"));
}

TEST_F(CohortFolderSourceTest, TrioThatLacksAPartWaitsForIt) {
  Drop(PartName("T06:30", "existing"), "email\na@x.com\n");
  EXPECT_EQ(
      FetchError(),
      Error(ErrorCode::kIncomplete,
            Folder() + "'1234_7khm89cz_2026-11-21T06:30_*_key1.csv' waits for its 'entering' and "
                       "'exiting' files; all three are needed, and the pattern has to match them"));
  Drop(PartName("T06:30", "exiting"), "email\n");
  EXPECT_EQ(
      FetchError(),
      Error(ErrorCode::kIncomplete,
            Folder() + "'1234_7khm89cz_2026-11-21T06:30_*_key1.csv' waits for its 'entering' file; "
                       "all three are needed, and the pattern has to match them"));
  EXPECT_EQ(Files().size(), 2U);
  Drop(PartName("T06:30", "entering"), "email\nb@x.com\n");
  EXPECT_THAT(FetchAndAccept(), ElementsAre("a@x.com", "b@x.com"));
}

TEST_F(CohortFolderSourceTest, LaterCompleteTrioIsTakenBeforeAnIncompleteOne) {
  Drop(PartName("T06:30", "existing"), "email\na@x.com\n");
  DropTrio("T07:30", "email\nb@x.com\n", "email\n", "email\n");
  EXPECT_THAT(FetchAndAccept(), ElementsAre("b@x.com"));
  EXPECT_THAT(Files(), ElementsAre(PartName("T06:30", "existing")));
}

TEST_F(CohortFolderSourceTest, RefusesATrioAsAWhole) {
  DropTrio("T06:30", "email\na@x.com\n", "user_id\nu\n", "email\n");
  const std::string reason =
      "file '" + PartName("T06:30", "entering") +
      "': no column 'email' in its header, which has 'user_id'; check contact_identifier_mapping";
  EXPECT_EQ(FetchError(),
            Error(ErrorCode::kInvalidInput,
                  Folder() + reason + "; moved to 'failed/" + PartName("T06:30", "entering") +
                      "', 'failed/" + PartName("T06:30", "existing") + "', 'failed/" +
                      PartName("T06:30", "exiting") + "'"));
  EXPECT_THAT(Files(), IsEmpty());
  EXPECT_EQ(Files("failed").size(), 6U);
  EXPECT_EQ(Content("failed/" + PartName("T06:30", "existing") + ".reason.txt"), reason + "\n");
}

TEST_F(CohortFolderSourceTest, NeverTakesTheFilesOfAnotherCohort) {
  Drop("1234_other_2026-11-21T06:30_existing_key1.csv", "email\na@x.com\n");
  EXPECT_EQ(FetchError(),
            Error(ErrorCode::kNothingNew,
                  Folder() + "no file matching '*.csv*' waits; 1 file is of another cohort"));
}

TEST_F(CohortFolderSourceTest, PutsAwayWhatIsOlderThanTheLastAcceptedSnapshot) {
  Drop("active-old.csv", "email\nold@x.com\n", 0);
  Drop("active-new.csv", "email\nnew@x.com\n", 60);
  FetchRequest request = kRequest;
  request.accepted_as_of = *ParseTime("2026-11-21T06:00:30Z");
  const auto refused = source_.Fetch(request, {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message(),
            Folder() +
                "'active-old.csv' is of 2026-11-21T06:00:00Z, older than the last accepted "
                "snapshot (2026-11-21T06:00:30Z); to accept it all the same, put it back "
                "and sync with --force; moved to 'failed/active-old.csv'");
  const auto next = source_.Fetch(request, {});
  ASSERT_TRUE(next) << next.error().message();
  EXPECT_EQ(next->origin, "file " + dir_.File("active-new.csv"));
}

TEST_F(CohortFolderSourceTest, MovesNothingWhenItIsOnlyLooked) {
  Drop("active.csv", "no such column\n");
  FetchRequest request = kRequest;
  request.read_only = true;
  EXPECT_FALSE(source_.Fetch(request, {}));
  EXPECT_THAT(Files(), ElementsAre("active.csv"));
  EXPECT_FALSE(source_.Fetch(kRequest, {}));
  EXPECT_THAT(Files(), IsEmpty());
}

TEST_F(CohortFolderSourceTest, SaysWhatItSkippedWhenNothingElseWaits) {
  fs::create_symlink("/etc/passwd", dir_.File("a.csv"));
  fs::create_directory(dir_.File("b.csv"));
  Drop("c d.csv", "email\n");
  EXPECT_EQ(
      FetchError(),
      Error(ErrorCode::kInvalidInput,
            Folder() + "no file matching '*.csv*' waits that may be taken; skipped: 'a.csv' is a "
                       "symbolic link; 'b.csv' is a folder; 1 name of other characters than "
                       "letters, digits, '.', '_' and '-' or longer than 128 bytes"));
  for (char c = 'e'; c <= 'i'; ++c)
    fs::create_directory(dir_.File(std::string(1, c) + ".csv"));
  EXPECT_THAT(FetchError().message(), ::testing::HasSubstr("'g.csv' is a folder; 2 more; 1 name"));
  Drop("z.csv", "email\nz@x.com\n");
  EXPECT_THAT(FetchAndAccept(), ElementsAre("z@x.com"));
}

TEST_F(CohortFolderSourceTest, SkippedEntriesAreLogged) {
  fs::create_symlink("/etc/passwd", dir_.File("a.csv"));
  Drop("new\nline.csv", "email\n");
  Drop("z.csv", "email\nz@x.com\n");
  ::testing::internal::CaptureStderr();
  EXPECT_THAT(Fetch(), ElementsAre("z@x.com"));
  EXPECT_THAT(::testing::internal::GetCapturedStderr(),
              ::testing::HasSubstr(Folder() + "skipped: 'a.csv' is a symbolic link; 1 name of"));
}

TEST_F(CohortFolderSourceTest, SaysWhatIsWrongWithTheFolder) {
  fs::permissions(dir_.path(), fs::perms::others_write, fs::perm_options::add);
  EXPECT_EQ(FetchError(),
            Error(ErrorCode::kConfiguration,
                  Folder() +
                      "everybody may write to it, so anybody could change the list; take that away "
                      "with 'chmod o-w'"));
}

TEST_F(CohortFolderSourceTest, SaysHowFarItIsInAllFilesTogether) {
  DropTrio("T06:30", "email\na@x.com\n", "email\n", "email\n");
  FetchRequest request = kRequest;
  std::vector<std::uint64_t> bytes;
  request.on_progress = [&](const FetchProgress& progress) {
    bytes.push_back(progress.bytes);
    EXPECT_EQ(progress.total, 26U);
    EXPECT_FALSE(progress.waiting);
  };
  ASSERT_TRUE(source_.Fetch(request, {}));
  EXPECT_THAT(bytes, ElementsAre(6U, 20U, 26U));
}

TEST_F(CohortFolderSourceTest, StopsWhenAsked) {
  Drop("a.csv", "email\na@x.com\n");
  std::stop_source stop;
  stop.request_stop();
  const auto snapshot = source_.Fetch(kRequest, stop.get_token());
  ASSERT_FALSE(snapshot);
  EXPECT_EQ(
      snapshot.error(),
      Error(ErrorCode::kInterrupted, Folder() + "file 'a.csv': interrupted while reading it"));
  EXPECT_THAT(Files(), ElementsAre("a.csv"));
}

}  // namespace
}  // namespace cohort_sync::amplitude
