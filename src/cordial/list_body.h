// What Cordial's answers about lists and attributes hold. Pure.
//
// The reference documents arrays; live clients also met objects keyed by id or by key
// (contracts/cordial.md 1.4, 2.3), so both are read.
#ifndef COHORT_SYNC_CORDIAL_LIST_BODY_H_
#define COHORT_SYNC_CORDIAL_LIST_BODY_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sync/list_destination.h"

namespace cohort_sync::cordial {

// All of them: kInvalidInput, quoting the beginning of the body, when it is not what is read here,
// and for an object that reports a failure (`success` false, or a member `error`).

// The lists of `GET /accountlists`: an array, an object of lists, or one list.
[[nodiscard]] Result<std::vector<ListInfo>> ReadLists(std::string_view body);

// The id in the answer to `POST /accountlists`; nullopt when the answer is good but names none.
[[nodiscard]] Result<std::optional<ListId>> ReadCreatedListId(std::string_view body);

// The member `count` of `GET /accountlists/{id}/count`.
[[nodiscard]] Result<std::int64_t> ReadCount(std::string_view body);

// Keys and names of `GET /accountcontactattributes`, sorted, each once: a list's name must differ
// from both (contracts/cordial.md 2.3).
[[nodiscard]] Result<std::vector<std::string>> ReadAttributeKeys(std::string_view body);

}  // namespace cohort_sync::cordial

#endif  // COHORT_SYNC_CORDIAL_LIST_BODY_H_
