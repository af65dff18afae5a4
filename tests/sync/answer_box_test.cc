#include "sync/answer_box.h"

#include <memory>
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
  AnswerBox box(std::make_shared<Wakeup>());
  box.Put(OperationNumber(2), {});
  box.Put(OperationNumber(1), {});
  const std::vector<ArrivedAnswer> answers = box.TakeAll();
  ASSERT_EQ(answers.size(), 2U);
  EXPECT_EQ(answers[0].operation.id, OperationId(2));
  EXPECT_EQ(answers[1].operation.id, OperationId(1));
  EXPECT_TRUE(box.TakeAll().empty());
}

TEST(AnswerBox, WakesForEveryAnswerFromAnotherThread) {
  const auto wakeup = std::make_shared<Wakeup>();
  AnswerBox box(wakeup);
  std::size_t taken = 0;
  const std::jthread caller([&box] {
    for (int i = 0; i < 1'000; ++i)
      box.Put(OperationNumber(i), {});
  });
  while (taken < 1'000) {
    wakeup->Wait(1h, {});
    taken += box.TakeAll().size();
  }
  EXPECT_EQ(taken, 1'000U);
}

}  // namespace
}  // namespace cohort_sync
