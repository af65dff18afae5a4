#include "cli/text_table.h"

#include <gtest/gtest.h>

namespace cohort_sync {
namespace {

TEST(TextTable, AlignsColumnsAndLeavesNoTrailingSpaces) {
  TextTable table({{"name"}, {"count", TextTable::Align::kRight}, {"note"}});
  table.AddRow({"a", "1,000", ""});
  table.AddRow({"longer", "7", "x"});
  EXPECT_EQ(table.Text(),
            "name    count  note\n"
            "a       1,000\n"
            "longer      7  x\n");
}

TEST(TextTable, CountsCodePointsNotBytes) {
  TextTable table({{"name"}, {"x"}});
  table.AddRow({"héllo", "1"});
  table.AddRow({"hello", "2"});
  EXPECT_EQ(table.Text(), "name   x\nhéllo  1\nhello  2\n");
}

}  // namespace
}  // namespace cohort_sync
