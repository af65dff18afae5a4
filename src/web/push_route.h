// Which of the receiver's routes a request means.
#ifndef COHORT_SYNC_WEB_PUSH_ROUTE_H_
#define COHORT_SYNC_WEB_PUSH_ROUTE_H_

#include <optional>
#include <string_view>

#include "sync/ids.h"

namespace cohort_sync::web {

enum class PushRouteKind {
  kWebhook,         // POST /amplitude/webhook
  kCreateList,      // POST /amplitude/lists
  kAddToList,       // POST /amplitude/lists/{id}/add
  kRemoveFromList,  // POST /amplitude/lists/{id}/remove
  kIdentify,        // POST /amplitude/identify
  kOther,
};

struct PushRoute {
  PushRouteKind kind = PushRouteKind::kOther;
  CohortId list;  // Of kAddToList and kRemoveFromList: a list's id is its cohort's id.

  friend bool operator==(const PushRoute&, const PushRoute&) = default;
};

// Of a path without its query. Percent-encoding is undone in the id only.
[[nodiscard]] PushRoute PushRouteOf(std::string_view path);

// The method that a route has, as the Allow header says it; "" for kOther.
[[nodiscard]] std::string_view AllowedMethods(PushRouteKind kind);
// The name in statistics: "webhook", "create_list", "add_to_list", "remove_from_list", "identify",
// "other".
[[nodiscard]] std::string_view ToString(PushRouteKind kind);

}  // namespace cohort_sync::web

#endif  // COHORT_SYNC_WEB_PUSH_ROUTE_H_
