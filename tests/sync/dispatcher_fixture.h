// What the tests of the dispatcher share.
#ifndef COHORT_SYNC_TESTS_SYNC_DISPATCHER_FIXTURE_H_
#define COHORT_SYNC_TESTS_SYNC_DISPATCHER_FIXTURE_H_

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "sync/dispatcher.h"
#include "sync/sync_world.h"

namespace cohort_sync {

class DispatcherTest : public testing::Test {
 protected:
  DispatcherTest() {
    settings_.concurrency = 4;
    settings_.requests_per_second = 0;
  }

  void Commit(const std::vector<std::string>& add, const std::vector<std::string>& remove = {}) {
    binding_ = world_.Commit(add, remove).binding;
  }

  DeliveryReport Deliver(const std::stop_token& stop = {}) {
    DeliveryOrder order;
    order.binding = binding_;
    order.list = ListName("ActiveUsers");
    order.destination = &world_.destination;
    order.give_up_after = settings_.give_up_after;
    order.observer = observer_;
    order.stop = stop;
    return DeliverWith(world_.store(), world_.clock, world_.random, settings_, std::move(order));
  }

  // When the calls left, counted from the first.
  [[nodiscard]] std::vector<Duration> CallTimes() const {
    std::vector<Duration> times;
    const std::vector<RecordedCall> calls = world_.destination.calls();
    for (const RecordedCall& call : calls)
      times.push_back(call.at - calls.front().at);
    return times;
  }

  [[nodiscard]] std::size_t CountStored(const std::vector<std::string>& contacts,
                                        const std::string& stored) const {
    return static_cast<std::size_t>(
        std::count_if(contacts.begin(), contacts.end(), [&](const std::string& contact) {
          return world_.StoredOperation(contact) == stored;
        }));
  }

  SyncWorld world_;
  DeliverySettings settings_;
  BindingId binding_;
  DeliveryObserver observer_;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_TESTS_SYNC_DISPATCHER_FIXTURE_H_
