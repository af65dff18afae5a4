#include "base/log.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/redaction.h"
#include "base/secret.h"

namespace cohort_sync {
namespace {

using testing::ContainsRegex;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class LogTest : public testing::Test {
 protected:
  void TearDown() override { SetLogLevel(LogLevel::kWarning); }

  static std::string Logged(LogLevel level, std::string_view message) {
    testing::internal::CaptureStderr();
    Log(level, message);
    return testing::internal::GetCapturedStderr();
  }
};

TEST_F(LogTest, WritesTimeLevelAndMessageOnOneLine) {
  const std::string line = Logged(LogLevel::kWarning, "run 7: cordial is slow");
  EXPECT_THAT(line,
              ContainsRegex("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z "
                            "warning run 7: cordial is slow\n$"));
}

TEST_F(LogTest, DropsWhatIsBelowTheLevel) {
  EXPECT_THAT(Logged(LogLevel::kInfo, "quiet by default"), IsEmpty());
  SetLogLevel(LogLevel::kError);
  EXPECT_THAT(Logged(LogLevel::kWarning, "below"), IsEmpty());
  EXPECT_THAT(Logged(LogLevel::kError, "at the level"), EndsWith("error at the level\n"));
  SetLogLevel(LogLevel::kOff);
  EXPECT_THAT(Logged(LogLevel::kError, "off"), IsEmpty());
  SetLogLevel(LogLevel::kDebug);
  EXPECT_THAT(Logged(LogLevel::kDebug, "all"), EndsWith("debug all\n"));
  EXPECT_THAT(Logged(LogLevel::kInfo, "all"), EndsWith("info all\n"));
}

TEST_F(LogTest, NeverPrintsASecret) {
  const Secret secret("canary/in-the-log");
  const std::string line =
      Logged(LogLevel::kError,
             "key canary/in-the-log, url ?k=canary%2Fin-the-log, Y2FuYXJ5L2luLXRoZS1sb2c6");
  EXPECT_THAT(line, EndsWith("error key ***, url ?k=***, ***\n"));
  EXPECT_THAT(line, Not(HasSubstr("canary")));
}

TEST_F(LogTest, EscapesControlCharactersSoThatForeignTextCannotForgeALine) {
  EXPECT_THAT(Logged(LogLevel::kWarning, "a\n2026-01-01 error forged\r\x1B[2J\xC2\x9B\xFF"),
              EndsWith("warning a\\x0a2026-01-01 error forged\\x0d\\x1b[2J\\xc2\\x9b\\xff\n"));
}

TEST_F(LogTest, TakesBracesAndPercentSignsLiterally) {
  EXPECT_THAT(Logged(LogLevel::kWarning, "{} {0:x} %s %v"), EndsWith("warning {} {0:x} %s %v\n"));
}

TEST_F(LogTest, KeepsLongMessagesWhole) {
  const std::string message(5000, 'x');
  EXPECT_THAT(Logged(LogLevel::kWarning, message), EndsWith(" " + message + "\n"));
}

TEST(ParseLogLevel, TakesTheFiveNamesAndNothingElse) {
  EXPECT_EQ(ParseLogLevel("debug"), LogLevel::kDebug);
  EXPECT_EQ(ParseLogLevel("info"), LogLevel::kInfo);
  EXPECT_EQ(ParseLogLevel("warning"), LogLevel::kWarning);
  EXPECT_EQ(ParseLogLevel("error"), LogLevel::kError);
  EXPECT_EQ(ParseLogLevel("off"), LogLevel::kOff);
  for (const char* text : {"", "warn", "Debug", "trace", "info "})
    EXPECT_EQ(ParseLogLevel(text), std::nullopt) << text;
}

}  // namespace
}  // namespace cohort_sync
