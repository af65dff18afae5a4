// Makes a failing comparison of problems readable.
#ifndef COHORT_SYNC_TESTS_CONFIG_PRINT_CONFIG_PROBLEM_H_
#define COHORT_SYNC_TESTS_CONFIG_PRINT_CONFIG_PROBLEM_H_

#include <ostream>

#include "config/config_problem.h"

namespace cohort_sync {

inline void PrintTo(const ConfigProblem& problem, std::ostream* out) {
  *out << problem.path << ": " << problem.message;
}

}  // namespace cohort_sync

#endif  // COHORT_SYNC_TESTS_CONFIG_PRINT_CONFIG_PROBLEM_H_
