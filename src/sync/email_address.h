// The grammar of e-mail addresses that a marketing platform keeps as contacts: stricter than RFC
// 5321, ASCII only.
#ifndef COHORT_SYNC_SYNC_EMAIL_ADDRESS_H_
#define COHORT_SYNC_SYNC_EMAIL_ADDRESS_H_

#include <string_view>

namespace cohort_sync {

enum class EmailCheck {
  kLowerCase,  // An address.
  kMixedCase,  // An address with capitals.
  kMalformed,
  kUnsafe,  // No address, with a byte that RejectReason::kUnsafe names.
};

// One '@'. Before it 1 to 64 letters, digits and !$&'*+-=^_`{|}~, and dots that stand alone inside.
// Behind it at least two labels of letters, digits and hyphens inside; the last one is not a
// number. 254 bytes at most.
[[nodiscard]] EmailCheck CheckEmail(std::string_view text);

}  // namespace cohort_sync

#endif  // COHORT_SYNC_SYNC_EMAIL_ADDRESS_H_
