#include "base/redaction.h"

#include <string>

#include <gtest/gtest.h>

#include "base/secret.h"
#include "base/text.h"

namespace cohort_sync {
namespace {

// The registry lives as long as the process: every test has canaries of its own.

TEST(Redact, LeavesTextWithoutSecretsAlone) {
  EXPECT_EQ(Redact("nothing to hide"), "nothing to hide");
  EXPECT_EQ(Redact(""), "");
}

TEST(Redact, BlanksEveryOccurrence) {
  RegisterForRedaction("canary-every");
  EXPECT_EQ(Redact("canary-every, canary-every"), "***, ***");
  EXPECT_EQ(Redact("canary-everycanary-every"), "******");
}

TEST(Redact, BlanksTheFormsThatGoOnTheWire) {
  const std::string secret = "canary/wire+1";
  RegisterForRedaction(secret);
  EXPECT_EQ(Redact("key=" + PercentEncode(secret) + "&x=1"), "key=***&x=1");
  EXPECT_EQ(Redact("Basic " + Base64Encode(secret)), "Basic ***");
  EXPECT_EQ(Redact("Basic " + Base64Encode(secret + ":")), "Basic ***");
}

TEST(Redact, BlanksFormsWithEscapedSlashes) {
  RegisterForRedaction("slashes/in+a/secret");
  EXPECT_EQ(Redact(R"({"key":"slashes\/in+a\/secret"})"), R"({"key":"***"})");
}

TEST(Redact, BlanksTheLongerOfTwoSecretsThatBeginAlike) {
  RegisterForRedaction("canary-stem");
  RegisterForRedaction("canary-stem-and-tail");
  EXPECT_EQ(Redact("<canary-stem-and-tail> <canary-stem>"), "<***> <***>");
}

TEST(Redact, SkipsWhatIsTooShortToBeASecret) {
  RegisterForRedaction("");
  RegisterForRedaction("the");
  EXPECT_EQ(Redact("the end"), "the end");
  RegisterForRedaction("four");
  EXPECT_EQ(Redact("four ends"), "*** ends");
}

TEST(Redact, BlanksASecretThatWasRegisteredTwice) {
  RegisterForRedaction("canary-twice");
  RegisterForRedaction("canary-twice");
  EXPECT_EQ(Redact("canary-twice"), "***");
}

TEST(Secret, RegistersItsValue) {
  const Secret secret("canary-of-a-secret");
  EXPECT_EQ(Redact("Authorization: Bearer canary-of-a-secret"), "Authorization: Bearer ***");
  EXPECT_EQ(secret.Reveal(), "canary-of-a-secret");
  EXPECT_FALSE(secret.empty());
}

TEST(Secret, IsEmptyByDefault) {
  EXPECT_TRUE(Secret().empty());
  EXPECT_EQ(Secret().Reveal(), "");
}

TEST(Secret, OutlivesItsObjectInTheRedaction) {
  { const Secret secret("canary-gone-by-now"); }
  EXPECT_EQ(Redact("canary-gone-by-now"), kRedacted);
}

template <typename T>
concept Streams = requires(std::ostream& out, const T& value) {
  out << value;
};

TEST(Secret, CannotBePrintedByAccident) {
  static_assert(!Streams<Secret>);
  static_assert(!std::is_convertible_v<Secret, std::string>);
  static_assert(!std::is_convertible_v<std::string, Secret>);
  EXPECT_EQ(testing::PrintToString(Secret("canary-in-gtest")).find("canary-in-gtest"),
            std::string::npos);
}

}  // namespace
}  // namespace cohort_sync
