// Amplitude's budget of exports as text for people.
#ifndef COHORT_SYNC_CLI_BUDGET_TEXT_H_
#define COHORT_SYNC_CLI_BUDGET_TEXT_H_

#include <optional>
#include <string>
#include <vector>

#include "sync/export_budget.h"

namespace cohort_sync {

// "412 of 500 exports are used this month, 96 more by the schedules: they run out on ...". `here`:
// how many of them this state spent, where others did too.
[[nodiscard]] std::string BudgetText(const ExportBudget& budget,
                                     std::optional<std::int64_t> here = std::nullopt);
// A line for each project; empty when there is none.
[[nodiscard]] std::string BudgetLines(const std::vector<ExportBudget>& budgets);

}  // namespace cohort_sync

#endif  // COHORT_SYNC_CLI_BUDGET_TEXT_H_
