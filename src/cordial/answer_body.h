// What the body of a Cordial answer says, in any of its five shapes (contracts/cordial.md 2.11).
#ifndef COHORT_SYNC_CORDIAL_ANSWER_BODY_H_
#define COHORT_SYNC_CORDIAL_ANSWER_BODY_H_

#include <string>
#include <string_view>
#include <vector>

#include "http/message.h"
#include "sync/ids.h"

namespace cohort_sync::cordial {

// The member `success`.
enum class SuccessFlag { kAbsent, kTrue, kFalse, kOther };

struct AnswerBody {
  bool is_object = false;    // A whole JSON text whose top is an object; else nothing below is set.
  bool has_error = false;    // A member `error` of any value, even false.
  bool is_envelope = false;  // `error` is true: how Cordial marks its own refusals. On a 401 and on
                             // an unknown path it is a text instead, and proxies have no such flag.
  SuccessFlag success = SuccessFlag::kAbsent;
  std::string error_key;            // Most are GENERIC_ERROR_KEY: never sufficient alone.
  std::vector<std::string> texts;   // Every text of `message`, `messages` and `error`, in order.
  std::vector<std::string> fields;  // Keys of `messages.validationErrors`, or of `messages`.

  // Cordial does not know the addressed contact. Its word for it depends on the call: an errorKey
  // in the reference, another one seen live, or only a text (contracts/cordial.md 2.6).
  [[nodiscard]] bool SaysContactMissing() const;
  // The list that the path addresses does not exist (contracts/cordial.md 2.3).
  [[nodiscard]] bool SaysListMissing() const;
  // The complaint is about the membership key itself, not about the contact.
  [[nodiscard]] bool NamesList(const ListName& list) const;
};

// Never fails: what is not understood is left out. Bounded in depth and in the number of texts.
[[nodiscard]] AnswerBody ReadAnswerBody(std::string_view body);

// "http 422: Address not exists": the status, then Cordial's words, or the beginning of a body that
// holds none. Foreign text is made printable and cut short.
[[nodiscard]] std::string Describe(const http::Response& response, const AnswerBody& body);

// What a person does about a 401 or 403. Cordial does not say which of the three it was
// (contracts/cordial.md 2.1).
inline constexpr std::string_view kCredentialAdvice =
    "check in Cordial under Settings > API Keys that api_key is right, that this machine's address "
    "is on the key's IP allow-list, and that the key may: Get lists, Add a list, Add a contact, "
    "Update a contact";

}  // namespace cohort_sync::cordial

#endif  // COHORT_SYNC_CORDIAL_ANSWER_BODY_H_
