#include "amplitude/push_body.h"

#include "amplitude/json_token.h"
#include "base/format.h"
#include "base/text.h"

namespace cohort_sync::amplitude {
namespace {

PushProblem NotJson(std::string_view body) {
  if (Trim(body).empty()) return {PushProblem::Kind::kNotJson, "the body is empty"};
  const std::optional<std::size_t> at = FindJsonError(body);
  return {PushProblem::Kind::kNotJson,
          at ? Format("not valid json at byte {} of {}", *at, body.size())
             : std::string("not valid json")};
}

}  // namespace

void Refuse(std::string message) {
  throw UnknownShape{std::move(message)};
}

ChangeDirection DirectionOf(JsonCursor& value, std::string_view name) {
  const JsonType type = value.type();
  const auto direction = [](bool in) {
    return in ? ChangeDirection::kEnter : ChangeDirection::kLeave;
  };
  if (type == JsonType::kBool) return direction(value.Bool());
  if (type != JsonType::kText)
    Refuse(Format("'{}' is {}, not true or false", Printable(name), ToString(type)));
  const std::string_view text = value.Text();
  if (text != "true" && text != "false")
    Refuse(Format("'{}' is '{}', not true or false", Printable(name), Printable(text, 40)));
  return direction(text == "true");
}

PushProblem ProblemOf(WalkResult walked, std::string_view body) {
  if (walked == WalkResult::kNotJson) return NotJson(body);
  if (walked == WalkResult::kTooDeep)
    return {PushProblem::Kind::kUnknownShape,
            Format("nested deeper than {} levels", kMaxJsonDepth)};
  return {PushProblem::Kind::kUnknownShape, "the body is neither an object nor an array"};
}

}  // namespace cohort_sync::amplitude
