#include "web/notification_text.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/redaction.h"
#include "support/fake_clock.h"

namespace cohort_sync::web {
namespace {

AlertMessage Held() {
  AlertMessage message;
  message.kind = AlertKind::kHeld;
  message.at = FakeClock::kStart;
  message.cohort = "7khm89cz";
  message.cohort_name = "big <spenders> & co";
  message.list = "bigspenders";
  message.destination = "cordial";
  message.project = "web";
  message.run = RunId(5);
  message.numbers = {{"held_adds", 0}, {"held_removals", 900}};
  message.message = "'big <spenders> & co' (7khm89cz): run 5 holds 900 removals";
  message.next_step = "cohort-sync run 5";
  return message;
}

TEST(NotificationText, JsonIsAsReadmeSays) {
  EXPECT_EQ(NotificationJson(Held()),
            R"({"event":"held","of":null,"at":"2026-11-21T06:00:00Z","cohort":"7khm89cz",)"
            R"("cohort_name":"big <spenders> & co","list":"bigspenders","destination":"cordial",)"
            R"("project":"web","run":5,"numbers":{"held_adds":0,"held_removals":900},)"
            R"("message":"'big <spenders> & co' (7khm89cz): run 5 holds 900 removals",)"
            R"("next_step":"cohort-sync run 5"})");
}

TEST(NotificationText, RecoveredSaysOfWhatAndUnknownIsNull) {
  AlertMessage message;
  message.recovered = true;
  message.kind = AlertKind::kBudget;
  message.at = FakeClock::kStart;
  message.project = "web";
  message.message = "project 'web': 400 exports are left";
  EXPECT_EQ(NotificationJson(message),
            R"({"event":"recovered","of":"budget","at":"2026-11-21T06:00:00Z","cohort":null,)"
            R"("cohort_name":null,"list":null,"destination":null,"project":"web","run":null,)"
            R"("numbers":{},"message":"project 'web': 400 exports are left","next_step":null})");
}

TEST(NotificationText, SlackReadsNoMarkupInNames) {
  const std::string text =
      "*held* 'big &lt;spenders&gt; &amp; co' (7khm89cz): run 5 holds 900 removals\n"
      "`cohort-sync run 5`";
  const auto body = nlohmann::json::parse(NotificationForSlack(Held()));
  EXPECT_EQ(body["text"], text);
  EXPECT_EQ(body["blocks"],
            nlohmann::json::array(
                {{{"type", "section"}, {"text", {{"type", "mrkdwn"}, {"text", text}}}}}));
  AlertMessage over = Held();
  over.recovered = true;
  over.next_step.clear();
  EXPECT_EQ(nlohmann::json::parse(NotificationForSlack(over))["text"],
            "*recovered: held* 'big &lt;spenders&gt; &amp; co' (7khm89cz): run 5 holds 900 "
            "removals");
}

TEST(NotificationText, SecretsAreBlankedOut) {
  RegisterForRedaction("notification-text-secret");
  AlertMessage message = Held();
  message.message = "refused: notification-text-secret";
  EXPECT_EQ(NotificationJson(message).find("notification-text-secret"), std::string::npos);
  EXPECT_EQ(NotificationForSlack(message).find("notification-text-secret"), std::string::npos);
}

TEST(NotificationText, TestMessageIsAnEventOfItsOwn) {
  const auto body = nlohmann::json::parse(TestJson(FakeClock::kStart));
  EXPECT_EQ(body["event"], "test");
  EXPECT_EQ(body["at"], "2026-11-21T06:00:00Z");
  EXPECT_EQ(body["message"], "cohort-sync can send notifications here");
  EXPECT_EQ(nlohmann::json::parse(TestForSlack())["text"],
            "cohort-sync can send notifications here");
}

}  // namespace
}  // namespace cohort_sync::web
