// Port: what the bodies of Amplitude's pushes say (src/amplitude implements it; the wire is in
// contracts/amplitude.md, sections 2 and 3).
#ifndef COHORT_SYNC_SYNC_PUSH_FORMAT_H_
#define COHORT_SYNC_SYNC_PUSH_FORMAT_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sync/change_batch.h"
#include "sync/identifier.h"
#include "sync/ids.h"

namespace cohort_sync {

// Why a body is not taken. Messages name the field and never hold what is said of a member.
struct PushProblem {
  enum class Kind {
    kNotJson,       // With the place, where it is known.
    kUnknownShape,  // JSON that does not say what a batch says; never guessed.
  };
  Kind kind;
  std::string message;
};

// The call that makes a list (section 2.1).
struct CreateListRequest {
  std::string name;
  // Where a field or the end of the name says it (": <id>" or " (<id>)"); whether there is such a
  // cohort is not known here.
  std::optional<CohortId> cohort;
};

// Pure; safe from several threads.
class PushFormat {
 public:
  virtual ~PushFormat() = default;

  // The body of a cohort webhook, checked whole: what is taken here, ReadChanges reads.
  [[nodiscard]] virtual tl::expected<ChangeBatchHead, PushProblem> ReadWebhook(
      std::string_view body) const = 0;

  // The body of an add to the list of `cohort`, or of a remove, checked whole.
  [[nodiscard]] virtual tl::expected<ChangeBatchHead, PushProblem> ReadListChange(
      std::string_view body, const CohortId& cohort, ChangeDirection direction) const = 0;

  [[nodiscard]] virtual tl::expected<CreateListRequest, PushProblem> ReadCreateList(
      std::string_view body) const = 0;

  // The members of a body, in its order. Of a webhook, a member without a user id has an empty one
  // and then a value at most.
  [[nodiscard]] virtual tl::expected<std::vector<MemberChange>, PushProblem> ReadChanges(
      PushKind kind, std::string_view body, const IdentifierMapping& identifier) const = 0;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_SYNC_PUSH_FORMAT_H_
