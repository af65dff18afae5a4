// The body of a contact write, read and checked as a whole before anything is written.
#ifndef COHORT_SYNC_SIMULATOR_CONTACT_CHANGE_H_
#define COHORT_SYNC_SIMULATOR_CONTACT_CHANGE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/server.h"
#include "simulator/contact_store.h"

namespace cohort_sync::simulator {

struct ChannelChange {
  std::optional<std::string> address;
  std::optional<std::string> subscribe_status;
};

struct ContactChange {
  std::optional<std::string> cid;
  std::map<std::string, ChannelChange> channels;  // By name.
  bool force_subscribe = false;
  std::vector<std::string> identify_by;
  std::map<std::string, std::string> attributes;  // Values as JSON text.
  std::map<std::int64_t, bool> lists;             // List id, on or off.
  // Field, then what is wrong with it; nothing may be written while this is not empty.
  std::map<std::string, std::vector<std::string>> problems;
};

// Reads the object `json` against the lists and attributes of `store` (contracts/cordial.md 2.5,
// 2.6). REQUIRES: `json` is the text of a JSON object.
[[nodiscard]] ContactChange ReadContactChange(std::string_view json, const ContactStore& store);

// The plain text of an attribute value: a string without its quotes.
[[nodiscard]] std::string AttributeText(const std::string& json);

[[nodiscard]] bool LooksLikeEmail(std::string_view address);

// The channel whose address `key` names: "email" for "email" and for "channels.email.address"; ""
// when it names none.
[[nodiscard]] std::string ChannelOfKey(std::string_view key);
// "channels.email.address"
[[nodiscard]] std::string AddressKey(std::string_view channel);

// 422 with every problem (2.5).
[[nodiscard]] http::Reply ProblemsReply(const ContactChange& change);

}  // namespace cohort_sync::simulator

#endif  // COHORT_SYNC_SIMULATOR_CONTACT_CHANGE_H_
