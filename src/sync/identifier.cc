#include "sync/identifier.h"

#include <algorithm>

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
  kDot = 16,
  kHyphen = 32,
};

constexpr std::array<std::uint8_t, 256> MakeByteClasses() {
  std::array<std::uint8_t, 256> classes{};
  const auto mark = [&classes](std::string_view bytes, std::uint8_t bits) {
    for (const char c : bytes) {
      auto& entry = classes[static_cast<unsigned char>(c)];
      entry = static_cast<std::uint8_t>(entry | bits);
    }
  };
  mark("abcdefghijklmnopqrstuvwxyz0123456789", kLocal | kDomain);
  mark(".", kLocal | kDomain | kDot);
  mark("-", kLocal | kDomain | kHyphen);
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

// The classes that some byte has, and those that every byte has: one load and two operations a
// byte, on the path of every row of a cohort.
struct Scan {
  explicit Scan(std::string_view text) {
    for (const char c : text) {
      some = static_cast<std::uint8_t>(some | ClassOf(c));
      every = static_cast<std::uint8_t>(every & ClassOf(c));
    }
  }
  std::uint8_t some = 0;
  std::uint8_t every = 0xFF;
};

// No dot at an edge, no two in a row.
bool DotsStandAlone(std::string_view text) {
  return text.front() != '.' && text.back() != '.' && text.find("..") == std::string_view::npos;
}

bool IsLocalPart(std::string_view local, const Scan& scan) {
  if (local.empty() || local.size() > kMaxLocalBytes || (scan.every & kLocal) == 0) return false;
  return (scan.some & kDot) == 0 || DotsStandAlone(local);
}

bool LabelsAreShort(std::string_view domain) {
  for (std::size_t start = 0; domain.size() - start > kMaxLabelBytes;) {
    const std::size_t dot = domain.find('.', start);
    if (dot == std::string_view::npos || dot - start > kMaxLabelBytes) return false;
    start = dot + 1;
  }
  return true;
}

bool HyphensAreInside(std::string_view domain) {
  return domain.front() != '-' && domain.back() != '-' &&
         domain.find("-.") == std::string_view::npos && domain.find(".-") == std::string_view::npos;
}

// At least two labels; no hyphen at the edge of one; the last one is not a number.
bool IsDomain(std::string_view domain, const Scan& scan) {
  if (domain.empty() || (scan.every & kDomain) == 0 || (scan.some & kDot) == 0) return false;
  if (!DotsStandAlone(domain) || !LabelsAreShort(domain)) return false;
  if ((scan.some & kHyphen) != 0 && !HyphensAreInside(domain)) return false;
  const std::string_view last = domain.substr(domain.rfind('.') + 1);
  return last.find_first_not_of("0123456789-") != std::string_view::npos;
}

NormalizedIdentifier NormalizeEmail(std::string_view value, std::string& scratch) {
  const std::size_t at = std::min(value.find('@'), value.size());
  const std::string_view local = value.substr(0, at);
  const std::string_view domain = value.substr(std::min(at + 1, value.size()));
  const Scan local_scan(local);
  const Scan domain_scan(domain);
  const unsigned some = local_scan.some | domain_scan.some;
  if ((some & kUnsafe) != 0) return Rejected(RejectReason::kUnsafe);
  if (value.size() > kMaxEmailBytes || !IsLocalPart(local, local_scan) ||
      !IsDomain(domain, domain_scan))
    return Rejected(RejectReason::kMalformed);
  if ((some & kUpper) == 0) return {value, true, {}};
  scratch = ToLowerAscii(value);
  return {scratch, true, {}};
}

NormalizedIdentifier NormalizePlain(std::string_view value) {
  if ((Scan(value).some & kUnsafe) != 0) return Rejected(RejectReason::kUnsafe);
  // "." and ".." would be dropped from a path by whoever normalizes it.
  if (value == "." || value == "..") return Rejected(RejectReason::kUnsafe);
  if (!IsValidUtf8(value)) return Rejected(RejectReason::kMalformed);
  return {value, true, {}};
}

// Most values have no white space around them.
std::string_view TrimIfNeeded(std::string_view raw) {
  const auto edge = [](char c) { return static_cast<unsigned char>(c) <= ' '; };
  return raw.empty() || edge(raw.front()) || edge(raw.back()) ? Trim(raw) : raw;
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
  const std::string_view value = TrimIfNeeded(raw);
  if (value.empty()) return Rejected(RejectReason::kMissing);
  if (value.size() > kMaxIdentifierBytes) return Rejected(RejectReason::kMalformed);
  return kind == IdentifierKind::kEmail ? NormalizeEmail(value, scratch) : NormalizePlain(value);
}

}  // namespace cohort_sync
