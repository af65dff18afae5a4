#include "simulator/push_settings.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/format.h"
#include "base/text.h"
#include "http/client.h"
#include "simulator/json_member.h"

namespace cohort_sync::simulator {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMostHeaders = 5;
constexpr std::size_t kMostProperties = 50;
constexpr std::int64_t kLargestBatch = 10'000;

template <typename Value>
struct Named {
  std::string_view name;
  Value value;
};

constexpr Named<PushKind> kKinds[] = {{"webhook", PushKind::kWebhook},
                                      {"lists", PushKind::kLists},
                                      {"identify", PushKind::kIdentify}};
constexpr Named<PushFrequency> kFrequencies[] = {{"once", PushFrequency::kOnce},
                                                 {"hourly", PushFrequency::kHourly},
                                                 {"daily", PushFrequency::kDaily},
                                                 {"real_time", PushFrequency::kRealTime}};

Status Problem(const char* key, std::string_view expected) {
  return Fail(ErrorCode::kInvalidInput, Format("'{}': expected {}", key, expected));
}

// Leaves `value` as it is when there is no such member.
template <typename Value, std::size_t kCount>
Status ReadNamed(const Json& body,
                 const char* key,
                 const Named<Value> (&table)[kCount],
                 Value& value) {
  if (!body.contains(key)) return {};
  const std::string text = TextMember(body, key);
  std::vector<std::string> names;
  names.reserve(kCount);
  for (const Named<Value>& entry : table) {
    names.emplace_back(entry.name);
    if (entry.name != text) continue;
    value = entry.value;
    return {};
  }
  return Problem(key, "one of " + Join(names, ", "));
}

Status ReadUrl(const Json& body, PushSettings& settings) {
  const std::string url = TextMember(body, "url");
  auto [base_url, target] = http::SplitUrl(url);
  if (const Status usable = http::CheckBaseUrl(base_url); !usable) {
    return Fail(ErrorCode::kInvalidInput, Format("'url': {}", usable.error().message()));
  }
  // Nothing that a stand-in does leaves this machine.
  if (!http::IsLoopback(base_url)) return Problem("url", "an address of this machine");
  if (settings.kind == PushKind::kLists && target.ends_with('/')) target.pop_back();
  settings.base_url = std::move(base_url);
  settings.target = std::move(target);
  return {};
}

Status ReadHeaders(const Json& body, PushSettings& settings) {
  const std::string style = TextMember(body, "secret_style");
  if (body.contains("secret_style") && style != "basic" && style != "bearer") {
    return Problem("secret_style", "basic or bearer");
  }
  if (body.contains("secret")) {
    const std::string secret = TextMember(body, "secret");
    if (secret.empty()) return Problem("secret", "a text");
    const bool basic = style.empty() ? settings.kind != PushKind::kWebhook : style == "basic";
    settings.headers.Add("Authorization",
                         basic ? http::BasicAuthorization(secret, "") : "Bearer " + secret);
  }
  if (body.contains("headers") && !body["headers"].is_object()) {
    return Problem("headers", "an object of texts");
  }
  const Json headers = ObjectMember(body, "headers");
  for (const auto& [name, value] : headers.items()) {
    if (!value.is_string()) return Problem("headers", "an object of texts");
    settings.headers.Add(name, value.get<std::string>());
  }
  for (const auto& [name, value] : settings.headers.fields()) {
    if (!http::IsToken(name) || !http::IsFieldValue(value)) {
      return Problem("headers", Format("a header that can be sent, not '{}'", Printable(name)));
    }
  }
  if (settings.headers.fields().size() > kMostHeaders) {
    return Problem("headers", Format("at most {}, the secret's included", kMostHeaders));
  }
  return {};
}

Status ReadUsers(const Json& body, PushSettings& settings) {
  if (const auto properties = body.find("properties"); properties != body.end()) {
    const bool texts = properties->is_array() && properties->size() <= kMostProperties &&
                       std::all_of(properties->begin(), properties->end(), [](const Json& item) {
                         return item.is_string();
                       });
    if (!texts) return Problem("properties", Format("an array of up to {} texts", kMostProperties));
    settings.properties = properties->get<std::vector<std::string>>();
  }
  if (body.contains("identifier")) {
    settings.identifier = TextMember(body, "identifier");
    if (settings.identifier.empty()) return Problem("identifier", "the name of a property");
  }
  if (const auto size = body.find("batch_size"); size != body.end()) {
    if (!size->is_number_integer() || *size < 1 || *size > kLargestBatch) {
      return Problem("batch_size", Format("a number from 1 to {}", kLargestBatch));
    }
    settings.batch_size = size->get<std::int64_t>();
  }
  return {};
}

Status ReadInto(const Json& body, PushSettings& settings) {
  const std::vector<std::string> known = {"kind",
                                          "url",
                                          "secret",
                                          "secret_style",
                                          "headers",
                                          "properties",
                                          "identifier",
                                          "batch_size",
                                          "frequency"};
  if (!body.is_object()) return Fail(ErrorCode::kInvalidInput, "expected a JSON object");
  for (const auto& [key, value] : body.items()) {
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    return Fail(ErrorCode::kInvalidInput,
                Format("unexpected '{}'; known: {}", Printable(key), Join(known, ", ")));
  }
  if (Status read = ReadNamed(body, "kind", kKinds, settings.kind); !read) return read;
  if (Status read = ReadUrl(body, settings); !read) return read;
  if (Status read = ReadHeaders(body, settings); !read) return read;
  if (Status read = ReadUsers(body, settings); !read) return read;
  return ReadNamed(body, "frequency", kFrequencies, settings.frequency);
}

}  // namespace

Result<PushSettings> ParsePushSettings(std::string_view json) {
  PushSettings settings;
  if (const Status read = ReadInto(Json::parse(json, nullptr, false), settings); !read) {
    return Fail(read.error());
  }
  return settings;
}

std::string_view KindName(PushKind kind) {
  return kKinds[static_cast<std::size_t>(kind)].name;
}

std::string_view FrequencyName(PushFrequency frequency) {
  return kFrequencies[static_cast<std::size_t>(frequency)].name;
}

Duration PeriodOf(PushFrequency frequency) {
  switch (frequency) {
    case PushFrequency::kOnce:
      return Duration(0);
    case PushFrequency::kHourly:
      return std::chrono::hours(1);
    case PushFrequency::kDaily:
      return std::chrono::hours(24);
    case PushFrequency::kRealTime:
      return std::chrono::minutes(1);
  }
  return Duration(0);
}

}  // namespace cohort_sync::simulator
