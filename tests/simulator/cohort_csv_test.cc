#include "simulator/cohort_csv.h"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <zlib.h>

#include "support/fake_random.h"

namespace cohort_sync::simulator {
namespace {

class WriteCohortCsvTest : public ::testing::Test {
 protected:
  std::string Write(const std::vector<Member>& members, const std::vector<std::string>& columns) {
    return WriteCohortCsv(members, columns, false, format_, random_);
  }

  CsvFormat format_;
  FakeRandom random_;
  const std::vector<Member> one_{{.amplitude_id = 7, .user_id = "u", .properties = {{"p", "v"}}}};
};

TEST_F(WriteCohortCsvTest, AnEmptyCohortIsTheHeader) {
  EXPECT_EQ(Write({}, {}), "\"amplitude_id\",\"user_id\"\n");
}

TEST_F(WriteCohortCsvTest, AMissingValueIsTheEmptyQuotedText) {
  EXPECT_EQ(Write({{.amplitude_id = 7, .user_id = "", .properties = {}}}, {"p"}),
            "\"amplitude_id\",\"user_id\",\"p\"\n\"7\",\"\",\"\"\n");
}

TEST_F(WriteCohortCsvTest, QuotesAreDoubledAndEverythingElseStays) {
  EXPECT_EQ(Write({{.amplitude_id = 7, .user_id = "a\"b,c\nd\xC3\xA9", .properties = {}}}, {}),
            "\"amplitude_id\",\"user_id\"\n\"7\",\"a\"\"b,c\nd\xC3\xA9\"\n");
}

TEST_F(WriteCohortCsvTest, QuotesOnlyWhereNeededBySwitch) {
  format_.quote_all = false;
  EXPECT_EQ(Write({{.amplitude_id = 7, .user_id = "a,b", .properties = {}}}, {}),
            "amplitude_id,user_id\n7,\"a,b\"\n");
}

TEST_F(WriteCohortCsvTest, HeadersHaveTheirVariants) {
  format_.gp_headers = true;
  format_.duplicate_amplitude_id = true;
  EXPECT_EQ(Write(one_, {"p"}),
            "\"amplitude_id\",\"user_id\",\"amplitude_id\",\"gp:p\"\n\"7\",\"u\",\"7\",\"v\"\n");
}

TEST_F(WriteCohortCsvTest, LeadingTabsAreInsideTheQuotes) {
  format_.leading_tabs = true;
  EXPECT_EQ(Write(one_, {}), "\"\tamplitude_id\",\"\tuser_id\"\n\"\t7\",\"\tu\"\n");
}

TEST_F(WriteCohortCsvTest, MissingValuesAndUnusedColumnsHaveTheirVariants) {
  format_.missing_as_none = true;
  EXPECT_EQ(Write(one_, {"q"}), "\"amplitude_id\",\"user_id\",\"q\"\n\"7\",\"u\",\"(none)\"\n");
  format_.drop_unused_columns = true;
  EXPECT_EQ(Write(one_, {"q", "p"}), "\"amplitude_id\",\"user_id\",\"p\"\n\"7\",\"u\",\"v\"\n");
}

TEST_F(WriteCohortCsvTest, RandomOrderKeepsEveryRow) {
  std::vector<Member> members;
  for (int i = 10; i < 60; ++i) {
    members.push_back({.amplitude_id = i, .user_id = "u", .properties = {}});
  }
  const std::string sorted = Write(members, {});
  format_.random_order = true;
  const std::string shuffled = Write(members, {});
  EXPECT_NE(shuffled, sorted);
  std::string a = sorted;
  std::string b = shuffled;
  std::sort(a.begin(), a.end());
  std::sort(b.begin(), b.end());
  EXPECT_EQ(a, b);
}

TEST(Gzip, UnpacksToTheOriginal) {
  std::string original;
  for (int i = 0; i < 5000; ++i)
    original += std::to_string(i * i);
  const std::string packed = Gzip(original);
  EXPECT_LT(packed.size(), original.size());
  std::string unpacked(original.size() + 1, '\0');
  z_stream stream{};
  ASSERT_EQ(inflateInit2(&stream, 15 + 16), Z_OK);
  std::string input = packed;
  stream.next_in = reinterpret_cast<Bytef*>(input.data());
  stream.avail_in = static_cast<uInt>(input.size());
  stream.next_out = reinterpret_cast<Bytef*>(unpacked.data());
  stream.avail_out = static_cast<uInt>(unpacked.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  unpacked.resize(stream.total_out);
  inflateEnd(&stream);
  EXPECT_EQ(unpacked, original);
}

}  // namespace
}  // namespace cohort_sync::simulator
