#include "simulator/push_settings.h"

#include <string>

#include <gtest/gtest.h>

#include "http/client.h"

namespace cohort_sync::simulator {
namespace {

std::string Problem(const char* json) {
  const Result<PushSettings> settings = ParsePushSettings(json);
  return settings ? "(none)" : settings.error().message();
}

TEST(ParsePushSettings, NeedsAnAddressOnly) {
  const PushSettings settings =
      ParsePushSettings(R"({"url":"http://127.0.0.1:8321/hook?x=1"})").value();
  EXPECT_EQ(settings.kind, PushKind::kWebhook);
  EXPECT_EQ(settings.base_url, "http://127.0.0.1:8321");
  EXPECT_EQ(settings.target, "/hook?x=1");
  EXPECT_EQ(settings.batch_size, 1'000);
  EXPECT_EQ(settings.frequency, PushFrequency::kHourly);
  EXPECT_TRUE(settings.headers.fields().empty());
}

TEST(ParsePushSettings, ReadsWhatThereIsToSay) {
  const PushSettings settings = ParsePushSettings(R"({"kind":"lists",
      "url":"http://localhost:8321/amplitude/lists/","secret":"k3y","headers":{"X-App":"7"},
      "identifier":"email","batch_size":10000,"frequency":"real_time"})")
                                    .value();
  EXPECT_EQ(settings.kind, PushKind::kLists);
  EXPECT_EQ(settings.target, "/amplitude/lists");
  EXPECT_EQ(settings.headers.Find("Authorization"), http::BasicAuthorization("k3y", ""));
  EXPECT_EQ(settings.headers.Find("X-App"), "7");
  EXPECT_EQ(settings.identifier, "email");
  EXPECT_EQ(settings.batch_size, 10'000);
  EXPECT_EQ(PeriodOf(settings.frequency), std::chrono::minutes(1));
}

TEST(ParsePushSettings, ASecretGoesAsItsStyleSays) {
  const auto authorization = [](const char* json) {
    return std::string(ParsePushSettings(json)->headers.Find("Authorization").value());
  };
  EXPECT_EQ(authorization(R"({"url":"http://127.0.0.1","secret":"k3y"})"), "Bearer k3y");
  EXPECT_EQ(authorization(R"({"url":"http://127.0.0.1","secret":"k3y","secret_style":"basic"})"),
            http::BasicAuthorization("k3y", ""));
  EXPECT_EQ(
      authorization(
          R"({"kind":"lists","url":"http://127.0.0.1","secret":"k","secret_style":"bearer"})"),
      "Bearer k");
}

TEST(ParsePushSettings, NamesWhatCannotBeUsed) {
  EXPECT_EQ(Problem("[]"), "expected a JSON object");
  EXPECT_EQ(Problem("{"), "expected a JSON object");
  EXPECT_EQ(Problem(R"({"uri":1})"),
            "unexpected 'uri'; known: kind, url, secret, secret_style, headers, properties, "
            "identifier, batch_size, frequency");
  EXPECT_EQ(Problem(R"({"kind":"email"})"), "'kind': expected one of webhook, lists, identify");
  EXPECT_EQ(Problem("{}"),
            "'url': base url '': no scheme; write https://host or https://host:port");
  EXPECT_EQ(Problem(R"({"url":"https://example.com/hook"})"),
            "'url': expected an address of this machine");
  EXPECT_EQ(Problem(R"({"url":"http://127.0.0.1","batch_size":10001})"),
            "'batch_size': expected a number from 1 to 10000");
  EXPECT_EQ(Problem(R"({"url":"http://127.0.0.1","secret":"k","secret_style":"x"})"),
            "'secret_style': expected basic or bearer");
  EXPECT_EQ(Problem(R"({"url":"http://127.0.0.1","secret":""})"), "'secret': expected a text");
  EXPECT_EQ(Problem(R"({"url":"http://127.0.0.1","headers":{"A":1}})"),
            "'headers': expected an object of texts");
  EXPECT_EQ(Problem(R"({"url":"http://127.0.0.1","headers":{"A b":"1"}})"),
            "'headers': expected a header that can be sent, not 'A b'");
  EXPECT_EQ(Problem(R"({"url":"http://127.0.0.1","secret":"k",
                        "headers":{"A":"1","B":"1","C":"1","D":"1","E":"1"}})"),
            "'headers': expected at most 5, the secret's included");
  EXPECT_EQ(Problem(R"({"url":"http://127.0.0.1","properties":"email"})"),
            "'properties': expected an array of up to 50 texts");
  EXPECT_EQ(Problem(R"({"url":"http://127.0.0.1","identifier":""})"),
            "'identifier': expected the name of a property");
  EXPECT_EQ(Problem(R"({"url":"http://127.0.0.1","frequency":"weekly"})"),
            "'frequency': expected one of once, hourly, daily, real_time");
}

}  // namespace
}  // namespace cohort_sync::simulator
