#include "sync/answer_box.h"

#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace cohort_sync {
namespace {

using namespace std::chrono_literals;

Operation OperationNumber(std::int64_t id) {
  Operation operation;
  operation.id = OperationId(id);
  return operation;
}

TEST(AnswerBox, GivesEveryAnswerOnceInTheOrderOfArrival) {
  AnswerBox box;
  box.Put(OperationNumber(2), {});
  box.Put(OperationNumber(1), {});
  const std::vector<ArrivedAnswer> answers = box.TakeAll();
  ASSERT_EQ(answers.size(), 2U);
  EXPECT_EQ(answers[0].operation.id, OperationId(2));
  EXPECT_EQ(answers[1].operation.id, OperationId(1));
  EXPECT_TRUE(box.TakeAll().empty());
}

TEST(AnswerBox, WaitReturnsAtOnceWhenAnAnswerIsThereOrAStopWasRequested) {
  AnswerBox box;
  std::stop_source stopped;
  stopped.request_stop();
  box.Wait(1h, stopped.get_token());
  box.Put(OperationNumber(1), {});
  box.Wait(1h, {});
  EXPECT_EQ(box.TakeAll().size(), 1U);
}

TEST(AnswerBox, WaitEndsWithAnAnswerFromAnotherThread) {
  AnswerBox box;
  std::size_t taken = 0;
  const std::jthread caller([&box] {
    for (int i = 0; i < 1'000; ++i)
      box.Put(OperationNumber(i), {});
  });
  while (taken < 1'000) {
    box.Wait(1h, {});
    taken += box.TakeAll().size();
  }
  EXPECT_EQ(taken, 1'000U);
}

TEST(AnswerBox, WaitEndsWithAStopFromAnotherThread) {
  AnswerBox box;
  std::stop_source stop;
  const std::jthread stopper([&stop] { stop.request_stop(); });
  box.Wait(1h, stop.get_token());
  EXPECT_TRUE(stop.stop_requested());
}

}  // namespace
}  // namespace cohort_sync
