// From a property value to the identifier of a contact.
//
// Normalizing is idempotent and versioned: the version is pinned with a binding, because changing
// the rules would rename contacts (design brief, section 2, "Pinned").
#ifndef COHORT_SYNC_SYNC_IDENTIFIER_H_
#define COHORT_SYNC_SYNC_IDENTIFIER_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace cohort_sync {

inline constexpr int kIdentifierRulesVersion = 1;
inline constexpr std::size_t kMaxIdentifierBytes = 1024;

enum class IdentifierKind {
  kEmail,  // Trimmed, ASCII lower case, one '@', a strict grammar on both sides.
  kPlain,  // Trimmed; the value itself otherwise.
};

// How members become contacts: `name` is the key at the destination ("email"), `property` the
// Amplitude user property that holds the value ("email", or "user_id" for the user id itself).
struct IdentifierMapping {
  std::string name;
  std::string property;

  // kEmail for the names "email" and "channels.email.address", else kPlain.
  [[nodiscard]] IdentifierKind kind() const;
  friend bool operator==(const IdentifierMapping&, const IdentifierMapping&) = default;
};

// Why a row of a snapshot gave no contact. The order is the order of reports.
enum class RejectReason {
  kMissing,    // No value (empty, or only white space).
  kMalformed,  // Not an e-mail address, not UTF-8, or longer than kMaxIdentifierBytes.
  kUnsafe,  // Holds ASCII white space or control characters, or one of / \ ? # %: not safe in a URL
            // path.
  kDuplicate,  // Another row gave the same contact; that contact is synced once.
};
inline constexpr std::size_t kRejectReasonCount = 4;
using RejectCounts = std::array<std::int64_t, kRejectReasonCount>;  // Indexed by RejectReason.

// "missing", "malformed", "unsafe", "duplicate": stored, printed and part of --json.
[[nodiscard]] std::string_view ToString(RejectReason reason);

struct NormalizedIdentifier {
  // The identifier; a view into the raw value or into `scratch`. Empty when rejected.
  std::string_view value;
  bool accepted = false;
  RejectReason reason = RejectReason::kMissing;  // Meaningful only when not accepted.
};

// Pure; `scratch` is storage that the result may point into, reused from call to call so that the
// hot path allocates nothing.
[[nodiscard]] NormalizedIdentifier NormalizeIdentifier(IdentifierKind kind,
                                                       std::string_view raw,
                                                       std::string& scratch);

}  // namespace cohort_sync

#endif  // COHORT_SYNC_SYNC_IDENTIFIER_H_
