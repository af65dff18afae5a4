// The bodies of Amplitude's pushes: a line with the identifier's name and property, then the body,
// which is read as each of the four calls.
#include <cstdint>
#include <string>
#include <string_view>

#include "amplitude/json_identify_format.h"
#include "amplitude/json_push_format.h"
#include "amplitude/json_token.h"
#include "base/check.h"
#include "fuzz/fuzz_input.h"
#include "fuzz/message_law.h"

namespace cohort_sync::amplitude {
namespace {

const JsonPushFormat kFormat;
const JsonIdentifyFormat kIdentifyFormat;

// The second reader, which finds the places for messages, refuses two things more: half a surrogate
// pair and a number beyond a double.
bool MayDiffer(std::string_view body) {
  return body.find("\\u") != std::string_view::npos ||
         body.find_first_of("eE") != std::string_view::npos ||
         body.find_first_of("0123456789") != std::string_view::npos;
}

void CheckProblem(std::string_view body, const PushProblem& problem) {
  CheckMessage(problem.message);
  if (problem.kind != PushProblem::Kind::kNotJson) return;
  if (body.starts_with("\xEF\xBB\xBF")) body.remove_prefix(3);
  CHECK(FindJsonError(body).has_value());
}

// Taken is what another reader of JSON takes.
void CheckTaken(std::string_view body) {
  if (body.starts_with("\xEF\xBB\xBF")) body.remove_prefix(3);
  CHECK(MayDiffer(body) || !FindJsonError(body));
}

// A body is taken with its members or not at all, whatever the identifier is.
void CheckChanges(const tl::expected<ChangeBatchHead, PushProblem>& head,
                  std::string_view body,
                  const IdentifierMapping& identifier) {
  const PushKind kind = head ? head->kind : PushKind::kWebhook;
  if (!head) {
    CheckProblem(body, head.error());
    return;
  }
  CheckTaken(body);
  const auto changes = kFormat.ReadChanges(kind, body, identifier);
  CHECK(changes.has_value());
  CHECK(std::cmp_equal(changes->size(), head->members));
  for (const MemberChange& change : *changes) {
    CHECK(kind == PushKind::kWebhook || change.member.empty());
    if (kind == PushKind::kWebhook && identifier.property == "user_id")
      CHECK(change.value.value_or("") == change.member);
  }
}

// Each batch that comes out is a webhook's, and no user is lost on the way.
void CheckIdentify(std::string_view body, const IdentifierMapping& identifier) {
  const auto is_pushed = [](const CohortId& cohort) { return cohort.value().size() % 2 == 1; };
  const auto calls = kIdentifyFormat.Read(body, is_pushed);
  if (!calls) return CheckProblem(body, calls.error());
  CheckTaken(body);
  if (!calls->problem.empty()) CheckMessage(calls->problem);
  CHECK((calls->skipped > 0) == !calls->problem.empty());
  CHECK(calls->taken == 0 || !calls->batches.empty());
  std::int64_t members = 0;
  for (const IdentifyCalls::Batch& batch : calls->batches) {
    CHECK(is_pushed(batch.head.cohort));
    const auto head = kFormat.ReadWebhook(batch.body);
    CHECK(head.has_value() && head->cohort == batch.head.cohort &&
          head->direction == batch.head.direction && head->members == batch.head.members);
    CheckChanges(head, batch.body, identifier);
    members += head->members;
  }
  CHECK(members >= calls->taken);
  for (const CohortId& cohort : calls->lost)
    CHECK(is_pushed(cohort));
}

}  // namespace
}  // namespace cohort_sync::amplitude

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace cohort_sync;             // NOLINT(google-build-using-namespace)
  using namespace cohort_sync::amplitude;  // NOLINT(google-build-using-namespace)
  FuzzInput input(bytes, size);
  const auto words = input.Words(2);
  const IdentifierMapping identifier = {std::string(words[0]), std::string(words[1])};
  const std::string_view body = input.Rest();

  const auto webhook = kFormat.ReadWebhook(body);
  CheckChanges(webhook, body, identifier);
  if (webhook) {
    CHECK(!webhook->cohort.value().empty() && webhook->cohort.value().size() <= 128);
    CHECK(!webhook->computed_at || ToMillis(*webhook->computed_at) >= 0);
  }
  const auto list = kFormat.ReadListChange(body, CohortId("c1"), ChangeDirection::kLeave);
  CheckChanges(list, body, identifier);
  if (list) CHECK(list->cohort == CohortId("c1") && list->direction == ChangeDirection::kLeave);
  CheckIdentify(body, identifier);
  const auto create = kFormat.ReadCreateList(body);
  if (!create) {
    CheckProblem(body, create.error());
  } else {
    CheckTaken(body);
    CHECK(!create->name.empty() && (!create->cohort || !create->cohort->value().empty()));
  }
  return 0;
}
