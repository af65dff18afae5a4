#include "simulator/contact_change.h"

#include <algorithm>
#include <iterator>

#include <nlohmann/json.hpp>

#include "base/format.h"
#include "simulator/exchange.h"

namespace cohort_sync::simulator {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kChannels[] = {"email", "sms"};

bool IsChannel(std::string_view name) {
  return std::find(std::begin(kChannels), std::end(kChannels), name) != std::end(kChannels);
}

// Digits with or without a plus; the rule of Cordial is not published.
bool LooksLikePhone(std::string_view address) {
  if (address.starts_with('+')) address.remove_prefix(1);
  return address.size() >= 7 && address.size() <= 15 &&
         std::all_of(address.begin(), address.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool FitsChannel(std::string_view channel, std::string_view address) {
  return channel == "email" ? LooksLikeEmail(address) : LooksLikePhone(address);
}

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
      ReadAddress(key, value);
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

  void ReadAddress(const std::string& channel, const Json& value) {
    if (value.is_string() && FitsChannel(channel, value.get<std::string>())) {
      change_.channels[channel].address = value.get<std::string>();
    } else {
      Problem(AddressKey(channel), "Address not exists");
    }
  }

  void ReadChannels(const Json& channels) {
    if (!channels.is_object()) {
      Problem("channels", "The channels must be an object");
      return;
    }
    for (const auto& [name, channel] : channels.items()) {
      if (!IsChannel(name) || !channel.is_object()) {
        Problem("channels." + name,
                Format("key {} is not part of the schema for this resource", name));
        continue;
      }
      if (channel.contains("address")) ReadAddress(name, channel["address"]);
      if (channel.contains("subscribeStatus")) ReadStatus(name, channel["subscribeStatus"]);
    }
  }

  void ReadStatus(const std::string& channel, const Json& value) {
    if (value == "none" || value == "subscribed" || value == "unsubscribed") {
      change_.channels[channel].subscribe_status = value.get<std::string>();
    } else {
      Problem(Format("channels.{}.subscribeStatus", channel),
              "The selected subscribeStatus is invalid");
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

std::string ChannelOfKey(std::string_view key) {
  if (key == "email") return "email";
  for (const std::string_view channel : kChannels) {
    if (key == AddressKey(channel)) return std::string(channel);
  }
  return "";
}

std::string AddressKey(std::string_view channel) {
  return Format("channels.{}.address", channel);
}

http::Reply ProblemsReply(const ContactChange& change) {
  const Json body = {{"error", true},
                     {"errorKey", "GENERIC_ERROR_KEY"},
                     {"messages", {{"validationErrors", change.problems}}}};
  return JsonReply(422, body.dump(-1, ' ', false, Json::error_handler_t::replace));
}

}  // namespace cohort_sync::simulator
