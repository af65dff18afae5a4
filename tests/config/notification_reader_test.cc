#include "config/notification_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/print_config_problem.h"

namespace cohort_sync {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class NotificationReaderTest : public ::testing::Test {
 protected:
  std::vector<NotificationConfig> Read(const std::string& text) {
    problems.clear();
    const auto value = ParseJson(text, problems);
    return value ? ReadNotifications(*value, problems) : std::vector<NotificationConfig>();
  }
  AlertThresholds Alerts(const std::string& text) {
    problems.clear();
    return ReadAlerts(ParseJson(text, problems).value(), problems);
  }
  // "path: message" of the only one.
  std::string Problem() {
    EXPECT_THAT(problems, SizeIs(1));
    return problems.empty() ? "" : problems[0].path + ": " + problems[0].message;
  }

  ConfigProblems problems;
};

TEST_F(NotificationReaderTest, AddressIsAReferenceOrItself) {
  const auto all = Read(R"([{"url": "env:HOOK", "format": "slack"},
                            {"url": "https://alerts.example.com/x", "format": "json"},
                            {"url": "http://127.0.0.1:9/x", "format": "json"}])");
  EXPECT_THAT(problems, IsEmpty());
  ASSERT_THAT(all, SizeIs(3));
  EXPECT_EQ(all[0].name, "env:HOOK");
  EXPECT_EQ(all[0].secret, (SecretReference{SecretReference::Kind::kEnvironment, "HOOK"}));
  EXPECT_EQ(all[0].format, NotificationFormat::kSlack);
  EXPECT_EQ(all[1].name, "https://alerts.example.com/x");
  EXPECT_FALSE(all[1].secret);
  EXPECT_EQ(all[1].format, NotificationFormat::kJson);
}

TEST_F(NotificationReaderTest, WithoutEventsItIsToldOfAll) {
  const auto all = Read(R"([{"url": "env:A", "format": "json"},
                            {"url": "env:B", "format": "json", "events": ["held", "failed"]},
                            {"url": "env:C", "format": "json", "events": "parked"}])");
  EXPECT_THAT(problems, IsEmpty());
  ASSERT_THAT(all, SizeIs(3));
  EXPECT_THAT(all[0].events, SizeIs(std::size(kAlertKinds)));
  EXPECT_THAT(all[1].events, ElementsAre(AlertKind::kFailed, AlertKind::kHeld));
  EXPECT_THAT(all[2].events, ElementsAre(AlertKind::kParked));
}

TEST_F(NotificationReaderTest, SecretAddressIsNotRepeated) {
  Read(R"([{"url": "hooks.slack.com/services/T0/B0/XXXX", "format": "slack"}])");
  EXPECT_EQ(Problem().find("XXXX"), std::string::npos);
}

TEST_F(NotificationReaderTest, PlainHttpIsForThisMachine) {
  Read(R"([{"url": "http://alerts.example.com/x", "format": "json"}])");
  EXPECT_EQ(Problem(),
            "notifications[0].url: 'http://alerts.example.com/x' is plain http, which is accepted "
            "for this machine only; use https");
}

TEST_F(NotificationReaderTest, ThresholdsHaveDefaults) {
  const AlertThresholds none = Alerts("{}");
  EXPECT_EQ(none.parked_percent, 5);
  EXPECT_EQ(none.overdue_periods, 3);
  EXPECT_EQ(none.overdue_after, std::nullopt);
  EXPECT_EQ(none.budget_percent, 10);
  const AlertThresholds all =
      Alerts(R"({"parked_percent": 1, "overdue_after": "6h", "budget_percent": 20})");
  EXPECT_THAT(problems, IsEmpty());
  EXPECT_EQ(all.parked_percent, 1);
  EXPECT_EQ(all.overdue_after, std::chrono::hours(6));
  EXPECT_EQ(all.budget_percent, 20);
}

}  // namespace
}  // namespace cohort_sync
