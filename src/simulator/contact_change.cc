#include "simulator/contact_change.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "base/format.h"
#include "simulator/exchange.h"

namespace cohort_sync::simulator {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kEmailField = "channels.email.address";

bool FitsType(const Json& value, const std::string& type) {
  if (value.is_null()) return true;  // Empties the attribute.
  if (type == "string" || type == "date") return value.is_string();
  if (type == "number") return value.is_number();
  if (type == "array") return value.is_array();
  return value.is_object();
}

// Fills a ContactChange from one body.
class Reader {
 public:
  explicit Reader(const ContactStore& store) : store_(store) {}

  ContactChange Read(const Json& body) {
    for (const auto& [key, value] : body.items()) {
      if (!ReadNamed(key, value)) ReadDynamic(key, value);
    }
    return std::move(change_);
  }

 private:
  void Problem(std::string_view field, std::string text) {
    change_.problems[std::string(field)].push_back(std::move(text));
  }

  // The keys that Cordial itself gives a meaning (2.5); false for any other.
  bool ReadNamed(const std::string& key, const Json& value) {
    if (key == "channels") {
      ReadChannels(value);
    } else if (key == "email") {
      ReadEmail(value);
    } else if (key == "cID") {
      if (value.is_string()) change_.cid = value.get<std::string>();
    } else if (key == "identifyBy") {
      ReadIdentifyBy(value);
    } else if (key == "suppressTriggers") {
      if (!value.is_boolean()) Problem(key, "Incorrect value for suppressTriggers");
    } else if (key == "forceSubscribe") {
      change_.force_subscribe = value == true;
    } else {
      return key == "request_source";
    }
    return true;
  }

  void ReadEmail(const Json& value) {
    if (value.is_string() && LooksLikeEmail(value.get<std::string>())) {
      change_.email = value.get<std::string>();
    } else {
      Problem(kEmailField, "Address not exists");
    }
  }

  void ReadChannels(const Json& channels) {
    if (!channels.is_object()) {
      Problem("channels", "The channels must be an object");
      return;
    }
    for (const auto& [key, channel] : channels.items()) {
      if (key != "email" || !channel.is_object()) {
        Problem("channels." + key,
                Format("key {} is not part of the schema for this resource", key));
        continue;
      }
      if (channel.contains("address")) ReadEmail(channel["address"]);
      if (channel.contains("subscribeStatus")) ReadStatus(channel["subscribeStatus"]);
    }
  }

  void ReadStatus(const Json& value) {
    if (value == "none" || value == "subscribed" || value == "unsubscribed") {
      change_.subscribe_status = value.get<std::string>();
    } else {
      Problem("channels.email.subscribeStatus", "The selected subscribeStatus is invalid");
    }
  }

  void ReadIdentifyBy(const Json& value) {
    const bool texts =
        value.is_array() &&
        std::all_of(value.begin(), value.end(), [](const Json& key) { return key.is_string(); });
    if (!texts) {
      Problem("identifyBy", "Search field is not correct");
      return;
    }
    change_.identify_by = value.get<std::vector<std::string>>();
  }

  // A list name or the key of an attribute, case as it is; both have to exist (2.5).
  void ReadDynamic(const std::string& key, const Json& value) {
    if (const AccountList* list = store_.FindList(key)) {
      if (value.is_boolean()) {
        change_.lists[list->id] = value.get<bool>();
      } else {
        Problem(key, Format("The {} field must be true or false", key));
      }
      return;
    }
    const auto attribute = store_.attributes().find(key);
    if (attribute == store_.attributes().end()) {
      Problem(key, Format("key {} is not part of the schema for this resource", key));
    } else if (!FitsType(value, attribute->second.type)) {
      Problem(key, Format("The {} field must be of type {}", key, attribute->second.type));
    } else {
      change_.attributes[key] = value.dump();
    }
  }

  const ContactStore& store_;
  ContactChange change_;
};

}  // namespace

ContactChange ReadContactChange(std::string_view json, const ContactStore& store) {
  return Reader(store).Read(Json::parse(json));
}

std::string AttributeText(const std::string& json) {
  const Json value = Json::parse(json);
  return value.is_string() ? value.get<std::string>() : json;
}

// local@domain.tld without white space and control characters.
bool LooksLikeEmail(std::string_view address) {
  const std::size_t at = address.find('@');
  if (at == 0 || at == std::string_view::npos) return false;
  const std::string_view domain = address.substr(at + 1);
  const std::size_t dot = domain.rfind('.');
  if (dot == 0 || dot == std::string_view::npos || dot + 1 == domain.size()) return false;
  if (domain.find('@') != std::string_view::npos) return false;
  return std::none_of(address.begin(), address.end(), [](char c) {
    return static_cast<unsigned char>(c) <= ' ' || c == '\x7f';
  });
}

http::Reply ProblemsReply(const ContactChange& change) {
  const Json body = {{"error", true},
                     {"errorKey", "GENERIC_ERROR_KEY"},
                     {"messages", {{"validationErrors", change.problems}}}};
  return JsonReply(422, body.dump(-1, ' ', false, Json::error_handler_t::replace));
}

}  // namespace cohort_sync::simulator
