#include "web/push_secret.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.h"

namespace cohort_sync::web {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string Basic(std::string_view plain) {
  return "Basic " + Base64Encode(plain);
}

TEST(PushSecret, IsOfferedInThreePlaces) {
  EXPECT_THAT(OfferedSecrets({{"Authorization", "Bearer s3cret"}}), ElementsAre("s3cret"));
  EXPECT_THAT(OfferedSecrets({{"authorization", "bearer  s3cret "}}), ElementsAre("s3cret"));
  EXPECT_THAT(OfferedSecrets({{"X-Cohort-Sync-Secret", "s3cret"}}), ElementsAre("s3cret"));
  EXPECT_THAT(OfferedSecrets({{"Authorization", Basic("s3cret:")}}), ElementsAre("s3cret"));
  EXPECT_THAT(OfferedSecrets({{"Authorization", Basic("s3cret")}}), ElementsAre("s3cret"));
}

TEST(PushSecret, PasswordOfBasicIsIgnored) {
  EXPECT_THAT(OfferedSecrets({{"Authorization", Basic("user:s3cret:x")}}), ElementsAre("user"));
}

TEST(PushSecret, WhatIsNoCredentialOffersNothing) {
  for (const char* value : {"", "Bearer", "s3cret", "Digest s3cret", "Basic !!!", "Basic"}) {
    EXPECT_THAT(OfferedSecrets({{"Authorization", value}}), IsEmpty()) << value;
  }
}

TEST(PushSecret, EveryOfferedOneIsTried) {
  const std::vector<Secret> accepted = {Secret("the new one"), Secret("the old one")};
  EXPECT_TRUE(MayPush({{"Authorization", "Bearer the new one"}}, accepted));
  EXPECT_TRUE(
      MayPush({{"Authorization", "Bearer x"}, {"X-Cohort-Sync-Secret", "the old one"}}, accepted));
  EXPECT_FALSE(MayPush({{"Authorization", "Bearer x"}}, accepted));
  EXPECT_FALSE(MayPush({}, accepted));
}

TEST(PushSecret, WithoutASecretEverybodyMayPush) {
  EXPECT_TRUE(MayPush({}, {}));
}

}  // namespace
}  // namespace cohort_sync::web
