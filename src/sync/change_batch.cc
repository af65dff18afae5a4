#include "sync/change_batch.h"

namespace cohort_sync {

std::string_view ToString(ChangeDirection direction) {
  return direction == ChangeDirection::kEnter ? "enter" : "leave";
}

std::string_view ToString(PushKind kind) {
  return kind == PushKind::kWebhook ? "webhook" : "list";
}

std::optional<ChangeDirection> ParseChangeDirection(std::string_view text) {
  if (text == "enter") return ChangeDirection::kEnter;
  if (text == "leave") return ChangeDirection::kLeave;
  return std::nullopt;
}

std::optional<PushKind> ParsePushKind(std::string_view text) {
  if (text == "webhook") return PushKind::kWebhook;
  if (text == "list") return PushKind::kList;
  return std::nullopt;
}

}  // namespace cohort_sync
