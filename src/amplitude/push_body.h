// What the readers of pushed bodies share.
#ifndef COHORT_SYNC_AMPLITUDE_PUSH_BODY_H_
#define COHORT_SYNC_AMPLITUDE_PUSH_BODY_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "amplitude/json_cursor.h"
#include "amplitude/push_members.h"
#include "sync/change_batch.h"
#include "sync/push_format.h"

namespace cohort_sync::amplitude {

inline constexpr std::size_t kMaxCohortIdBytes = 128;

// Throws UnknownShape.
[[noreturn]] void Refuse(std::string message);

// Of `in_cohort` and its like, whose two values a template may have quoted. Throws UnknownShape.
[[nodiscard]] ChangeDirection DirectionOf(JsonCursor& value, std::string_view name);

// What a walk that did not come to the end of the body found. REQUIRES: not kWhole.
[[nodiscard]] PushProblem ProblemOf(WalkResult walked, std::string_view body);

// What `read(root)` makes of the body; what it throws of UnknownShape is a problem.
template <typename T, typename Read>
tl::expected<T, PushProblem> ParseBody(std::string_view body, const Read& read) {
  std::optional<T> result;
  try {
    const WalkResult walked = WalkJson(body, [&](JsonCursor& root) { result = read(root); });
    if (walked == WalkResult::kWhole) return *std::move(result);
    return tl::unexpected<PushProblem>(ProblemOf(walked, body));
  } catch (UnknownShape& shape) {
    return tl::unexpected<PushProblem>(
        PushProblem{PushProblem::Kind::kUnknownShape, std::move(shape.message)});
  }
}

}  // namespace cohort_sync::amplitude

#endif  // COHORT_SYNC_AMPLITUDE_PUSH_BODY_H_
