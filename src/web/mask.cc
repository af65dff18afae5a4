#include "web/mask.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace cohort_sync::web {
namespace {

constexpr std::string_view kMask = "***";

// The ways in which an at sign is written in addresses, bodies and messages.
constexpr std::array<std::string_view, 3> kAtSigns = {"@", "%40", "\\u0040"};

bool IsLetterOrDigit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}
bool IsOfLocalPart(char c) {
  return IsLetterOrDigit(c) || static_cast<unsigned char>(c) >= 0x80 ||
         std::string_view(".!#$&'*+-/=?^_`{|}~").find(c) != std::string_view::npos;
}
bool IsOfDomain(char c) {
  return IsLetterOrDigit(c) || static_cast<unsigned char>(c) >= 0x80 || c == '.' || c == '-' ||
         c == '*';
}

std::string_view FirstCharacter(std::string_view text) {
  std::size_t end = std::min<std::size_t>(1, text.size());
  while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U)
    ++end;
  return text.substr(0, end);
}

std::string Masked(std::string_view local, std::string_view domain) {
  std::string masked(FirstCharacter(local));
  masked.append(kMask).append("@").append(FirstCharacter(domain)).append(kMask);
  if (const std::size_t dot = domain.rfind('.'); dot != std::string_view::npos && dot > 0)
    masked.append(domain.substr(dot));
  return masked;
}

void ReplaceAll(std::string& text, std::string_view from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos;
       at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

struct AtSign {
  std::size_t begin = std::string_view::npos;
  std::size_t size = 0;
};

AtSign FindAtSign(std::string_view text, std::size_t from) {
  for (std::size_t at = text.find_first_of("@%\\", from); at != std::string_view::npos;
       at = text.find_first_of("@%\\", at + 1)) {
    for (const std::string_view written : kAtSigns) {
      if (text.substr(at).starts_with(written)) return {at, written.size()};
    }
  }
  return {};
}

}  // namespace

std::string MaskIdentifier(std::string_view identifier) {
  const std::size_t at = identifier.rfind('@');
  if (at != std::string_view::npos)
    return Masked(identifier.substr(0, at), identifier.substr(at + 1));
  if (identifier.empty()) return {};
  return std::string(FirstCharacter(identifier)).append(kMask);
}

std::string MaskIn(std::string_view text, std::string_view identifier) {
  std::string known(text);
  if (!identifier.empty()) {
    const std::string mask = MaskIdentifier(identifier);
    ReplaceAll(known, identifier, mask);
    ReplaceAll(known, PercentEncode(identifier), mask);
  }
  const std::string_view rest = known;
  std::string masked;
  std::size_t done = 0;
  for (AtSign at = FindAtSign(rest, 0); at.begin != std::string_view::npos;
       at = FindAtSign(rest, std::max(done, at.begin + at.size))) {
    std::size_t begin = at.begin;
    while (begin > done && IsOfLocalPart(rest[begin - 1]))
      --begin;
    std::size_t end = at.begin + at.size;
    while (end < rest.size() && IsOfDomain(rest[end]))
      ++end;
    // A sentence may end behind the address.
    while (end > at.begin + at.size && (rest[end - 1] == '.' || rest[end - 1] == '-'))
      --end;
    const std::size_t domain = at.begin + at.size;
    if (begin == at.begin || end == domain) continue;
    masked.append(rest.substr(done, begin - done));
    masked.append(Masked(rest.substr(begin, at.begin - begin), rest.substr(domain, end - domain)));
    done = end;
  }
  return masked.append(rest.substr(done));
}

}  // namespace cohort_sync::web
