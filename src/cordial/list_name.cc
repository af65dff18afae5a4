#include "cordial/list_name.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "base/format.h"
#include "base/text.h"

namespace cohort_sync::cordial {
namespace {

// contracts/cordial.md 2.3: `cid` is refused by Cordial, the rest are members of a contact's body.
constexpr std::array<std::string_view, 16> kReservedKeys{"cid",
                                                         "channels",
                                                         "email",
                                                         "identifyBy",
                                                         "suppressTriggers",
                                                         "forceSubscribe",
                                                         "request_source",
                                                         "cart",
                                                         "lists",
                                                         "listJoinDate",
                                                         "lj",
                                                         "_id",
                                                         "id",
                                                         "attributes",
                                                         "createdAt",
                                                         "lastModified"};

constexpr std::string_view kNextStep = "set list_name on that sync to a name that Cordial accepts";

bool IsAllowed(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_';
}

bool IsContinuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

// REQUIRES: valid UTF-8.
std::vector<std::string_view> Characters(std::string_view text) {
  std::vector<std::string_view> characters;
  std::size_t begin = 0;
  while (begin < text.size()) {
    std::size_t end = begin + 1;
    while (end < text.size() && IsContinuation(text[end]))
      ++end;
    characters.push_back(text.substr(begin, end - begin));
    begin = end;
  }
  return characters;
}

// REQUIRES: one character of valid UTF-8.
std::uint32_t CodePoint(std::string_view character) {
  const auto lead = static_cast<unsigned char>(character[0]);
  if (character.size() == 1) return lead;
  std::uint32_t value = lead & (0xFFU >> (character.size() + 1));
  for (const char c : character.substr(1)) {
    value = (value << 6U) | (static_cast<unsigned char>(c) & 0x3FU);
  }
  return value;
}

// Beyond ASCII the number is added, since many characters look alike or like nothing at all.
std::string Describe(std::string_view character) {
  const std::uint32_t code = CodePoint(character);
  const bool is_visible = code > 0x20 && code != 0x7F && (code < 0x80 || code > 0xA0);
  if (!is_visible) return Format("U+{:04X}", code);
  return code < 0x80 ? Format("'{}'", character) : Format("'{}' (U+{:04X})", character, code);
}

std::string RefusedCharacters(const std::vector<std::string_view>& characters) {
  std::vector<std::string> refused;
  for (const std::string_view character : characters) {
    if (IsAllowed(character[0])) continue;
    std::string description = Describe(character);
    if (std::find(refused.begin(), refused.end(), description) == refused.end()) {
      refused.push_back(std::move(description));
    }
  }
  return Join(refused, ", ");
}

// What is wrong with `name`; empty when nothing is.
std::string Problem(std::string_view name, std::string_view identifier_name) {
  if (name.empty()) return "it is empty";
  if (!IsValidUtf8(name)) return "it is not valid UTF-8";
  if (IsReservedKey(name)) return "the name is reserved in Cordial";
  if (EqualsIgnoringCase(name, identifier_name)) {
    return "it is the contact identifier's name, and Cordial keeps both in one place";
  }
  const std::vector<std::string_view> characters = Characters(name);
  std::vector<std::string> problems;
  if (const std::string refused = RefusedCharacters(characters); !refused.empty()) {
    problems.push_back(
        Format("Cordial allows letters, digits, '-' and '_', and refuses {}", refused));
  }
  if (characters.size() > kMaxListNameLength) {
    problems.push_back(Format("it has {} characters, the limit is {}",
                              WithThousands(static_cast<std::int64_t>(characters.size())),
                              kMaxListNameLength));
  }
  return Join(problems, ", and ");
}

}  // namespace

bool IsReservedKey(std::string_view name) {
  return std::any_of(kReservedKeys.begin(), kReservedKeys.end(), [&](std::string_view reserved) {
    return EqualsIgnoringCase(reserved, name);
  });
}

Result<ListName> DeriveListName(std::string_view cohort_name, std::string_view identifier_name) {
  std::string name(cohort_name);
  std::erase(name, ' ');
  Result<ListName> checked = CheckListName(name, identifier_name);
  if (checked) return checked;
  return Fail(checked.error().WithContext(Format("cohort '{}'", Printable(cohort_name, 200))));
}

Result<ListName> CheckListName(std::string_view name, std::string_view identifier_name) {
  const std::string problem = Problem(name, identifier_name);
  if (problem.empty()) return ListName(std::string(name));
  return Fail(ErrorCode::kConfiguration,
              Format("list name '{}': {}; {}", Printable(name, 200), problem, kNextStep));
}

}  // namespace cohort_sync::cordial
