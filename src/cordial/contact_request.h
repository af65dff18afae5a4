// The request that puts one contact on a list or takes it off. Pure.
#ifndef COHORT_SYNC_CORDIAL_CONTACT_REQUEST_H_
#define COHORT_SYNC_CORDIAL_CONTACT_REQUEST_H_

#include <string>
#include <string_view>

#include "base/result.h"
#include "http/message.h"
#include "sync/identifier.h"
#include "sync/list_destination.h"

namespace cohort_sync::cordial {

// What all calls of one destination have in common.
struct ContactCallSettings {
  std::string path_prefix;    // Of the endpoint: "/v2".
  std::string authorization;  // Value of the header.
  IdentifierMapping identifier;
  bool create_missing_contacts = true;
};

// kConfiguration unless `name` can address contacts in Cordial: letters, digits, '_', '-' and '.',
// and not a member of the body that means something else ("lists", "identifyBy", ...).
[[nodiscard]] Status CheckIdentifierName(std::string_view name);

// Does this operation create the contact when it does not exist? Then it is a POST (upsert), else a
// PUT, which never creates (contracts/cordial.md 2.5, 2.6). A removal never creates; a cID cannot
// be created, it is Cordial's own number of a contact.
[[nodiscard]] bool CreatesContact(const ContactCallSettings& settings, OperationKind kind);

// POST {prefix}/contacts or PUT {prefix}/contacts/{key}:{value}, with exactly the membership and,
// for a POST, the identifier: never an attribute, never a subscribe status (contracts/cordial.md
// 6.1). The target has one path segment after "contacts", whatever the contact holds.
//
// REQUIRES: CheckIdentifierName passed, `delivery.list` passed CheckListName. kInvalidInput for a
// contact that cannot be sent: not UTF-8, empty, or, where contacts are addressed by cID, not 24
// hexadecimal digits (a bare value would be read as another kind of key, contracts/cordial.md 2.4).
[[nodiscard]] Result<http::Request> MakeContactRequest(const ContactCallSettings& settings,
                                                       const Delivery& delivery);

// A request with Cordial's headers and no body.
[[nodiscard]] http::Request MakeRequest(std::string_view method,
                                        std::string target,
                                        const std::string& authorization);

}  // namespace cohort_sync::cordial

#endif  // COHORT_SYNC_CORDIAL_CONTACT_REQUEST_H_
