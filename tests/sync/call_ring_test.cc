#include "sync/call_ring.h"

#include <gmock/gmock.h>

namespace cohort_sync {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

Operation OperationOf(std::int64_t id) {
  Operation operation;
  operation.id = OperationId(id);
  operation.contact = "contact " + std::to_string(id);
  operation.kind = OperationKind::kRemove;
  return operation;
}

CallRecord Call() {
  return {.method = "PUT", .target = "/v2/contacts/x", .http_status = 200};
}

TEST(CallRing, GivesEachCallOnce) {
  CallRing ring;
  ring.Add(OperationOf(7), Call());
  const std::vector<OperationCall> taken = ring.TakeNew();
  ASSERT_THAT(taken, SizeIs(1));
  EXPECT_EQ(taken[0].operation, OperationId(7));
  EXPECT_EQ(taken[0].kind, OperationKind::kRemove);
  EXPECT_EQ(taken[0].contact, "contact 7");
  EXPECT_EQ(taken[0].call.target, "/v2/contacts/x");
  EXPECT_TRUE(ring.empty());
  EXPECT_THAT(ring.TakeNew(), IsEmpty());
}

TEST(CallRing, KeepsTheNewestInTheirOrder) {
  CallRing ring;
  for (int round = 0; round < 2; ++round) {
    for (std::int64_t id = 1; id <= 530; ++id)
      ring.Add(OperationOf(id), Call());
    const std::vector<OperationCall> taken = ring.TakeNew();
    ASSERT_THAT(taken, SizeIs(kKeptCalls));
    for (std::size_t i = 0; i < taken.size(); ++i)
      ASSERT_EQ(taken[i].operation, OperationId(static_cast<std::int64_t>(331 + i)));
  }
}

TEST(CallRing, PassesOverWhatWasNoCall) {
  CallRing ring;
  ring.Add(OperationOf(1), CallRecord{});
  EXPECT_TRUE(ring.empty());
}

}  // namespace
}  // namespace cohort_sync
