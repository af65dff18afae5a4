// The bodies of property-based pushes, which are JSON (contracts/amplitude.md 2.5).
#ifndef COHORT_SYNC_AMPLITUDE_JSON_IDENTIFY_FORMAT_H_
#define COHORT_SYNC_AMPLITUDE_JSON_IDENTIFY_FORMAT_H_

#include <functional>
#include <string_view>

#include "sync/identify_format.h"

namespace cohort_sync::amplitude {

// A body is one call {"type": "identify", "userId": ..., "traits": {...}} or {"batch": [calls]}.
//
// - A trait is of a cohort when it is called "[Amplitude] <name>: <id>", "<name>:<id>" or
//   "[Amplitude] <name> (<id>)" and that id is pushed here; one that begins with "[Amplitude] " is
//   of a cohort that is not. Its value is true, false, "true" or "false" and nothing else.
// - All other traits are the user's properties.
// - A user id may be a number. A call without one, of another type, without a cohort that is pushed
//   here or with a value that is none is skipped as a whole.
// - A user that enters and leaves within one body is in batches one behind the other.
class JsonIdentifyFormat final : public IdentifyFormat {
 public:
  [[nodiscard]] tl::expected<IdentifyCalls, PushProblem> Read(
      std::string_view body, const std::function<bool(const CohortId&)>& is_pushed) const override;
};

}  // namespace cohort_sync::amplitude

#endif  // COHORT_SYNC_AMPLITUDE_JSON_IDENTIFY_FORMAT_H_
