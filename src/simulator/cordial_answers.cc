#include "simulator/cordial_answers.h"

#include <nlohmann/json.hpp>

#include "base/time_text.h"
#include "simulator/exchange.h"

namespace cohort_sync::simulator {
namespace {

using Json = nlohmann::ordered_json;

// The text may quote a path or a key of the request, with any bytes.
http::Reply Dumped(int status, const Json& body) {
  return JsonReply(status, body.dump(-1, ' ', false, Json::error_handler_t::replace));
}

}  // namespace

http::Reply CordialError(int status, std::string_view key, std::string_view message) {
  return Dumped(status, {{"error", true}, {"errorKey", key}, {"message", message}});
}

http::Reply CordialPlainError(int status, std::string_view text) {
  return Dumped(status, {{"error", text}});
}

http::Reply AccessDenied(int status) {
  return CordialPlainError(status, "Access Denied: Authentication Failure");
}

http::Reply RecordNotFound() {
  return CordialError(404, "RECORD_NOT_FOUND", "record not found");
}

std::string CordialTime(TimePoint time) {
  std::string text = FormatTime(time);
  text.pop_back();  // The Z.
  return text + "+0000";
}

}  // namespace cohort_sync::simulator
