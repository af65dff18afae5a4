#include "http/responder.h"

#include <optional>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cohort_sync::http {
namespace {

using ::testing::ElementsAre;

class ResponderTest : public ::testing::Test {
 protected:
  Responder Make() {
    return Responder([this](const Reply& reply) { statuses.push_back(reply.response.status); });
  }
  std::vector<int> statuses;
};

TEST_F(ResponderTest, AnswersOnce) {
  {
    Responder responder = Make();
    responder.Send(ReplyWith(204));
  }
  EXPECT_THAT(statuses, ElementsAre(204));
}

TEST_F(ResponderTest, DroppedAnswersServerError) {
  { const Responder responder = Make(); }
  EXPECT_THAT(statuses, ElementsAre(500));
}

TEST_F(ResponderTest, MovedFromHasNothingToAnswer) {
  std::optional<Responder> first = Make();
  Responder second = std::move(*first);
  first.reset();
  EXPECT_THAT(statuses, ElementsAre());
  second.Send(ReplyWith(200));
  second = Make();
  second = Make();  // Drops the one before.
  EXPECT_THAT(statuses, ElementsAre(200, 500));
  second.Send(ReplyWith(201));
  EXPECT_THAT(statuses, ElementsAre(200, 500, 201));
}

TEST(ResponderDeathTest, SecondAnswerIsABrokenPromise) {
  Responder responder([](const Reply&) {});
  responder.Send(ReplyWith(200));
  EXPECT_DEATH(responder.Send(ReplyWith(200)), "check failed");
}

}  // namespace
}  // namespace cohort_sync::http
