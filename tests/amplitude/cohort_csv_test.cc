#include "amplitude/cohort_csv.h"

#include <algorithm>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/gzip.h"

namespace cohort_sync::amplitude {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const IdentifierMapping kEmail{"email", "email"};
const IdentifierMapping kUserId{"userId", "user_id"};

Result<CohortRows> Read(std::string_view bytes,
                        const IdentifierMapping& identifier = kEmail,
                        std::size_t piece = SIZE_MAX) {
  CohortCsv csv(identifier, 42);
  for (std::size_t at = 0; at < bytes.size(); at += std::min(piece, bytes.size() - at)) {
    if (Status fed = csv.Feed(bytes.substr(at, piece)); !fed) return Fail(fed.error());
  }
  return csv.Finish();
}

// Sorted, because members are grouped by their hash.
std::vector<std::string> Members(const CohortRows& rows) {
  std::vector<std::string> members;
  rows.members.VisitRange(HashRange{},
                          [&](const MemberRef& member) { members.emplace_back(member.value); });
  std::sort(members.begin(), members.end());
  return members;
}

std::vector<std::string> MembersOf(std::string_view bytes,
                                   const IdentifierMapping& identifier = kEmail) {
  const Result<CohortRows> rows = Read(bytes, identifier);
  return rows ? Members(*rows) : std::vector<std::string>{"error: " + rows.error().message()};
}

std::string ErrorOf(std::string_view bytes, const IdentifierMapping& identifier = kEmail) {
  const Result<CohortRows> rows = Read(bytes, identifier);
  return rows ? "" : rows.error().message();
}

std::int64_t CountOf(const CohortRows& rows, RejectReason reason) {
  return rows.rejected[static_cast<std::size_t>(reason)];
}

TEST(CohortCsv, FindsTheIdentifierByItsColumnsName) {
  EXPECT_THAT(MembersOf("\"amplitude_id\",\"user_id\",\"email\"\n\"1\",\"u1\",\"B@x.com\"\n"),
              ElementsAre("b@x.com"));
  EXPECT_THAT(MembersOf("email,amplitude_id\na@x.com,1\n"), ElementsAre("a@x.com"));
  EXPECT_THAT(MembersOf("amplitude_id,gp:email\n1,a@x.com\n"), ElementsAre("a@x.com"));
  EXPECT_THAT(MembersOf("email,email\na@x.com,b@x.com\n"), ElementsAre("a@x.com"));
}

TEST(CohortCsv, ReadsTheUserIdInBothSpellings) {
  EXPECT_THAT(MembersOf("amplitude_id,user_id\n1,Ann\n", kUserId), ElementsAre("Ann"));
  EXPECT_THAT(MembersOf("amplitudeID,userID\n1,Ann\n", kUserId), ElementsAre("Ann"));
}

TEST(CohortCsv, TakesTheFirstOfTwoColumnsOfMembers) {
  const auto rows = Read("amplitude_id,user_id,amplitude_id,email\n1,u,2,wrong\n");
  ASSERT_TRUE(rows);
  ASSERT_EQ(rows->rejected_rows.size(), 1U);
  EXPECT_EQ(rows->rejected_rows[0].member, "1");
}

TEST(CohortCsv, StripsTabsAndOneLayerOfQuotes) {
  EXPECT_THAT(MembersOf("\"\tamplitude_id\",\"\temail\"\n\"\t1\",\"\ta@x.com\"\n"),
              ElementsAre("a@x.com"));
  EXPECT_THAT(MembersOf("user_id\n\"\"\"u1\"\"\"\n\"\t\"\"u2\"\"\"\nu3\n", kUserId),
              ElementsAre("u1", "u2", "u3"));
}

TEST(CohortCsv, KeepsRowsOfTheSameContact) {
  const auto rows = Read("email\na@x.com\nA@x.com\na@x.com\n");
  ASSERT_TRUE(rows);
  EXPECT_THAT(Members(*rows), ElementsAre("a@x.com", "a@x.com", "a@x.com"));
  EXPECT_EQ(rows->rows, 3);
}

TEST(CohortCsv, HeaderWithoutRowsIsAnEmptyCohort) {
  const auto rows = Read("\"amplitude_id\",\"email\"\n");
  ASSERT_TRUE(rows);
  EXPECT_EQ(rows->rows, 0);
  EXPECT_TRUE(rows->members.empty());
}

TEST(CohortCsv, CountsAndListsRowsWithoutContactByReason) {
  const auto rows = Read(
      "amplitude_id,email\n"
      "1,\n"
      "2,(none)\n"
      "3,\"  \"\n"
      "4,nobody\n"
      "5,a@x.com\n"
      "6,a b@x.com\n"
      "7,\"\xFF@x.com\"\n"
      "8,\"\t(none)\"\n");
  ASSERT_TRUE(rows) << rows.error().message();
  EXPECT_EQ(rows->rows, 8);
  EXPECT_THAT(Members(*rows), ElementsAre("a@x.com"));
  EXPECT_EQ(CountOf(*rows, RejectReason::kMissing), 4);
  EXPECT_EQ(CountOf(*rows, RejectReason::kMalformed), 2);
  EXPECT_EQ(CountOf(*rows, RejectReason::kUnsafe), 1);
  ASSERT_EQ(rows->rejected_rows.size(), 7U);
  EXPECT_EQ(rows->rejected_rows[0].row, 1);
  EXPECT_EQ(rows->rejected_rows[0].member, "1");
  EXPECT_EQ(rows->rejected_rows[1].value, "");
  EXPECT_EQ(rows->rejected_rows[3].row, 4);
  EXPECT_EQ(rows->rejected_rows[3].reason, RejectReason::kMalformed);
  EXPECT_EQ(rows->rejected_rows[3].value, "nobody");
  EXPECT_EQ(rows->rejected_rows[4].value, "a b@x.com");
  EXPECT_EQ(rows->rejected_rows[4].reason, RejectReason::kUnsafe);
}

TEST(CohortCsv, ListsAtMostSoManyRowsOfAReasonAndCountsTheRest) {
  std::string text = "email\n";
  const std::size_t bad = kMaxListedRejectedRows + 5;
  for (std::size_t i = 0; i < bad; ++i)
    text += "nobody\n";
  text += "\"\"\n";
  const auto rows = Read(text);
  ASSERT_TRUE(rows);
  EXPECT_EQ(CountOf(*rows, RejectReason::kMalformed), static_cast<std::int64_t>(bad));
  ASSERT_EQ(rows->rejected_rows.size(), kMaxListedRejectedRows + 1);
  EXPECT_EQ(rows->rejected_rows.back().reason, RejectReason::kMissing);
}

TEST(CohortCsv, ListsAtMost256BytesOfAValueWithoutCuttingACharacter) {
  const std::string value = std::string(255, 'x') + "\xC3\xA9";
  const auto rows = Read("email\n" + value + "\n");
  ASSERT_TRUE(rows);
  ASSERT_EQ(rows->rejected_rows.size(), 1U);
  EXPECT_EQ(rows->rejected_rows[0].value, std::string(255, 'x'));
}

TEST(CohortCsv, NullTokenIsAnOption) {
  CohortCsv csv(kUserId, 42, {"NULL"});
  ASSERT_TRUE(csv.Feed("user_id\nNULL\n(none)\n"));
  const auto rows = csv.Finish();
  ASSERT_TRUE(rows);
  EXPECT_THAT(Members(*rows), ElementsAre("(none)"));
  EXPECT_EQ(CountOf(*rows, RejectReason::kMissing), 1);
}

TEST(CohortCsv, SaysWhichColumnsThereAreWhenTheIdentifierIsMissing) {
  EXPECT_EQ(ErrorOf("amplitude_id,user_id,e-mail\n1,u,a@x.com\n"),
            "no column 'email' in its header, which has 'amplitude_id', 'user_id', 'e-mail'; did "
            "you mean 'e-mail'? check contact_identifier_mapping");
  EXPECT_EQ(ErrorOf("amplitude_id,user_id\n"),
            "no column 'email' in its header, which has 'amplitude_id', 'user_id'; check "
            "contact_identifier_mapping");
  EXPECT_THAT(ErrorOf(std::string(99, ',') + "\n"), HasSubstr("'', and 70 more; check"));
}

TEST(CohortCsv, ShowsNoAddressWhenThereIsNoHeader) {
  EXPECT_EQ(ErrorOf("ann@x.com\nbob@x.com\n"),
            "no column 'email' in its header: the first row holds an address; put a row with the "
            "column names before it");
}

TEST(CohortCsv, RefusesWhatIsNoCsv) {
  EXPECT_EQ(ErrorOf("<html><body>Sign in</body></html>"),
            "it is HTML or XML and not CSV, beginning with '<html><body>Sign in</body></html>'");
  EXPECT_EQ(ErrorOf("\n <?xml version=\"1.0\"?><Error/>"),
            "it is HTML or XML and not CSV, beginning with '<?xml version=\"1.0\"?><Error/>'");
  EXPECT_EQ(ErrorOf("{\"error\":{\"http_code\":404}}"),
            "it is JSON and not CSV, beginning with '{\"error\":{\"http_code\":404}}'");
  EXPECT_EQ(ErrorOf("<" + std::string(10'000, 'x')),
            "it is HTML or XML and not CSV, beginning with '<" + std::string(119, 'x') + "…'");
  EXPECT_EQ(ErrorOf(Gzip("{}")), "it is JSON and not CSV, beginning with '{}'");
}

TEST(CohortCsv, RefusesACohortOfGroups) {
  EXPECT_EQ(ErrorOf("\"\tgroup_value\",email\n"),
            "it is a cohort of groups (column 'group_value'); only cohorts of users can be synced");
}

TEST(CohortCsv, RefusesWhatHasNoHeader) {
  const std::string error =
      "it is empty, without a header row; an empty cohort has at least its header";
  EXPECT_EQ(ErrorOf(""), error);
  EXPECT_EQ(ErrorOf(" \r\n\n"), error);
  EXPECT_EQ(ErrorOf("\xEF\xBB\xBF"), error);
  EXPECT_EQ(ErrorOf(Gzip("")), error);
}

TEST(CohortCsv, CutAtAnyByteGivesAnErrorOrFewerWholeRows) {
  const std::string text = "\"amplitude_id\",\"email\"\n\"1\",\"ann@x.com\"\n\"2\",\"bob@x.com\"\n";
  const std::vector<std::size_t> row_ends = {23, 39, 55};
  ASSERT_EQ(text.size(), row_ends.back());
  for (std::size_t cut = 0; cut < text.size(); ++cut) {
    const auto rows = Read(std::string_view(text).substr(0, cut));
    const auto end = std::find(row_ends.begin(), row_ends.end(), cut);
    ASSERT_EQ(rows.has_value(), end != row_ends.end()) << "cut at " << cut;
    if (rows) {
      ASSERT_EQ(rows->rows, end - row_ends.begin()) << "cut at " << cut;
    }
  }
}

TEST(CohortCsv, GzipCutAtAnyByteIsAnError) {
  const std::string packed = Gzip("\"amplitude_id\",\"email\"\n\"1\",\"ann@x.com\"\n");
  for (std::size_t cut = 0; cut < packed.size(); ++cut)
    EXPECT_FALSE(Read(std::string_view(packed).substr(0, cut)).has_value()) << "cut at " << cut;
  EXPECT_THAT(MembersOf(packed), ElementsAre("ann@x.com"));
}

TEST(CohortCsv, PiecesMakeNoDifference) {
  const std::string text = "\xEF\xBB\xBF\"amplitude_id\",\"email\"\r\n\"1\",\"ann@x.com\"\r\n";
  for (const std::string& bytes : {text, Gzip(text)}) {
    for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
      const auto rows = Read(bytes, kEmail, piece);
      ASSERT_TRUE(rows) << rows.error().message();
      EXPECT_THAT(Members(*rows), ElementsAre("ann@x.com"));
      EXPECT_THAT(rows->rejected_rows, IsEmpty());
    }
  }
}

}  // namespace
}  // namespace cohort_sync::amplitude
