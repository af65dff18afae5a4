#include "web/notification_text.h"

#include <nlohmann/json.hpp>

#include "base/format.h"
#include "base/redaction.h"
#include "base/time_text.h"

namespace cohort_sync::web {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kRecovered = "recovered";
constexpr const char* kTest = "test";
constexpr const char* kTestText = "cohort-sync can send notifications here";

Json TextOrNull(const std::string& text) {
  return text.empty() ? Json(nullptr) : Json(text);
}

std::string Dump(const Json& json) {
  return Redact(json.dump(-1, ' ', false, Json::error_handler_t::replace));
}

// What Slack reads as markup (its documentation: "Escaping text").
std::string ForSlack(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

std::string SlackBody(const std::string& text) {
  const Json section = {{"type", "section"}, {"text", {{"type", "mrkdwn"}, {"text", text}}}};
  return Dump({{"text", text}, {"blocks", Json::array({section})}});
}

Json TestMessage(TimePoint now) {
  AlertMessage message;
  message.at = now;
  message.message = kTestText;
  Json json = Json::parse(NotificationJson(message));
  json["event"] = kTest;
  return json;
}

}  // namespace

std::string NotificationJson(const AlertMessage& message) {
  const std::string kind(ToString(message.kind));
  Json json;
  json["event"] = message.recovered ? std::string(kRecovered) : kind;
  json["of"] = message.recovered ? Json(kind) : Json(nullptr);
  json["at"] = FormatTime(message.at);
  json["cohort"] = TextOrNull(message.cohort);
  json["cohort_name"] = TextOrNull(message.cohort_name);
  json["list"] = TextOrNull(message.list);
  json["destination"] = TextOrNull(message.destination);
  json["project"] = TextOrNull(message.project);
  json["run"] = message.run ? Json(message.run->value()) : Json(nullptr);
  json["numbers"] = Json::object();
  for (const auto& [name, number] : message.numbers)
    json["numbers"][name] = number;
  json["message"] = message.message;
  json["next_step"] = TextOrNull(message.next_step);
  return Dump(json);
}

std::string NotificationForSlack(const AlertMessage& message) {
  const std::string kind(ToString(message.kind));
  std::string text = Format("*{}* {}",
                            message.recovered ? Format("{}: {}", kRecovered, kind) : kind,
                            ForSlack(message.message));
  if (!message.next_step.empty()) text += Format("\n`{}`", ForSlack(message.next_step));
  return SlackBody(text);
}

std::string TestJson(TimePoint now) {
  return Dump(TestMessage(now));
}

std::string TestForSlack() {
  return SlackBody(kTestText);
}

}  // namespace cohort_sync::web
