#include "cordial/contact_request.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "base/format.h"
#include "base/text.h"
#include "cordial/list_name.h"

namespace cohort_sync::cordial {
namespace {

constexpr std::string_view kChannelPrefix = "channels.";
constexpr std::string_view kAddressSuffix = ".address";
constexpr std::size_t kCidLength = 24;

bool IsLetterOrDigit(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool IsHexDigit(char c) {
  return (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f') || (c >= '0' && c <= '9');
}

bool IsCid(std::string_view identifier_name) {
  return EqualsIgnoringCase(identifier_name, "cID");
}

// "email" for "email" and "channels.email.address", "sms" for "channels.sms.address"; empty for an
// identifier that is an attribute.
std::string_view ChannelOf(std::string_view identifier_name) {
  if (identifier_name == "email") return identifier_name;
  if (!identifier_name.starts_with(kChannelPrefix) || !identifier_name.ends_with(kAddressSuffix) ||
      identifier_name.size() <= kChannelPrefix.size() + kAddressSuffix.size()) {
    return {};
  }
  identifier_name.remove_prefix(kChannelPrefix.size());
  identifier_name.remove_suffix(kAddressSuffix.size());
  return identifier_name;
}

// The name that `identifyBy` and the path use: both spellings of e-mail are "email" there.
std::string_view KeyOf(const IdentifierMapping& identifier) {
  return ChannelOf(identifier.name) == "email" ? std::string_view("email") : identifier.name;
}

Status CheckContact(const IdentifierMapping& identifier, const std::string& contact) {
  if (contact.empty()) return Fail(ErrorCode::kInvalidInput, "the contact identifier is empty");
  if (!IsValidUtf8(contact)) {
    return Fail(ErrorCode::kInvalidInput,
                Format("the contact identifier '{}' is not valid UTF-8", Printable(contact)));
  }
  const bool is_cid =
      contact.size() == kCidLength && std::all_of(contact.begin(), contact.end(), IsHexDigit);
  if (IsCid(identifier.name) && !is_cid) {
    return Fail(ErrorCode::kInvalidInput,
                Format("the contact identifier '{}' is not a cID: {} hexadecimal digits are "
                       "expected; check contact_identifier_mapping",
                       Printable(contact),
                       kCidLength));
  }
  return {};
}

std::string ContactPath(const IdentifierMapping& identifier, std::string_view contact) {
  if (IsCid(identifier.name)) return PercentEncode(contact);
  return PercentEncode(KeyOf(identifier)) + ":" + PercentEncode(contact);
}

// Names need no quoting: CheckIdentifierName and CheckListName let nothing through that would.
std::string QuotedName(std::string_view name) {
  std::string quoted;
  quoted.reserve(name.size() + 2);
  return quoted.append(1, '"').append(name).append(1, '"');
}

// The members of a body that say whom it is about.
std::string Identify(const IdentifierMapping& identifier, const std::string& contact) {
  const std::string_view channel = ChannelOf(identifier.name);
  const std::string value = nlohmann::json(contact).dump();
  std::string members =
      channel.empty() ? QuotedName(identifier.name) + ":" + value
                      : "\"channels\":{" + QuotedName(channel) + ":{\"address\":" + value + "}}";
  return members + ",\"identifyBy\":[" + QuotedName(KeyOf(identifier)) + "],";
}

// Written as text, since a tree of it is most of what a call costs the thread that makes it.
std::string BodyOf(const IdentifierMapping& identifier, const Delivery& delivery, bool creates) {
  std::string body = "{";
  if (creates) body += Identify(identifier, delivery.contact);
  body += QuotedName(delivery.list.value());
  body += delivery.kind == OperationKind::kAdd ? ":true}" : ":false}";
  return body;
}

}  // namespace

Status CheckIdentifierName(std::string_view name) {
  const bool is_clean = !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return IsLetterOrDigit(c) || c == '_' || c == '-' || c == '.';
  });
  const bool is_address = !ChannelOf(name).empty() || IsCid(name);
  if (is_clean && (is_address || !IsReservedKey(name))) return {};
  return Fail(ErrorCode::kConfiguration,
              Format("contact_identifier_name '{}': {}; set it to the key of a unique Cordial "
                     "attribute, for example 'email'",
                     Printable(name),
                     is_clean ? "Cordial keeps that name for something else"
                              : "a Cordial key has letters, digits, '_', '-' and '.' only"));
}

bool CreatesContact(const ContactCallSettings& settings, OperationKind kind) {
  return kind == OperationKind::kAdd && settings.create_missing_contacts &&
         !IsCid(settings.identifier.name);
}

Result<http::Request> MakeContactRequest(const ContactCallSettings& settings,
                                         const Delivery& delivery) {
  if (const Status contact = CheckContact(settings.identifier, delivery.contact); !contact) {
    return Fail(contact.error());
  }
  const bool creates = CreatesContact(settings, delivery.kind);
  std::string target = settings.path_prefix + "/contacts";
  if (!creates) target += "/" + ContactPath(settings.identifier, delivery.contact);

  http::Request request =
      MakeRequest(creates ? "POST" : "PUT", std::move(target), settings.authorization);
  request.headers.Add("Content-Type", "application/json");
  request.body = BodyOf(settings.identifier, delivery, creates);
  return request;
}

http::Request MakeRequest(std::string_view method,
                          std::string target,
                          const std::string& authorization) {
  return http::Request{
      .method = std::string(method),
      .target = std::move(target),
      .headers = {{"Authorization", authorization}, {"Accept", "application/json"}},
      .body = ""};
}

}  // namespace cohort_sync::cordial
