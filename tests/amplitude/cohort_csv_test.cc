#include "amplitude/cohort_csv.h"

#include <algorithm>
#include <map>
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

TEST(CohortCsv, ReadsFieldsWithAndWithoutQuotesAndEveryOrderAndLineEnd) {
  std::vector<std::string> columns = {"amplitude_id", "gp:email", "user_id", "country"};
  std::sort(columns.begin(), columns.end());
  const std::map<std::string, std::string> values = {{"amplitude_id", "1"},
                                                     {"gp:email", "ann@x.com"},
                                                     {"user_id", "bob@x.com"},
                                                     {"country", "Nowhere"}};
  do {
    for (const std::string quote : {"", "\""}) {
      for (const std::string line_end : {"\n", "\r\n"}) {
        std::string header;
        std::string row;
        for (const std::string& column : columns) {
          header += (header.empty() ? "" : ",") + quote + column + quote;
          row += (row.empty() ? "" : ",") + quote + values.at(column) + quote;
        }
        const std::string text = header + line_end + row + line_end;
        ASSERT_THAT(MembersOf(text), ElementsAre("ann@x.com")) << text;
      }
    }
  } while (std::next_permutation(columns.begin(), columns.end()));
}

TEST(CohortCsv, ReadsADownloadFromAmplitudesPages) {
  EXPECT_THAT(MembersOf("\xEF\xBB\xBF\"\tamplitude_id\",\"\tUser ID\",\"\tgp:email\"\r\n"
                        "\"\t1\",\"\tu1\",\"\tann@x.com\"\r\n"
                        "\"\t2\",\"\tu2\",\"\t(none)\"\r\n"),
              ElementsAre("ann@x.com"));
  EXPECT_THAT(MembersOf("\xEF\xBB\xBF\tamplitude_id,\temail\n\t1,\tann@x.com\n"),
              ElementsAre("ann@x.com"));
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
            "column names before it, or set \"format\": \"identifiers\"");
  EXPECT_EQ(ErrorOf("1,ann@x.com\n2,bob@x.com\n"),
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

Result<CohortRows> ReadIdentifiers(std::string_view bytes,
                                   const IdentifierMapping& identifier = kEmail,
                                   std::size_t piece = SIZE_MAX) {
  CohortCsvOptions options;
  options.format = CohortFormat::kIdentifiers;
  CohortCsv csv(identifier, 42, options);
  for (std::size_t at = 0; at < bytes.size(); at += std::min(piece, bytes.size() - at)) {
    if (Status fed = csv.Feed(bytes.substr(at, piece)); !fed) return Fail(fed.error());
  }
  return csv.Finish();
}

std::string IdentifiersErrorOf(std::string_view bytes,
                               const IdentifierMapping& identifier = kEmail) {
  const Result<CohortRows> rows = ReadIdentifiers(bytes, identifier);
  return rows ? "" : rows.error().message();
}

TEST(IdentifierLines, TakesOneIdentifierPerLineWhateverThePieces) {
  const std::string text =
      "\xEF\xBB\xBF"
      "ann@x.com\r\n\"bob@x.com\"\n\tcid@x.com\n  dan@x.com \r\n";
  for (const std::string& bytes : {text, Gzip(text)}) {
    for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
      const auto rows = ReadIdentifiers(bytes, kEmail, piece);
      ASSERT_TRUE(rows) << rows.error().message();
      EXPECT_EQ(rows->rows, 4);
      EXPECT_THAT(Members(*rows), ElementsAre("ann@x.com", "bob@x.com", "cid@x.com", "dan@x.com"));
    }
  }
}

TEST(IdentifierLines, ReadsTheSampleOfAmplitudesImport) {
  const auto rows = ReadIdentifiers("111111\r\n222222\r\n333333\r\n", kUserId);
  ASSERT_TRUE(rows) << rows.error().message();
  EXPECT_THAT(Members(*rows), ElementsAre("111111", "222222", "333333"));
}

TEST(IdentifierLines, CountsAndListsRejectedLines) {
  const auto rows = ReadIdentifiers("nobody\nann@x.com\n\n(none)\na/b@x.com\n");
  ASSERT_TRUE(rows) << rows.error().message();
  EXPECT_EQ(rows->rows, 5);
  EXPECT_THAT(Members(*rows), ElementsAre("ann@x.com"));
  EXPECT_EQ(CountOf(*rows, RejectReason::kMissing), 2);
  EXPECT_EQ(CountOf(*rows, RejectReason::kMalformed), 1);
  EXPECT_EQ(CountOf(*rows, RejectReason::kUnsafe), 1);
  ASSERT_EQ(rows->rejected_rows.size(), 4U);
  EXPECT_EQ(rows->rejected_rows[0].row, 1);
  EXPECT_EQ(rows->rejected_rows[0].value, "nobody");
  EXPECT_EQ(rows->rejected_rows[1].row, 3);
  EXPECT_EQ(rows->rejected_rows[3].value, "a/b@x.com");
}

TEST(IdentifierLines, LastLineWithoutItsEndIsACutFile) {
  const auto rows = ReadIdentifiers("ann@x.com\nbob@x.co");
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error(),
            Error(ErrorCode::kIncomplete,
                  "ends in the middle of row 2 (byte 18): it was cut off, or its last line has no "
                  "line end; fetch or write it again"));
  EXPECT_EQ(IdentifiersErrorOf("ann@x.com"),
            "ends in the middle of row 1 (byte 9): it was cut off, or its last line has no line "
            "end; fetch or write it again");
}

TEST(IdentifierLines, FileWithoutALineIsNoEmptyCohort) {
  for (const std::string_view bytes : {"", "\n", "\r\n \n", "\xEF\xBB\xBF"})
    EXPECT_EQ(IdentifiersErrorOf(bytes),
              "it is empty; in the format 'identifiers' that cannot be told from a lost file: give "
              "an empty cohort as CSV with its header");
}

TEST(IdentifierLines, RefusesCsv) {
  EXPECT_EQ(IdentifiersErrorOf("amplitude_id,email\n1,ann@x.com\n"),
            "its first line has 2 columns instead of one identifier; for CSV with a header remove "
            "\"format\": \"identifiers\"");
  for (const std::string name : {"email", "gp:email", "amplitude_id", "group_value"})
    EXPECT_EQ(IdentifiersErrorOf("\"\t" + name + "\"\r\nann@x.com\r\n"),
              "its first line is the column name '" + name +
                  "' and no identifier; for CSV with a header remove \"format\": "
                  "\"identifiers\"");
  EXPECT_EQ(IdentifiersErrorOf("userID\nu1\n", kUserId),
            "its first line is the column name 'userID' and no identifier; for CSV with a header "
            "remove \"format\": \"identifiers\"");
  EXPECT_EQ(IdentifiersErrorOf("ann@x.com\nbob@x.com,2\n"),
            "row 2 (byte 10) has 2 columns, row 1 has 1");
  EXPECT_EQ(IdentifiersErrorOf("<html>"), "it is HTML or XML and not CSV, beginning with '<html>'");
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
