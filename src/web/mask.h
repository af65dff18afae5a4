// Identifiers of people where they are not the subject (design/faults.md 5.5).
#ifndef COHORT_SYNC_WEB_MASK_H_
#define COHORT_SYNC_WEB_MASK_H_

#include <string>
#include <string_view>

namespace cohort_sync::web {

// "a***@e***.com" of an e-mail address, "4***" of anything else, "" of "".
[[nodiscard]] std::string MaskIdentifier(std::string_view identifier);

// `text` with `identifier` masked wherever it stands in it, plain or percent-encoded, and whatever
// else looks like an e-mail address. `identifier` may be empty. Masking twice changes nothing more.
[[nodiscard]] std::string MaskIn(std::string_view text, std::string_view identifier);

}  // namespace cohort_sync::web

#endif  // COHORT_SYNC_WEB_MASK_H_
