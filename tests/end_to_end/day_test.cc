// COHORT_SYNC_DAY_SYNCS says with how many; scripts/prove day does it with 200.
#include <cstdlib>
#include <iostream>
#include <string>

#include <gtest/gtest.h>

#include "end_to_end/day_world.h"

namespace cohort_sync {
namespace {

std::size_t Syncs() {
  const char* const given = std::getenv("COHORT_SYNC_DAY_SYNCS");  // NOLINT(concurrency-mt-unsafe)
  return given == nullptr ? DayWorld::kLeastSyncs : std::stoul(given);
}

TEST(Day, EveryListPageMetricAndMessageIsRightAfterEveryHour) {
  DayWorld world(Syncs());
  EXPECT_EQ(world.Serve(), 0) << world.output();
  std::cout << "[   DAY    ] " << Syncs() << " syncs, " << world.runs() << " runs, "
            << world.operations() << " changes of lists\n";
}

}  // namespace
}  // namespace cohort_sync
