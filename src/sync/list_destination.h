// Port: a marketing platform with lists of contacts (src/cordial implements it).
#ifndef COHORT_SYNC_SYNC_LIST_DESTINATION_H_
#define COHORT_SYNC_SYNC_LIST_DESTINATION_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "sync/call_record.h"
#include "sync/ids.h"
#include "sync/operation.h"

namespace cohort_sync {

struct ListInfo {
  ListId id;
  ListName name;
};

// What one call said about one contact.
enum class Verdict {
  kDelivered,
  kRefused,             // A definite no for this contact.
  kUnknownContact,      // The contact does not exist there and was not to be created.
  kThrottled,           // Asked to wait; not applied.
  kNotSent,             // No connection; not applied.
  kUnknown,             // Timed out, cut off, 5xx or not understood: may have been applied.
  kListRefused,         // The answer names the list itself: nothing for this list will work.
  kDestinationRefused,  // Credential, permission or address is wrong: nothing at all will work.
};

struct DeliveryAnswer {
  Verdict verdict = Verdict::kUnknown;
  std::string reason;                   // The destination's words or ours; empty when delivered.
  std::optional<Duration> retry_after;  // What the destination asked for.
  int http_status = 0;                  // 0 when there was no answer.
  CallRecord call{};                    // What was on the wire; not made() when nothing was.
};

struct Delivery {
  OperationKind kind = OperationKind::kAdd;
  std::string contact;
  ListName list;
};

class ListDestination {
 public:
  virtual ~ListDestination() = default;

  // Where it is; part of what a binding pins. Without credentials.
  [[nodiscard]] virtual const std::string& endpoint() const = 0;

  // The list name for a cohort's name: spaces removed and nothing else, checked against the
  // destination's rule. kConfiguration, with what to set, when the result is not allowed.
  [[nodiscard]] virtual Result<ListName> ListNameFor(const std::string& cohort_name) const = 0;
  // The same check for a name that a person chose.
  [[nodiscard]] virtual Result<ListName> CheckListName(const std::string& name) const = 0;

  // ---- Blocking calls, one thread at a time ----
  // nullopt when there is no list of exactly this name. Read only.
  [[nodiscard]] virtual Result<std::optional<ListInfo>> FindList(const ListName& name) = 0;
  // The list of this name, made when it does not exist. kRejected when the name is taken by
  // something that is not a list, or refused.
  [[nodiscard]] virtual Result<ListInfo> EnsureList(const ListName& name) = 0;
  // How many contacts the list has, whoever put them there. nullopt when the key may not ask.
  [[nodiscard]] virtual Result<std::optional<std::int64_t>> CountContacts(ListId list) = 0;
  // Takes every contact off the list, whoever put them there; the contacts stay.
  [[nodiscard]] virtual Status ClearList(ListId list) = 0;
  // Names of contact attributes, which share their namespace with lists. nullopt when the key may
  // not ask.
  [[nodiscard]] virtual Result<std::optional<std::vector<std::string>>> AttributeKeys() = 0;

  // ---- Delivery ----
  // Makes the membership true. Returns at once; `done` is called exactly once, possibly before this
  // returns and from another thread. Never repeats a call by itself: repeating is the dispatcher's.
  virtual void Deliver(const Delivery& delivery, std::function<void(DeliveryAnswer)> done) = 0;
  // Operations that share a rate limit share a lane (contracts/cordial.md 2.10: per method and
  // endpoint). Also the name of the kind of call for people: "POST /contacts".
  [[nodiscard]] virtual std::string LaneOf(OperationKind kind) const = 0;
  // After this long an unanswered call counts as unknown.
  [[nodiscard]] virtual Duration request_timeout() const = 0;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_SYNC_LIST_DESTINATION_H_
