#include "amplitude/call_error.h"

#include <string>

#include <nlohmann/json.hpp>

#include "base/format.h"
#include "base/text.h"

namespace cohort_sync::amplitude {
namespace {

using Json = nlohmann::json;

std::string TextAt(const Json& object, const char* name) {
  const auto found = object.is_object() ? object.find(name) : object.end();
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// Amplitude's own words in an error answer, or how the body begins.
std::string Words(const std::string& body) {
  const Json parsed = Json::parse(body, nullptr, /*allow_exceptions=*/false);
  if (parsed.is_object() && parsed.contains("error")) {
    const Json& error = parsed["error"];
    if (error.is_string()) return error.get<std::string>();
    if (error.is_object() && error.contains("metadata")) {
      if (std::string details = TextAt(error["metadata"], "details"); !details.empty())
        return details;
    }
    if (std::string message = TextAt(error, "message"); !message.empty()) return message;
  }
  return std::string(Trim(body));
}

// Seconds; the other form, a date, was never seen here.
std::optional<Duration> RetryAfter(const http::Headers& headers) {
  constexpr std::int64_t kMost = 86'400;
  const auto value = headers.Find("Retry-After");
  const auto seconds = value ? ParseInteger(Trim(*value)) : std::nullopt;
  if (!seconds || *seconds > kMost) return std::nullopt;
  return std::chrono::seconds(*seconds);
}

ErrorCode CodeOf(int status) {
  if (status == 401 || status == 403) return ErrorCode::kUnauthorized;
  if (status == 404 || status == 410) return ErrorCode::kNotFound;
  if (status == 429 || status >= 500) return ErrorCode::kUnavailable;
  if (status >= 300 && status < 400) return ErrorCode::kConfiguration;
  return ErrorCode::kRejected;
}

bool MonthSpent(int status, const std::string& words) {
  return status == 429 && ToLowerAscii(words).find("month") != std::string::npos;
}

// The region is the usual reason for an unknown key, since each region has keys of its own.
std::string NextStep(int status, const std::string& words) {
  if (words.find("Invalid API Key") != std::string::npos) {
    return "the API key is not known there, most likely the project is in the other region; check "
           "'region' (us or eu) and 'api_key' of the project";
  }
  if (words.find("Invalid API/Secret Key") != std::string::npos) {
    return "the secret key does not belong to the API key; check 'secret_key' of the project";
  }
  if (status == 401 || status == 403)
    return "check 'region', 'api_key' and 'secret_key' of the project";
  if (status == 400) return "the request was not accepted; check the cohort's id and the property";
  if (status == 404 || status == 410)
    return "there is no such thing in this project; check the cohort's id and 'region'";
  if (MonthSpent(status, words))
    return "the project's exports of this month are spent; the next month begins on its first day, "
           "UTC";
  if (status == 429) {
    return "a limit of the project is reached (60 exports in 10 minutes, 500 in a month); try "
           "again later";
  }
  if (status >= 500) return "try again later";
  if (status >= 300 && status < 400)
    return "a redirect is not followed here; check 'region' or 'base_url' of the project";
  return "this answer was not expected; check 'region' or 'base_url' of the project";
}

}  // namespace

CallError ExplainAnswer(std::string_view call,
                        std::string_view origin,
                        const http::Response& response) {
  const int status = response.status;
  const std::string words = Words(response.body);
  std::string message = Format("{}: {} answered {}", call, origin, status);
  if (!words.empty()) message += Format(" '{}'", Printable(words));
  return {Error(CodeOf(status), message + ": " + NextStep(status, words)),
          status,
          (status == 429 || status >= 500) && !MonthSpent(status, words),
          RetryAfter(response.headers),
          MonthSpent(status, words)};
}

CallError ExplainFailure(std::string_view call,
                         std::string_view origin,
                         const http::Failure& failure) {
  switch (failure.kind) {
    case http::FailureKind::kInterrupted:
      return Interrupted(call);
    case http::FailureKind::kTooLarge:
      return {Error(ErrorCode::kInvalidInput,
                    Format("{}: the answer of {} is too large: {}", call, origin, failure.message)),
              0,
              false,
              std::nullopt};
    case http::FailureKind::kNotSent:
    case http::FailureKind::kTimedOut:
    case http::FailureKind::kCutOff:
      break;
  }
  return {Error(ErrorCode::kUnavailable,
                Format("{}: no whole answer from {}: {}", call, origin, failure.message)),
          0,
          true,
          std::nullopt};
}

CallError UnknownShape(std::string_view call,
                       std::string_view origin,
                       const http::Response& response) {
  const std::string_view body = Trim(response.body);
  const std::string quoted =
      body.empty() ? "nothing"
                   : Format("{}'{}'", body.front() == '<' ? "a page: " : "", Printable(body));
  return {Error(ErrorCode::kInvalidInput,
                Format("{}: {} answered {} with {}, which is not what it documents; check 'region' "
                       "or 'base_url' of the project",
                       call,
                       origin,
                       response.status,
                       quoted)),
          response.status,
          false,
          RetryAfter(response.headers)};
}

CallError Interrupted(std::string_view call) {
  return {Error(ErrorCode::kInterrupted, Format("{}: interrupted", call)), 0, false, std::nullopt};
}

}  // namespace cohort_sync::amplitude
