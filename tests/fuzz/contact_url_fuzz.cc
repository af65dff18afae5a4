// From a contact identifier to the URL of its call. Lines: endpoint, identifier name, list name,
// and then the identifier.
#include <cstdint>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "base/check.h"
#include "base/text.h"
#include "cordial/contact_request.h"
#include "cordial/endpoint.h"
#include "cordial/list_name.h"
#include "fuzz/fuzz_input.h"
#include "fuzz/message_law.h"
#include "http/client.h"
#include "http/request_check.h"

namespace cohort_sync::cordial {
namespace {

bool IsEmail(std::string_view name) {
  return name == "email" || name == "channels.email.address";
}

// One piece of a path: no dot segment, and only what RFC 3986 takes there.
void CheckSegment(std::string_view segment) {
  CHECK(!segment.empty() && segment != "." && segment != "..");
  for (const char c : segment)
    CHECK(c > ' ' && c < '\x7F' &&
          std::string_view("/?#\\\"<>@").find(c) == std::string_view::npos);
  CHECK(PercentDecode(segment).has_value());
}

void CheckEndpoint(const Endpoint& endpoint) {
  CHECK(http::CheckBaseUrl(endpoint.origin).has_value());
  CHECK(ParseEndpoint(endpoint.Url()) == endpoint);
  const auto pieces = Split(endpoint.path_prefix, '/');
  CHECK(pieces.size() >= 2 && pieces.front().empty() && pieces.back() == "v2");
  for (std::size_t i = 1; i < pieces.size(); ++i) {
    CheckSegment(pieces[i]);
    CHECK(PercentDecode(pieces[i]) == pieces[i]);
  }
}

// Behind the prefix: "contacts" and, for a PUT, one piece that leads back to the contact.
void CheckPath(const ContactCallSettings& settings,
               const http::Request& request,
               const std::string& contact) {
  CHECK(request.target.starts_with(settings.path_prefix + "/contacts"));
  const auto pieces =
      Split(std::string_view(request.target).substr(settings.path_prefix.size() + 1), '/');
  CHECK(pieces.size() == (request.method == "PUT" ? 2U : 1U) && pieces[0] == "contacts");
  if (request.method != "PUT") return;
  CheckSegment(pieces[1]);
  const auto parts = Split(pieces[1], ':');
  CHECK(PercentDecode(parts.back()) == contact);
  if (EqualsIgnoringCase(settings.identifier.name, "cID")) {
    CHECK(parts.size() == 1 && parts[0].size() == 24);
  } else {
    const std::string& name = settings.identifier.name;
    CHECK(parts.size() == 2 && PercentDecode(parts[0]) == (IsEmail(name) ? "email" : name));
  }
}

// The membership and, for a POST, who it is about; nothing else.
void CheckBody(const http::Request& request, const Delivery& delivery) {
  const auto body = nlohmann::json::parse(request.body);
  CHECK(body.at(delivery.list.value()) == (delivery.kind == OperationKind::kAdd));
  CHECK(body.size() == (request.method == "POST" ? 3U : 1U));
  if (request.method == "POST") CHECK(body.at("identifyBy").size() == 1);
}

void CheckRequests(const ContactCallSettings& settings,
                   const ListName& list,
                   const std::string& contact) {
  for (const OperationKind kind : {OperationKind::kAdd, OperationKind::kRemove}) {
    const Delivery delivery{.kind = kind, .contact = contact, .list = list};
    const Result<http::Request> request = MakeContactRequest(settings, delivery);
    if (!request) {
      CheckMessage(request.error().message());
      continue;
    }
    CHECK(!http::RequestObjection(*request));
    CHECK((request->method == "POST") == CreatesContact(settings, kind));
    CheckPath(settings, *request, contact);
    CheckBody(*request, delivery);
  }
}

}  // namespace
}  // namespace cohort_sync::cordial

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace cohort_sync;           // NOLINT(google-build-using-namespace)
  using namespace cohort_sync::cordial;  // NOLINT(google-build-using-namespace)
  FuzzInput input(bytes, size);
  const Result<Endpoint> endpoint = ParseEndpoint(input.Line());
  const std::string identifier_name(input.Line());
  const Result<ListName> list = CheckListName(input.Line(), identifier_name);
  const std::string contact(input.Rest());
  if (endpoint) {
    CheckEndpoint(*endpoint);
  } else {
    CheckMessage(endpoint.error().message());
  }
  if (const Status name = CheckIdentifierName(identifier_name); !name) {
    CheckMessage(name.error().message());
    return 0;
  }
  if (!endpoint || !list) return 0;

  ContactCallSettings settings;
  settings.path_prefix = endpoint->path_prefix;
  settings.authorization = "Basic a2V5Og==";
  settings.identifier = {identifier_name, "property"};
  for (const bool create : {true, false}) {
    settings.create_missing_contacts = create;
    CheckRequests(settings, *list, contact);
  }
  // What a snapshot takes as an identifier can be sent, but for values that are no cID.
  std::string scratch;
  const auto member = NormalizeIdentifier(settings.identifier.kind(), contact, scratch);
  const Delivery removal{OperationKind::kRemove, std::string(member.value), *list};
  if (member.accepted && !EqualsIgnoringCase(identifier_name, "cID"))
    CHECK(MakeContactRequest(settings, removal).has_value());
  return 0;
}
