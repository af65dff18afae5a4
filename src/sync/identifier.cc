#include "sync/identifier.h"

#include "base/text.h"

namespace cohort_sync {
namespace {

// What a byte may be part of. The unsafe ones could leave their URL path segment (faults.md 0,
// finding 12).
enum ByteClass : std::uint8_t {
  kLocal = 1,   // The part of an e-mail address before '@'.
  kDomain = 2,  // A label of the part behind it, or the dot between two.
  kUpper = 4,
  kUnsafe = 8,
};

constexpr std::array<std::uint8_t, 256> MakeByteClasses() {
  std::array<std::uint8_t, 256> classes{};
  const auto mark = [&classes](std::string_view bytes, std::uint8_t bits) {
    for (const char c : bytes) {
      auto& entry = classes[static_cast<unsigned char>(c)];
      entry = static_cast<std::uint8_t>(entry | bits);
    }
  };
  mark("abcdefghijklmnopqrstuvwxyz0123456789-.", kLocal | kDomain);
  mark("ABCDEFGHIJKLMNOPQRSTUVWXYZ", kLocal | kDomain | kUpper);
  mark("!$&'*+=^_`{|}~", kLocal);
  mark(" /\\?#%\x7F", kUnsafe);
  for (std::size_t c = 0; c < 0x20; ++c)
    classes[c] = kUnsafe;
  return classes;
}
constexpr std::array<std::uint8_t, 256> kByteClasses = MakeByteClasses();

std::uint8_t ClassOf(char c) {
  return kByteClasses[static_cast<unsigned char>(c)];
}

constexpr std::size_t kMaxEmailBytes = 254;  // RFC 5321, 4.5.3.1.3, without the angle brackets.
constexpr std::size_t kMaxLocalBytes = 64;   // RFC 5321, 4.5.3.1.1.
constexpr std::size_t kMaxLabelBytes = 63;   // RFC 1035, 2.3.4.

NormalizedIdentifier Rejected(RejectReason reason) {
  return {{}, false, reason};
}

bool IsLocalPart(std::string_view local) {
  if (local.empty() || local.size() > kMaxLocalBytes || local.back() == '.') return false;
  char previous = '.';
  for (const char c : local) {
    if ((ClassOf(c) & kLocal) == 0 || (c == '.' && previous == '.')) return false;
    previous = c;
  }
  return true;
}

// At least two labels; no hyphen at the edge of one; the last one is not a number.
bool IsDomain(std::string_view domain) {
  std::size_t label_start = 0;
  bool dotted = false;
  bool last_has_letter = false;
  for (std::size_t i = 0; i <= domain.size(); ++i) {
    if (i < domain.size() && domain[i] != '.') {
      if ((ClassOf(domain[i]) & kDomain) == 0) return false;
      last_has_letter = last_has_letter || domain[i] > '9';
      continue;
    }
    const std::size_t length = i - label_start;
    if (length == 0 || length > kMaxLabelBytes) return false;
    if (domain[label_start] == '-' || domain[i - 1] == '-') return false;
    if (i < domain.size()) {
      dotted = true;
      last_has_letter = false;
      label_start = i + 1;
    }
  }
  return dotted && last_has_letter;
}

NormalizedIdentifier NormalizeEmail(std::string_view value,
                                    std::uint8_t seen,
                                    std::string& scratch) {
  const std::size_t at = value.find('@');
  if (at == std::string_view::npos || value.size() > kMaxEmailBytes ||
      !IsLocalPart(value.substr(0, at)) || !IsDomain(value.substr(at + 1)))
    return Rejected(RejectReason::kMalformed);
  if ((seen & kUpper) != 0) {
    scratch = ToLowerAscii(value);
    value = scratch;
  }
  return {value, true, {}};
}

}  // namespace

IdentifierKind IdentifierMapping::kind() const {
  return name == "email" || name == "channels.email.address" ? IdentifierKind::kEmail
                                                             : IdentifierKind::kPlain;
}

std::string_view ToString(RejectReason reason) {
  switch (reason) {
    case RejectReason::kMissing:
      return "missing";
    case RejectReason::kMalformed:
      return "malformed";
    case RejectReason::kUnsafe:
      return "unsafe";
    case RejectReason::kDuplicate:
      return "duplicate";
  }
  return "missing";
}

NormalizedIdentifier NormalizeIdentifier(IdentifierKind kind,
                                         std::string_view raw,
                                         std::string& scratch) {
  const std::string_view value = Trim(raw);
  if (value.empty()) return Rejected(RejectReason::kMissing);
  if (value.size() > kMaxIdentifierBytes) return Rejected(RejectReason::kMalformed);
  std::uint8_t seen = 0;
  for (const char c : value)
    seen = static_cast<std::uint8_t>(seen | ClassOf(c));
  if ((seen & kUnsafe) != 0) return Rejected(RejectReason::kUnsafe);
  if (kind == IdentifierKind::kEmail) return NormalizeEmail(value, seen, scratch);
  // "." and ".." would be dropped from a path by whoever normalizes it.
  if (value == "." || value == "..") return Rejected(RejectReason::kUnsafe);
  if (!IsValidUtf8(value)) return Rejected(RejectReason::kMalformed);
  return {value, true, {}};
}

}  // namespace cohort_sync
