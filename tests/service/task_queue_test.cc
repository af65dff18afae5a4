#include "service/task_queue.h"

#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace cohort_sync {
namespace {

using namespace std::chrono_literals;

class TaskQueueTest : public testing::Test {
 protected:
  // Runs tasks until `other` has ended.
  template <typename Other>
  void Serve(Other other) {
    std::promise<void> ended;
    std::future<void> end = ended.get_future();
    const std::jthread thread([&] {
      other();
      tasks_.Post([&ended] { ended.set_value(); });
    });
    while (end.wait_for(0s) != std::future_status::ready) {
      wakeup_->Wait(1h, {});
      tasks_.RunAll();
    }
  }

  std::shared_ptr<Wakeup> wakeup_ = std::make_shared<Wakeup>();
  TaskQueue tasks_{wakeup_};
};

TEST_F(TaskQueueTest, ACallRunsOnTheOwnersThreadAndGivesItsResult) {
  std::thread::id ran_on;
  std::string result;
  Serve([&] {
    result = tasks_.Call([&] {
      ran_on = std::this_thread::get_id();
      return std::string("done");
    });
  });
  EXPECT_EQ(ran_on, std::this_thread::get_id());
  EXPECT_EQ(result, "done");
}

TEST_F(TaskQueueTest, ACallOnTheOwnersThreadIsDoneAtOnce) {
  EXPECT_EQ(tasks_.Call([] { return 7; }), 7);
}

TEST_F(TaskQueueTest, WhatACallThrowsReachesItsCaller) {
  Serve([&] {
    EXPECT_THROW(tasks_.Call([] { throw std::runtime_error("disk full"); }), std::runtime_error);
  });
}

TEST_F(TaskQueueTest, TasksRunInTheOrderInWhichTheyWerePosted) {
  std::vector<int> order;
  for (int i = 0; i < 5; ++i)
    tasks_.Post([&order, i] { order.push_back(i); });
  tasks_.RunAll();
  EXPECT_EQ(order, (std::vector<int>{0, 1, 2, 3, 4}));
}

TEST_F(TaskQueueTest, ACallThatWaitsEndsWhenTheQueueIsClosed) {
  std::jthread caller([&] { EXPECT_THROW(tasks_.Call([] { return 1; }), std::future_error); });
  wakeup_->Wait(1h, {});  // It was posted.
  tasks_.Close();
}

TEST_F(TaskQueueTest, ACallAfterTheCloseFails) {
  tasks_.Close();
  const std::jthread caller([&] { EXPECT_THROW(tasks_.Call([] {}), std::future_error); });
}

}  // namespace
}  // namespace cohort_sync
