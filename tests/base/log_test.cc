#include "base/log.h"

#include <cstdlib>
#include <string>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/format.h"
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
  void TearDown() override {
    SetLogLevel(LogLevel::kWarning);
    SetLogFormat(LogFormat::kText);
  }

  static std::string Logged(LogLevel level,
                            std::string_view message,
                            const std::vector<LogField>& fields = {}) {
    testing::internal::CaptureStderr();
    Log(level, message, fields);
    return testing::internal::GetCapturedStderr();
  }
  // As above, with a standard error that JOURNAL_STREAM names.
  static std::string Journalled(LogFormat format, LogLevel level, std::string_view message) {
    testing::internal::CaptureStderr();
    struct stat file {};
    EXPECT_EQ(::fstat(STDERR_FILENO, &file), 0);
    ::setenv("JOURNAL_STREAM", Format("{}:{}", file.st_dev, file.st_ino).c_str(), 1);
    SetLogFormat(format);
    EXPECT_TRUE(LogIsStructured());
    Log(level, message);
    ::unsetenv("JOURNAL_STREAM");
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

TEST_F(LogTest, TextHasTheFieldsBehindTheMessage) {
  EXPECT_THAT(
      Logged(LogLevel::kWarning,
             "run ended",
             {{"run", 7}, {"cohort", "vip"}, {"error", "list 'a': it is \"gone\""}}),
      EndsWith(" warning run ended run=7 cohort=vip error=\"list 'a': it is \\\"gone\\\"\"\n"));
  EXPECT_THAT(Logged(LogLevel::kWarning, "x", {{"a", ""}, {"b", "c=d"}, {"e", "f\ng"}}),
              EndsWith(" x a=\"\" b=\"c=d\" e=f\\x0ag\n"));
}

TEST_F(LogTest, JsonHasTimeLevelMessageAndTheFieldsAsKeys) {
  SetLogFormat(LogFormat::kJson);
  EXPECT_TRUE(LogIsStructured());
  const std::string line =
      Logged(LogLevel::kError, "run ended", {{"run", 7}, {"cohort", "big \"spenders\""}});
  EXPECT_THAT(line,
              ContainsRegex("^\\{\"time\":\"[0-9-]{10}T[0-9:]{8}\\.[0-9]{3}Z\",\"level\":\"error\","
                            "\"message\":\"run ended\",\"run\":7,"
                            "\"cohort\":\"big \\\\\"spenders\\\\\"\"\\}\n$"));
  EXPECT_TRUE(nlohmann::json::accept(line));
}

// Whatever comes from outside: one line, valid JSON, no control character after decoding.
TEST_F(LogTest, JsonStaysOneLineOfJsonWhateverIsLogged) {
  SetLogFormat(LogFormat::kJson);
  const Secret secret("canary/in-the-json-log");
  std::string all;
  for (int byte = 1; byte < 256; ++byte)
    all += static_cast<char>(byte);
  const std::string line = Logged(LogLevel::kError,
                                  all + "canary/in-the-json-log",
                                  {{"field", all}, {"k", "canary%2Fin-the-json-log"}});
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  const nlohmann::json parsed = nlohmann::json::parse(line);
  for (const char* key : {"message", "field"}) {
    for (const char c : parsed[key].get<std::string>())
      EXPECT_GE(static_cast<unsigned char>(c), 0x20U);
  }
  EXPECT_EQ(parsed["k"], "***");
  EXPECT_THAT(line, Not(HasSubstr("canary")));
}

TEST_F(LogTest, TheJournalGetsALevelAndNoTime) {
  SetLogLevel(LogLevel::kDebug);
  EXPECT_EQ(Journalled(LogFormat::kText, LogLevel::kDebug, "m"), "<7>m\n");
  EXPECT_EQ(Journalled(LogFormat::kText, LogLevel::kInfo, "m"), "<6>m\n");
  EXPECT_EQ(Journalled(LogFormat::kText, LogLevel::kWarning, "m"), "<4>m\n");
  EXPECT_EQ(Journalled(LogFormat::kText, LogLevel::kError, "m"), "<3>m\n");
  EXPECT_THAT(Journalled(LogFormat::kJson, LogLevel::kError, "m"),
              ContainsRegex("^<3>\\{\"time\":\".*\"message\":\"m\"\\}\n$"));
}

TEST_F(LogTest, AStreamThatIsNotTheJournalIsNotTakenForIt) {
  ::setenv("JOURNAL_STREAM", "1:2", 1);
  SetLogFormat(LogFormat::kText);
  ::unsetenv("JOURNAL_STREAM");
  EXPECT_FALSE(LogIsStructured());
  EXPECT_THAT(Logged(LogLevel::kError, "m"), EndsWith("Z error m\n"));
}

TEST(ParseLogFormat, TakesTheTwoNamesAndNothingElse) {
  EXPECT_EQ(ParseLogFormat("text"), LogFormat::kText);
  EXPECT_EQ(ParseLogFormat("json"), LogFormat::kJson);
  for (const char* text : {"", "JSON", "logfmt"})
    EXPECT_EQ(ParseLogFormat(text), std::nullopt) << text;
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
