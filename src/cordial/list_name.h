// From a cohort's name to the name of its list, and what Cordial allows as one.
#ifndef COHORT_SYNC_CORDIAL_LIST_NAME_H_
#define COHORT_SYNC_CORDIAL_LIST_NAME_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"
#include "sync/ids.h"

namespace cohort_sync::cordial {

inline constexpr std::size_t kMaxListNameLength = 128;  // contracts/cordial.md 2.3.

// Is `name` a member of a contact's body that means something else than a list? Case is ignored. A
// list of that name would be swallowed, or would overwrite a contact's data (faults.md D3).
[[nodiscard]] bool IsReservedKey(std::string_view name);

// The cohort's name without its spaces (U+0020) and otherwise unchanged, as Amplitude's own
// integration does it; then CheckListName. The error names the cohort as well.
[[nodiscard]] Result<ListName> DeriveListName(std::string_view cohort_name,
                                              std::string_view identifier_name);

// `name` itself when Cordial will take it: 1 to 128 letters, digits, '-' and '_', not a reserved
// key, and not `identifier_name` (case ignored), which shares the body with it. Nothing is ever
// shortened or replaced, because that would let two cohorts meet in one list.
//
// kConfiguration otherwise: quotes the name, lists every refused character or gives length and
// limit, and says what to set. Whether the name is free in the account is not known here.
[[nodiscard]] Result<ListName> CheckListName(std::string_view name,
                                             std::string_view identifier_name);

}  // namespace cohort_sync::cordial

#endif  // COHORT_SYNC_CORDIAL_LIST_NAME_H_
