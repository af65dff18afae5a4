#include "sync/identifier.h"

#include "base/text.h"
#include "sync/byte_class.h"
#include "sync/email_address.h"

namespace cohort_sync {
namespace {

NormalizedIdentifier Rejected(RejectReason reason) {
  return {{}, false, reason};
}

NormalizedIdentifier NormalizeEmail(std::string_view value, std::string& scratch) {
  switch (CheckEmail(value)) {
    case EmailCheck::kLowerCase:
      return {value, true, {}};
    case EmailCheck::kMixedCase:
      scratch = ToLowerAscii(value);
      return {scratch, true, {}};
    case EmailCheck::kMalformed:
      return Rejected(RejectReason::kMalformed);
    case EmailCheck::kUnsafe:
      break;
  }
  return Rejected(RejectReason::kUnsafe);
}

NormalizedIdentifier NormalizePlain(std::string_view value) {
  if ((ClassScan(value).some & kUnsafe) != 0) return Rejected(RejectReason::kUnsafe);
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
