#include "http/secret_match.h"

#include <gtest/gtest.h>

namespace cohort_sync::http {
namespace {

TEST(SecretMatch, AnyOfTheOfferedMayBeAnyOfTheAccepted) {
  const std::vector<Secret> accepted = {Secret("old secret"), Secret("new secret")};
  EXPECT_TRUE(IsSecretAccepted({"old secret"}, accepted));
  EXPECT_TRUE(IsSecretAccepted({"new secret"}, accepted));
  EXPECT_TRUE(IsSecretAccepted({"wrong", "new secret", ""}, accepted));
}

TEST(SecretMatch, NothingElseIsAccepted) {
  const std::vector<Secret> accepted = {Secret("old secret"), Secret("new secret")};
  EXPECT_FALSE(IsSecretAccepted({}, accepted));
  EXPECT_FALSE(IsSecretAccepted({""}, accepted));
  EXPECT_FALSE(IsSecretAccepted({"old"}, accepted));
  EXPECT_FALSE(IsSecretAccepted({"old secret ", "Old secret", "old secretnew secret"}, accepted));
  EXPECT_FALSE(IsSecretAccepted({"old secret"}, {}));
}

TEST(SecretMatch, EmptySecretIsNone) {
  EXPECT_FALSE(IsSecretAccepted({""}, {Secret()}));
}

}  // namespace
}  // namespace cohort_sync::http
