#include "cli/csv_text.h"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace cohort_sync {
namespace {

TEST(CsvLine, QuotesEveryField) {
  EXPECT_EQ(CsvLine({"a", "", "b \"c\"", "d,e\nf"}), "\"a\",\"\",\"b \"\"c\"\"\",\"d,e\nf\"\n");
}

TEST(CsvLine, MakesTextOfWhatASpreadsheetWouldRun) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"=1+1", "\"'=1+1\"\n"},
      {"+49", "\"'+49\"\n"},
      {"-1", "\"'-1\"\n"},
      {"@SUM(A1)", "\"'@SUM(A1)\"\n"},
      {"  =1+1", "\"'  =1+1\"\n"},
      {"\t=1", "\"'\t=1\"\n"},
      {"\r=1", "\"'\r=1\"\n"},
      {" \t@x", "\"' \t@x\"\n"},
      {"\"=1\"", "\"\"\"=1\"\"\"\n"},
      {"a=1", "\"a=1\"\n"},
      {"a@b.c", "\"a@b.c\"\n"},
      {" ", "\" \"\n"},
      {"", "\"\"\n"},
  };
  for (const auto& [field, line] : cases)
    EXPECT_EQ(CsvLine({field}), line);
}

}  // namespace
}  // namespace cohort_sync
