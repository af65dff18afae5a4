#include "amplitude/cohort_file_source.h"

#include <chrono>
#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/gzip.h"
#include "support/named_members.h"
#include "support/temp_dir.h"

namespace cohort_sync::amplitude {
namespace {

const FetchRequest kRequest{
    .cohort = CohortId("7khm89cz"), .identifier = {"email", "email"}, .hash_key = 42};
constexpr std::string_view kCohort = "amplitude_id,email\n1,ann@x.com\n2,nobody\n3,bob@x.com\n";

std::string ErrorOf(const std::string& path) {
  CohortFileSource source(path, "active users");
  const Result<Snapshot> snapshot = source.Fetch(kRequest, {});
  return snapshot ? "" : snapshot.error().message();
}

TEST(CohortFileSource, MakesASnapshotAsOfTheFilesLastChange) {
  const TempDir dir;
  const std::string path = dir.Write("active.csv", std::string(kCohort));
  CohortFileSource source(path, "active users");
  const Result<Snapshot> snapshot = source.Fetch(kRequest, {});
  ASSERT_TRUE(snapshot) << snapshot.error().message();
  EXPECT_EQ(snapshot->cohort, CohortId("7khm89cz"));
  EXPECT_EQ(snapshot->cohort_name, "active users");
  EXPECT_EQ(snapshot->origin, "file " + path);
  EXPECT_EQ(snapshot->rows, 3);
  EXPECT_EQ(snapshot->members.size(), 2U);
  EXPECT_EQ(snapshot->members.hash_key(), 42U);
  EXPECT_EQ(snapshot->rejected[static_cast<std::size_t>(RejectReason::kMalformed)], 1);
  ASSERT_EQ(snapshot->rejected_rows.size(), 1U);
  EXPECT_EQ(snapshot->rejected_rows[0].value, "nobody");
  EXPECT_EQ(snapshot->expected_size, std::nullopt);
  const auto changed = std::chrono::file_clock::to_sys(std::filesystem::last_write_time(path));
  EXPECT_EQ(snapshot->as_of, std::chrono::floor<Duration>(changed));
}

TEST(CohortFileSource, ReadsTheFileAnewEveryTime) {
  const TempDir dir;
  const std::string path = dir.Write("active.csv", "email\na@x.com\n");
  CohortFileSource source(path, std::nullopt);
  ASSERT_EQ(source.Fetch(kRequest, {})->members.size(), 1U);
  source.Accepted(kRequest.cohort);
  dir.Write("active.csv", "email\na@x.com\nb@x.com\n");
  EXPECT_EQ(source.Fetch(kRequest, {})->members.size(), 2U);
}

TEST(CohortFileSource, ReadsGzipWhateverTheName) {
  const TempDir dir;
  CohortFileSource source(dir.Write("active.csv", Gzip(kCohort)), std::nullopt);
  const Result<Snapshot> snapshot = source.Fetch(kRequest, {});
  ASSERT_TRUE(snapshot) << snapshot.error().message();
  EXPECT_EQ(snapshot->members.size(), 2U);
}

TEST(CohortFileSource, ReadsIdentifiersWithoutAHeaderOnlyWhenToldSo) {
  const TempDir dir;
  const std::string path = dir.Write("active.txt", "ann@x.com\r\nbob@x.com\r\n");
  CohortCsvOptions options;
  options.format = CohortFormat::kIdentifiers;
  CohortFileSource source(path, std::nullopt, options);
  const Result<Snapshot> snapshot = source.Fetch(kRequest, {});
  ASSERT_TRUE(snapshot) << snapshot.error().message();
  EXPECT_EQ(snapshot->members.size(), 2U);
  EXPECT_EQ(ErrorOf(path),
            "file '" + path +
                "': no column 'email' in its header: the first row holds an address; put a row "
                "with the column names before it, or set \"format\": \"identifiers\"");
}

TEST(CohortFileSource, SaysWhoTheMembersAreWhenAsked) {
  const TempDir dir;
  const std::string path = dir.Write("active.csv", "user_id,email\nu2,b@x.com\n,c@x.com\nu1,\n");
  CohortFileSource source(path, std::nullopt);
  EXPECT_EQ(source.Fetch(kRequest, {})->who.size(), 0U);
  FetchRequest request = kRequest;
  request.wants_members = true;
  const Result<Snapshot> snapshot = source.Fetch(request, {});
  ASSERT_TRUE(snapshot) << snapshot.error().message();
  EXPECT_EQ(snapshot->who.naming, MemberNaming::kUser);
  EXPECT_THAT(NamedMembers(snapshot->who), testing::ElementsAre("u2=b@x.com", "c@x.com", "u1="));
}

TEST(CohortFileSource, KnowsMembersByContactInAFileWithoutUserIds) {
  const TempDir dir;
  CohortCsvOptions options;
  options.format = CohortFormat::kIdentifiers;
  CohortFileSource source(dir.Write("active.txt", "Ann@x.com\n"), std::nullopt, options);
  FetchRequest request = kRequest;
  request.wants_members = true;
  const Result<Snapshot> snapshot = source.Fetch(request, {});
  ASSERT_TRUE(snapshot) << snapshot.error().message();
  EXPECT_EQ(snapshot->who.naming, MemberNaming::kContact);
  EXPECT_THAT(NamedMembers(snapshot->who), testing::ElementsAre("ann@x.com"));
}

TEST(CohortFileSource, EveryErrorNamesTheFile) {
  const TempDir dir;
  const std::string packed = Gzip(kCohort);
  const std::string path = dir.File("active.csv");
  const std::string file = "file '" + path + "': ";
  EXPECT_EQ(ErrorOf(path), file + "it does not exist; check the path");
  dir.Write("active.csv", "");
  EXPECT_EQ(ErrorOf(path),
            file + "it is empty, without a header row; an empty cohort has at least its header");
  dir.Write("active.csv", "amplitude_id,email\n1,ann@x.com\n2,bo");
  EXPECT_EQ(ErrorOf(path),
            file +
                "ends in the middle of row 2 (byte 35): it was cut off, or its last line has no "
                "line end; fetch or write it again");
  dir.Write("active.csv", packed.substr(0, 40));
  EXPECT_EQ(ErrorOf(path),
            file +
                "gzip: the data ends after 40 bytes, before its own end; it was cut off, fetch "
                "it again");
  dir.Write("active.csv", "amplitude_id,email\n1\n");
  EXPECT_EQ(ErrorOf(path), file + "row 1 (byte 19) has 1 column, the header has 2");
}

}  // namespace
}  // namespace cohort_sync::amplitude
