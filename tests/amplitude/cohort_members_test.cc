// Who the members of a cohort file are.
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "amplitude/cohort_csv.h"
#include "amplitude/cohort_folder_source.h"
#include "support/named_members.h"
#include "support/temp_dir.h"

namespace cohort_sync::amplitude {
namespace {

using ::testing::ElementsAre;

const IdentifierMapping kEmail{"email", "email"};
const IdentifierMapping kUserId{"userId", "user_id"};

std::vector<std::string> WhoOf(std::string_view bytes,
                               const IdentifierMapping& identifier = kEmail,
                               const CohortCsvOptions& options = {}) {
  CohortCsv csv(identifier, 42, options, true);
  EXPECT_TRUE(csv.Feed(bytes));
  const Result<CohortRows> rows = csv.Finish();
  if (!rows) return {"error: " + rows.error().message()};
  const bool named = rows->who.naming == MemberNaming::kUser;
  std::vector<std::string> who = {named ? "users" : "contacts"};
  for (std::string& member : NamedMembers(rows->who))
    who.push_back(std::move(member));
  return who;
}

TEST(CohortCsvMembers, AreReadOnlyWhenTheyAreWanted) {
  CohortCsv csv(kEmail, 42);
  ASSERT_TRUE(csv.Feed("user_id,email\nu1,ann@x.com\n"));
  EXPECT_EQ(csv.Finish()->who.size(), 0U);
  EXPECT_THAT(WhoOf("user_id,email\n"), ElementsAre("users"));
}

TEST(CohortCsvMembers, AreKnownByTheColumnOfUserIdsInEverySpelling) {
  for (const std::string column : {"user_id", "userID", "gp:user_id", "\tuser_id"}) {
    EXPECT_THAT(WhoOf("amplitude_id," + column + ",email\n1,u1,Ann@x.com\n2,u2,bob@x.com\n"),
                ElementsAre("users", "u1=ann@x.com", "u2=bob@x.com"));
  }
  EXPECT_THAT(WhoOf("email,user_id,user_id\nann@x.com,u1,u9\n"),
              ElementsAre("users", "u1=ann@x.com"));
}

TEST(CohortCsvMembers, HaveUserIdsWithoutTabsAndOneLayerOfQuotes) {
  EXPECT_THAT(WhoOf("\"user_id\",\"email\"\n\"\tu1\",\"\ta@x.com\"\n\"\"\"u2\"\"\",b@x.com\n"
                    "\"u\"\"3\",\"\"\"c@x.com\"\"\"\n"),
              ElementsAre("users", "u1=a@x.com", "u2=b@x.com", "u\"3=c@x.com"));
}

TEST(CohortCsvMembers, WithoutAContactAreMembersAllTheSame) {
  EXPECT_THAT(WhoOf("amplitude_id,user_id,email\n1,u1,\n2,u2,nobody\n3,u3,(none)\n"),
              ElementsAre("users", "u1=", "u2=", "u3="));
}

TEST(CohortCsvMembers, WithoutAUserIdAreKnownByTheirContact) {
  EXPECT_THAT(WhoOf("amplitude_id,user_id,email\n1,\"\",ann@x.com\n2,(none),bob@x.com\n"
                    "3,\"\t\",cid@x.com\n4,,nobody\n5,,\n"),
              ElementsAre("users", "ann@x.com", "bob@x.com", "cid@x.com"));
}

TEST(CohortCsvMembers, AreContactsWhereNoColumnHasUserIds) {
  EXPECT_THAT(WhoOf("amplitude_id,email\n1,Ann@x.com\n2,nobody\n3,bob@x.com\n"),
              ElementsAre("contacts", "ann@x.com", "bob@x.com"));
  CohortCsvOptions lines;
  lines.format = CohortFormat::kIdentifiers;
  EXPECT_THAT(WhoOf("Ann@x.com\nnobody\n", kEmail, lines), ElementsAre("contacts", "ann@x.com"));
}

TEST(CohortCsvMembers, AreUsersWhereTheIdentifierIsTheUserId) {
  EXPECT_THAT(WhoOf("amplitude_id,user_id\n1,Ann\n2,\n", kUserId), ElementsAre("users", "Ann=Ann"));
  CohortCsvOptions lines;
  lines.format = CohortFormat::kIdentifiers;
  EXPECT_THAT(WhoOf("111111\r\n222222\r\n", kUserId, lines),
              ElementsAre("users", "111111=111111", "222222=222222"));
}

class CohortFolderMembers : public ::testing::Test {
 protected:
  CohortFolderMembers() : source_(dir_.path().string(), "*.csv", "active users") {}
  Result<Snapshot> Fetch(bool wants_members) {
    FetchRequest request{.cohort = CohortId("7khm89cz"), .identifier = kEmail, .hash_key = 42};
    request.wants_members = wants_members;
    return source_.Fetch(request, {});
  }

  TempDir dir_;
  CohortFolderSource source_;
};

TEST_F(CohortFolderMembers, AreReadFromAFileWhenTheyAreWanted) {
  dir_.Write("active.csv", "user_id,email\nu1,a@x.com\n,b@x.com\n");
  EXPECT_EQ(Fetch(false)->who.size(), 0U);
  EXPECT_THAT(NamedMembers(Fetch(true)->who), ElementsAre("u1=a@x.com", "b@x.com"));
}

TEST_F(CohortFolderMembers, OfATrioAreThoseWhoDoNotExit) {
  const std::string name = "1234_7khm89cz_2026-11-21T06:30_";
  const std::string header = "amplitude_id,user_id,email\n";
  dir_.Write(name + "existing_k.csv", header + "1,u1,a@x.com\n2,u2,b@x.com\n3,,c@x.com\n");
  dir_.Write(name + "entering_k.csv", "amplitudeID,userID,email\n4,u4,b@x.com\n5,u5,\n");
  dir_.Write(name + "exiting_k.csv", header + "2,u2,old@x.com\n3,,c@x.com\n");
  const Result<Snapshot> snapshot = Fetch(true);
  ASSERT_TRUE(snapshot) << snapshot.error().message();
  EXPECT_THAT(NamedMembers(snapshot->who), ElementsAre("u1=a@x.com", "u4=b@x.com", "u5="));
  EXPECT_EQ(snapshot->members.size(), 2U);
  EXPECT_EQ(snapshot->rows, 7);
}

}  // namespace
}  // namespace cohort_sync::amplitude
