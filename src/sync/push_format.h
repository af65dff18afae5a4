// Port: what the bodies of Amplitude's pushes say (src/amplitude implements it).
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

// Why a body cannot be taken.
struct PushProblem {
  enum class Kind {
    kNotJson,       // Answered 400.
    kUnknownShape,  // JSON, but not what Amplitude sends: answered 422. Names the field.
  };
  Kind kind = Kind::kNotJson;
  std::string message;
};

struct CreateListRequest {
  std::string name;
  std::optional<CohortId> cohort;  // Where the body or the name's suffix ": <id>" says it.
};

// Safe from several threads: nothing changes.
class PushFormat {
 public:
  virtual ~PushFormat() = default;

  // The cohort webhook (contracts/amplitude.md, section 3).
  [[nodiscard]] virtual tl::expected<ChangeBatchHead, PushProblem> ReadWebhook(
      std::string_view body) const = 0;
  // A call to the list of `cohort` (section 2): its target says cohort and direction.
  [[nodiscard]] virtual tl::expected<ChangeBatchHead, PushProblem> ReadListChange(
      std::string_view body, const CohortId& cohort, ChangeDirection direction) const = 0;
  [[nodiscard]] virtual tl::expected<CreateListRequest, PushProblem> ReadCreateList(
      std::string_view body) const = 0;
  // The members of a body that one of the first two has read. The identifier's property says which
  // value of a user is the contact; "user_id" is the user id itself.
  [[nodiscard]] virtual tl::expected<std::vector<MemberChange>, PushProblem> ReadChanges(
      PushKind kind, std::string_view body, const IdentifierMapping& identifier) const = 0;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_SYNC_PUSH_FORMAT_H_
