#include "cli/budget_text.h"

#include "base/format.h"
#include "base/text.h"
#include "base/time_text.h"

namespace cohort_sync {

std::string BudgetText(const ExportBudget& budget, std::optional<std::int64_t> here) {
  std::string text = Format("{} of {} exports are used this month",
                            WithThousands(budget.spent),
                            WithThousands(budget.granted));
  if (here) text += Format(" ({} from here)", WithThousands(*here));
  if (budget.left() == 0)
    return text + Format("; nothing can be read until {}", FormatTime(budget.resets_at));
  if (budget.refused_at)
    return text +
           Format("; Amplitude said on {} that none is left", FormatTime(*budget.refused_at));
  if (budget.planned == 0) return text;
  text += Format(", {} more by the schedules", WithThousands(budget.planned));
  if (budget.runs_out_at) text += Format(": they run out on {}", FormatTime(*budget.runs_out_at));
  return text;
}

std::string BudgetLines(const std::vector<ExportBudget>& budgets) {
  std::string lines;
  for (const ExportBudget& budget : budgets)
    lines += Format("project '{}': {}\n", budget.project.value(), BudgetText(budget));
  return lines;
}

}  // namespace cohort_sync
