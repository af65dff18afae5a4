// Something to say about one place of the configuration.
#ifndef COHORT_SYNC_CONFIG_CONFIG_PROBLEM_H_
#define COHORT_SYNC_CONFIG_CONFIG_PROBLEM_H_

#include <string>
#include <vector>

namespace cohort_sync {

struct ConfigProblem {
  std::string path;     // "syncs[1].frequency"; empty for the file as a whole.
  std::string message;  // Lower case, without a full stop, ends with the next step.
  friend bool operator==(const ConfigProblem&, const ConfigProblem&) = default;
};

using ConfigProblems = std::vector<ConfigProblem>;

}  // namespace cohort_sync

#endif  // COHORT_SYNC_CONFIG_CONFIG_PROBLEM_H_
