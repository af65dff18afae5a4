#include "amplitude/csv_reader.h"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace cohort_sync::amplitude {
namespace {

using Row = std::vector<std::string>;

class RecordingHandler final : public CsvHandler {
 public:
  Status OnHeader(std::span<const std::string> columns) override {
    header.assign(columns.begin(), columns.end());
    return {};
  }
  void OnRow(const CsvRow& row) override {
    EXPECT_EQ(row.number(), static_cast<std::int64_t>(rows.size()) + 1);
    rows.emplace_back();
    std::string scratch;
    for (std::size_t i = 0; i < row.columns(); ++i)
      rows.back().emplace_back(row.Value(i, scratch));
  }

  Row header;
  std::vector<Row> rows;
};

struct Read {
  Row header;
  std::vector<Row> rows;
  std::string error;
};

Read ReadCsv(std::string_view text,
             std::size_t piece = SIZE_MAX,
             CsvFirstRow first_row = CsvFirstRow::kNames) {
  RecordingHandler handler;
  CsvReader reader(handler, first_row);
  Status status;
  for (std::size_t at = 0; status && at < text.size(); at += std::min(piece, text.size() - at))
    status = reader.Feed(text.substr(at, piece));
  if (status) status = reader.Finish();
  return {handler.header, handler.rows, status ? "" : status.error().message()};
}

std::string WriteField(const std::string& value) {
  std::string out = "\"";
  for (const char c : value)
    out += c == '"' ? "\"\"" : std::string(1, c);
  return out + "\"";
}

std::string WriteRow(const Row& row, std::string_view line_end) {
  std::string out;
  for (std::size_t i = 0; i < row.size(); ++i)
    out += (i == 0 ? "" : ",") + WriteField(row[i]);
  return out + std::string(line_end);
}

TEST(CsvReader, ReadsTheFormOfAmplitudesExport) {
  const Read read = ReadCsv("\"amplitude_id\",\"user_id\"\n\"356896327775\",\"\"\n\"2\",\"u,2\"\n");
  EXPECT_EQ(read.error, "");
  EXPECT_EQ(read.header, (Row{"amplitude_id", "user_id"}));
  EXPECT_EQ(read.rows, (std::vector<Row>{{"356896327775", ""}, {"2", "u,2"}}));
}

TEST(CsvReader, ReadsEveryKindOfFieldWhateverThePieces) {
  const std::string text =
      "\xEF\xBB\xBF\ta,\"\tb\"\r\n"
      "plain,\"quoted\"\r\n"
      ",\"\"\n"
      "\"say \"\"hi\"\"\",\"\"\"\"\n"
      "\"two\r\nlines, one field\",\"\r\"\n"
      "a\tb,\"\xC3\xA9\"\r\n";
  const std::vector<Row> rows = {{"plain", "quoted"},
                                 {"", ""},
                                 {"say \"hi\"", "\""},
                                 {"two\r\nlines, one field", "\r"},
                                 {"a\tb", "\xC3\xA9"}};
  for (std::size_t piece = 1; piece <= text.size(); ++piece) {
    const Read read = ReadCsv(text, piece);
    ASSERT_EQ(read.error, "") << "pieces of " << piece;
    ASSERT_EQ(read.header, (Row{"a", "b"})) << "pieces of " << piece;
    ASSERT_EQ(read.rows, rows) << "pieces of " << piece;
  }
}

RC_GTEST_PROP(CsvReader, ReadsWhatWasWrittenInAnyPieces, ()) {
  const auto width = *rc::gen::inRange<std::size_t>(1, 6);
  const auto cell = rc::gen::container<std::string>(rc::gen::oneOf(
      rc::gen::elementOf(std::string("\",\n\r\tab@")),
      rc::gen::map(rc::gen::inRange(1, 256), [](int c) { return static_cast<char>(c); })));
  const auto rows = *rc::gen::container<std::vector<Row>>(rc::gen::container<Row>(width, cell));
  const std::string line_end = *rc::gen::element<std::string>("\n", "\r\n");
  Row header;
  for (std::size_t i = 0; i < width; ++i)
    header.push_back("column" + std::to_string(i));
  std::string text = WriteRow(header, line_end);
  for (const Row& row : rows)
    text += WriteRow(row, line_end);
  const Read read = ReadCsv(text, *rc::gen::inRange<std::size_t>(1, text.size() + 1));
  RC_ASSERT(read.error == "");
  RC_ASSERT(read.header == header);
  RC_ASSERT(read.rows == rows);
}

RC_GTEST_PROP(CsvReader, PiecesMakeNoDifferenceToErrors, ()) {
  const auto text = *rc::gen::container<std::string>(rc::gen::elementOf(std::string("\",\n\r ab")));
  const Read whole = ReadCsv(text);
  const Read pieces = ReadCsv(text, *rc::gen::inRange<std::size_t>(1, text.size() + 2));
  RC_ASSERT(pieces.error == whole.error);
  RC_ASSERT(pieces.rows == whole.rows);
}

TEST(CsvReader, CutAtAnyByteGivesAnErrorOrFewerWholeRows) {
  const std::string text =
      "\"id\",\"email\"\r\n\"1\",\"a\"\"b@x.com\"\r\n2,c@x.com\n\"3\",\"d\ne\"\n";
  const Read whole = ReadCsv(text);
  ASSERT_EQ(whole.rows.size(), 3U);
  for (std::size_t cut = 1; cut < text.size(); ++cut) {
    const Read read = ReadCsv(text.substr(0, cut));
    ASSERT_LT(read.rows.size(), whole.rows.size()) << "cut at " << cut;
    for (std::size_t i = 0; i < read.rows.size(); ++i)
      ASSERT_EQ(read.rows[i], whole.rows[i]) << "cut at " << cut;
    const bool between_rows = cut == 14 || cut == 32 || cut == 42;
    ASSERT_EQ(read.error.empty(), between_rows) << "cut at " << cut;
  }
}

struct Wrong {
  std::string text;
  std::string error;
};

TEST(CsvReader, RefusesEveryOtherDialectByRowAndByte) {
  const std::string cut =
      ": it was cut off, or its last line has no line end; fetch or write it again";
  const std::vector<Wrong> table = {
      {"a,b\n1,2", "ends in the middle of row 1 (byte 7)" + cut},
      {"a,b\n1,2\n\"3\",\"4", "ends in the middle of row 2 (byte 14)" + cut},
      {"a,b\n1,2\n,", "ends in the middle of row 2 (byte 9)" + cut},
      {"a,b", "ends in the middle of the header (byte 3)" + cut},
      {"a,b\r", "ends in the middle of the header (byte 4)" + cut},
      {"\xEF\xBB", "ends in the middle of the header (byte 2)" + cut},
      {"a,b\n1\n", "row 1 (byte 4) has 1 column, the header has 2"},
      {"a,b\n1,2\n\n", "row 2 (byte 8) has 1 column, the header has 2"},
      {"a,b\n1,2\n1,2,3\n", "row 2 (byte 8) has 3 columns, the header has 2"},
      {"a;b\n1,2\n", "row 1 (byte 4) has 2 columns, the header has 1"},
      {"a,b\n1,x\"y\"\n",
       "row 1 (byte 7) has a quote inside a field without quotes; quote the field"},
      {"a,b\n1, \"y\"\n",
       "row 1 (byte 7) has a quote inside a field without quotes; quote the field"},
      {"a,b\n1,\"y\"z\n",
       "row 1 (byte 9) has text after a closing quote; double the quotes inside a field"},
      {"a,b\n1,\"y\" \n",
       "row 1 (byte 9) has text after a closing quote; double the quotes inside a field"},
      {"a,b\n1,\"x\"y\"\n",
       "row 1 (byte 9) has text after a closing quote; double the quotes inside a field"},
      {"a,b\r1,2\r",
       "the header (byte 4) has a carriage return without a line feed; end lines with LF or CRLF"},
      {"a,b\n1,2\r\r\n",
       "row 1 (byte 8) has a carriage return without a line feed; end lines with LF or CRLF"},
      {std::string("a,b\n1,\0\n", 8),
       "row 1 (byte 6) has a NUL byte; the file is not text in UTF-8"},
      {std::string("a,b\n1,\"\0\"\n", 10),
       "row 1 (byte 7) has a NUL byte; the file is not text in UTF-8"},
      {"a,b\n1,2\n" + std::string(70, 'x') + "\"\n",
       "row 2 (byte 78) has a quote inside a field without quotes; quote the field"},
  };
  for (const Wrong& wrong : table) {
    EXPECT_EQ(ReadCsv(wrong.text).error, wrong.error) << wrong.text;
    EXPECT_EQ(ReadCsv(wrong.text, 1).error, wrong.error) << wrong.text;
  }
}

TEST(CsvReader, FirstRowThatHoldsDataIsARowToo) {
  const std::string text = "1,2\r\n\"3\",4\n";
  for (std::size_t piece = 1; piece <= text.size(); ++piece) {
    const Read read = ReadCsv(text, piece, CsvFirstRow::kData);
    ASSERT_EQ(read.error, "");
    ASSERT_EQ(read.header, (Row{"1", "2"}));
    ASSERT_EQ(read.rows, (std::vector<Row>{{"1", "2"}, {"3", "4"}}));
  }
  EXPECT_EQ(ReadCsv("1,2\n3\n", SIZE_MAX, CsvFirstRow::kData).error,
            "row 2 (byte 4) has 1 column, row 1 has 2");
  EXPECT_EQ(ReadCsv("1,\"2\"x\n", SIZE_MAX, CsvFirstRow::kData).error,
            "row 1 (byte 5) has text after a closing quote; double the quotes inside a field");
}

TEST(CsvReader, RowsBeforeAnErrorWerePassedOn) {
  EXPECT_EQ(ReadCsv("a,b\n1,2\n3,4\n5\n").rows, (std::vector<Row>{{"1", "2"}, {"3", "4"}}));
}

TEST(CsvReader, FieldMayHave64KiBAndNotOneMore) {
  const std::string most(kMaxCsvFieldBytes, 'x');
  for (const std::size_t piece : {std::size_t{1000}, std::size_t{1} << 20U}) {
    EXPECT_EQ(ReadCsv("a\n" + most + "\n", piece).rows, (std::vector<Row>{{most}}));
    EXPECT_EQ(ReadCsv("a\n" + most + "x\n", piece).error,
              "row 1 (byte 2) has a field of more than 64 KiB; is a quote not closed?");
    EXPECT_EQ(ReadCsv("a\n1\n\"" + most + most, piece).error,
              "row 2 (byte 4) has a field of more than 64 KiB; is a quote not closed?");
  }
}

TEST(CsvReader, RowMayHave1MiBAndNotOneMore) {
  const std::size_t columns = 32;
  const Row header(columns, "h");
  Row row(columns, std::string(kMaxCsvRowBytes / columns - 3, 'x'));  // Quotes and comma.
  row.back() += 'y';                                                  // No comma after the last.
  const std::string before = WriteRow(header, "\n");
  const std::string text = before + WriteRow(row, "\n");
  ASSERT_EQ(text.size() - before.size() - 1, kMaxCsvRowBytes);
  row.back() += 'z';
  const std::string longer = before + WriteRow(row, "\n");
  for (const std::size_t piece : {std::size_t{100'000}, std::size_t{1} << 22U}) {
    EXPECT_EQ(ReadCsv(text, piece).error, "");
    EXPECT_EQ(ReadCsv(longer, piece).error, "row 1 (byte 128) has more than 1024 KiB");
  }
}

TEST(CsvReader, RowMayHave256ColumnsAndNotOneMore) {
  const std::string most = std::string(kMaxCsvColumns - 1, ',') + "\n";
  EXPECT_EQ(ReadCsv(most + most).rows.size(), 1U);
  EXPECT_EQ(ReadCsv("," + most).error, "the header (byte 256) has more than 256 columns");
}

TEST(CsvReader, InputWithoutAnyByteHasNoHeaderAndNoError) {
  EXPECT_EQ(ReadCsv("").error, "");
  EXPECT_EQ(ReadCsv("").header, Row{});
}

class RefusingHandler final : public CsvHandler {
 public:
  Status OnHeader(std::span<const std::string> /*columns*/) override {
    return Fail(ErrorCode::kInvalidInput, "no such column");
  }
  void OnRow(const CsvRow& /*row*/) override { ADD_FAILURE() << "a row after a refused header"; }
};

TEST(CsvReader, RefusedHeaderEndsTheRead) {
  RefusingHandler handler;
  CsvReader reader(handler);
  const Status status = reader.Feed("a\n1\n");
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().message(), "no such column");
}

}  // namespace
}  // namespace cohort_sync::amplitude
