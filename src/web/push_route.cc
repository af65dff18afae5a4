#include "web/push_route.h"

#include <string>

#include "base/text.h"

namespace cohort_sync::web {
namespace {

constexpr std::string_view kLists = "/amplitude/lists";

// "{id}/add" or "{id}/remove".
PushRoute RouteOfList(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return {};
  const auto id = PercentDecode(text.substr(0, slash));
  const std::string_view act = text.substr(slash + 1);
  if (!id || id->empty()) return {};
  if (act == "add") return {PushRouteKind::kAddToList, CohortId(*id)};
  if (act == "remove") return {PushRouteKind::kRemoveFromList, CohortId(*id)};
  return {};
}

}  // namespace

PushRoute PushRouteOf(std::string_view path) {
  if (path == "/amplitude/webhook") return {PushRouteKind::kWebhook, {}};
  if (path == "/amplitude/identify") return {PushRouteKind::kIdentify, {}};
  if (path == kLists) return {PushRouteKind::kCreateList, {}};
  if (!path.starts_with(kLists)) return {};
  path.remove_prefix(kLists.size());
  return path.starts_with('/') ? RouteOfList(path.substr(1)) : PushRoute{};
}

std::string_view AllowedMethods(PushRouteKind kind) {
  switch (kind) {
    case PushRouteKind::kWebhook:
    case PushRouteKind::kCreateList:
    case PushRouteKind::kAddToList:
    case PushRouteKind::kRemoveFromList:
    case PushRouteKind::kIdentify:
      return "POST";
    case PushRouteKind::kOther:
      break;
  }
  return "";
}

std::string_view ToString(PushRouteKind kind) {
  switch (kind) {
    case PushRouteKind::kWebhook:
      return "webhook";
    case PushRouteKind::kCreateList:
      return "create_list";
    case PushRouteKind::kAddToList:
      return "add_to_list";
    case PushRouteKind::kRemoveFromList:
      return "remove_from_list";
    case PushRouteKind::kIdentify:
      return "identify";
    case PushRouteKind::kOther:
      break;
  }
  return "other";
}

}  // namespace cohort_sync::web
