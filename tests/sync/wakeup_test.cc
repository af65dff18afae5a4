#include "sync/wakeup.h"

#include <thread>

#include <gtest/gtest.h>

namespace cohort_sync {
namespace {

using namespace std::chrono_literals;

TEST(Wakeup, KeepsARingThatNobodyWaitedFor) {
  Wakeup wakeup;
  wakeup.Ring();
  wakeup.Wait(1h, {});
}

TEST(Wakeup, DoesNotWaitWhenAStopWasRequested) {
  Wakeup wakeup;
  std::stop_source stopped;
  stopped.request_stop();
  wakeup.Wait(1h, stopped.get_token());
}

TEST(Wakeup, EndsWithARingFromAnotherThread) {
  Wakeup wakeup;
  const std::jthread ringer([&wakeup] { wakeup.Ring(); });
  wakeup.Wait(1h, {});
}

TEST(Wakeup, EndsWithAStopFromAnotherThread) {
  Wakeup wakeup;
  std::stop_source stop;
  const std::jthread stopper([&stop] { stop.request_stop(); });
  wakeup.Wait(1h, stop.get_token());
  EXPECT_TRUE(stop.stop_requested());
}

}  // namespace
}  // namespace cohort_sync
