#include "amplitude/records_reader.h"

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "amplitude/json_push_format.h"
#include "base/format.h"
#include "base/text.h"
#include "support/gzip.h"

namespace cohort_sync::amplitude {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;

constexpr TimePoint kNow{Duration(1'795'240'800'000)};
const JsonPushFormat kFormat;

std::string Record(const std::string& cohort, const std::string& message, int users = 1) {
  std::string list;
  for (int i = 0; i < users; ++i)
    list += Format(R"({}{{"user_id": "u{}"}})", i == 0 ? "" : ",", i);
  return Format(
      R"({{"cohort_id": "{}", "in_cohort": true, "computed_time": "1692206763"{}, "users": [{}]}})",
      cohort,
      message.empty() ? "" : Format(R"(, "message_id": "{}")", message),
      list);
}

struct Read {
  std::vector<ReceivedBatch> batches;
  RecordCounts counts;
  Status status;

  // "COHORT MESSAGE"
  [[nodiscard]] std::vector<std::string> Heads() const {
    if (!status) return {status.error().message()};
    std::vector<std::string> heads;
    heads.reserve(batches.size());
    for (const ReceivedBatch& batch : batches)
      heads.push_back(batch.head.cohort.value() + " " + batch.head.message_id);
    return heads;
  }
};

Read ReadText(std::string_view text, std::size_t piece = 1U << 20U) {
  Read read;
  RecordsReader reader(kFormat, kNow, [&](ReceivedBatch batch) -> Status {
    read.batches.push_back(std::move(batch));
    return {};
  });
  for (; !text.empty() && read.status; text.remove_prefix(std::min(piece, text.size())))
    read.status = reader.Feed(text.substr(0, piece));
  if (read.status) read.status = reader.Finish();
  read.counts = reader.counts();
  return read;
}

TEST(RecordsReader, GivesABatchForEachLine) {
  const std::string first = Record("c1", "m1", 2);
  const Read read = ReadText(first + "\n" + Record("c2", "m2") + "\n");
  EXPECT_THAT(read.Heads(), ElementsAre("c1 m1", "c2 m2"));
  EXPECT_EQ(read.batches[0].body, first);
  EXPECT_EQ(read.batches[0].received_at, kNow);
  EXPECT_EQ(read.batches[0].head.members, 2);
  EXPECT_EQ(read.counts.batches, 2);
  EXPECT_EQ(read.counts.members, 3);
}

TEST(RecordsReader, PassesOverEmptyLinesAndLineEndsOfOtherSystems) {
  EXPECT_THAT(
      ReadText("\xEF\xBB\xBF" + Record("c1", "m1") + "\r\n\r\n \n" + Record("c2", "m2")).Heads(),
      ElementsAre("c1 m1", "c2 m2"));
  EXPECT_THAT(ReadText("").Heads(), IsEmpty());
}

TEST(RecordsReader, ReadsTheSameInPiecesOfAnySize) {
  const std::string text = Record("c1", "m1") + "\n\n" + Record("c2", "m2", 7) + "\n";
  for (const std::size_t piece : {1U, 2U, 3U, 7U, 64U, 200U})
    EXPECT_THAT(ReadText(text, piece).Heads(), ElementsAre("c1 m1", "c2 m2")) << piece;
}

TEST(RecordsReader, ReadsGzip) {
  EXPECT_THAT(ReadText(Gzip(Record("c1", "m1") + "\n")).Heads(), ElementsAre("c1 m1"));
}

TEST(RecordsReader, SaysWhichLineIsNoBatch) {
  const std::string good = Record("c1", "m1") + "\n\n";
  EXPECT_THAT(ReadText(good + "{}\n").Heads(), ElementsAre("line 3: 'cohort_id' is missing"));
  EXPECT_THAT(ReadText(good + "{1}\n" + good).Heads(),
              ElementsAre("line 3: not valid json at byte 2 of 3"));
  EXPECT_EQ(ReadText("{}\n").status.error().code(), ErrorCode::kInvalidInput);
}

TEST(RecordsReader, TellsACutFileFromAWrongOne) {
  const std::string good = Record("c1", "m1") + "\n";
  const Read cut = ReadText(good + good.substr(0, good.size() / 2));
  EXPECT_THAT(
      cut.Heads(),
      ElementsAre("ends in the middle of line 2: it was cut off, or is still being written"));
  EXPECT_EQ(cut.status.error().code(), ErrorCode::kIncomplete);
  EXPECT_EQ(ReadText(good + "{}").status.error().code(), ErrorCode::kInvalidInput);
}

TEST(RecordsReader, DerivesAMessageIdFromTheBytes) {
  const Read read =
      ReadText(Record("c1", "") + "\n" + Record("c1", "") + " \n" + Record("c1", "", 2) + "\n");
  ASSERT_EQ(read.batches.size(), 3U) << read.Heads().front();
  EXPECT_THAT(read.batches[0].head.message_id, StartsWith("line-"));
  EXPECT_EQ(read.batches[0].head.message_id.size(), 37U);
  EXPECT_EQ(read.batches[0].head.message_id, read.batches[1].head.message_id);
  EXPECT_NE(read.batches[0].head.message_id, read.batches[2].head.message_id);
}

// Else a member who enters, leaves and enters again would not enter the second time.
TEST(RecordsReader, RefusesALineThatCannotBeToldFromARepetition) {
  EXPECT_THAT(ReadText(R"({"cohort_id": "c1", "in_cohort": true, "users": []})").Heads(),
              ElementsAre("line 1: it has neither 'message_id' nor 'computed_time'; without both, "
                          "it cannot be told from a repetition"));
}

TEST(RecordsReader, RefusesALineThatIsTooLong) {
  const std::string long_line(kMaxRecordBytes + 1, ' ');
  EXPECT_THAT(ReadText("\n" + long_line).Heads(), ElementsAre("line 2 has more than 16 MiB"));
  EXPECT_THAT(ReadText("\n" + long_line, 65536).Heads(),
              ElementsAre("line 2 has more than 16 MiB"));
}

TEST(RecordsReader, EndsWithTheErrorOfItsSink) {
  RecordsReader reader(kFormat, kNow, [](const ReceivedBatch&) -> Status {
    return Fail(ErrorCode::kUnavailable, "the disk is full");
  });
  EXPECT_EQ(reader.Feed(Record("c1", "m1") + "\n").error().message(), "the disk is full");
}

}  // namespace
}  // namespace cohort_sync::amplitude
