#include "simulator/amplitude_answers.h"

#include <nlohmann/json.hpp>

#include "base/format.h"
#include "simulator/exchange.h"

namespace cohort_sync::simulator {

http::Reply AmplitudeError(int status, std::string_view details) {
  const nlohmann::ordered_json body = {
      {"error",
       {{"http_code", status}, {"type", "unspecified"}, {"metadata", {{"details", details}}}}}};
  return JsonReply(status, body.dump());
}

http::Reply StorageError(int status, std::string_view code, std::string_view message) {
  return TypedReply(status,
                    "application/xml",
                    Format("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                           "<Error><Code>{}</Code><Message>{}</Message></Error>",
                           code,
                           message));
}

}  // namespace cohort_sync::simulator
