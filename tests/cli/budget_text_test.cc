#include "cli/budget_text.h"

#include <gtest/gtest.h>

#include "base/time_text.h"

namespace cohort_sync {
namespace {

ExportBudget Budget(std::int64_t spent, std::int64_t planned) {
  ExportBudget budget;
  budget.project = ProjectName("web");
  budget.granted = 500;
  budget.spent = spent;
  budget.planned = planned;
  budget.resets_at = *ParseTime("2026-12-01");
  return budget;
}

TEST(BudgetText, SaysWhatIsSpentPlannedAndWhenItRunsOut) {
  EXPECT_EQ(BudgetText(Budget(12, 0)), "12 of 500 exports are used this month");
  EXPECT_EQ(BudgetText(Budget(412, 31), 400),
            "412 of 500 exports are used this month (400 from here), 31 more by the schedules");
  ExportBudget short_of = Budget(412, 96);
  short_of.runs_out_at = ParseTime("2026-11-27T06:00:00Z");
  EXPECT_EQ(BudgetText(short_of),
            "412 of 500 exports are used this month, 96 more by the schedules: they run out on "
            "2026-11-27T06:00:00Z");
}

TEST(BudgetText, SaysWhenNothingIsLeft) {
  EXPECT_EQ(BudgetText(Budget(500, 31)),
            "500 of 500 exports are used this month; nothing can be read until "
            "2026-12-01T00:00:00Z");
  ExportBudget refused = Budget(12, 31);
  refused.refused_at = ParseTime("2026-11-21T06:00:00Z");
  EXPECT_EQ(BudgetText(refused),
            "12 of 500 exports are used this month; Amplitude said on 2026-11-21T06:00:00Z that "
            "none is left");
}

TEST(BudgetLines, AreOneForEachProject) {
  EXPECT_EQ(BudgetLines({}), "");
  EXPECT_EQ(BudgetLines({Budget(1, 0)}), "project 'web': 1 of 500 exports are used this month\n");
}

}  // namespace
}  // namespace cohort_sync
