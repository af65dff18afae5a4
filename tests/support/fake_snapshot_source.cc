#include "support/fake_snapshot_source.h"

#include <utility>

namespace cohort_sync {

Result<Snapshot> FakeSnapshotSource::Fetch(const FetchRequest& request,
                                           const std::stop_token& stop) {
  requests.push_back(request);
  if (on_fetch) on_fetch();
  if (stop.stop_requested()) return Fail(ErrorCode::kInterrupted, "stopped while reading");
  if (error) return Fail(*error);

  Snapshot snapshot;
  snapshot.cohort = request.cohort;
  snapshot.cohort_name = cohort_name;
  snapshot.as_of = as_of.value_or(clock_.Now());
  snapshot.origin = origin;
  snapshot.expected_size = expected_size;
  if (users.empty()) snapshot.who.naming = MemberNaming::kContact;
  MemberRowsBuilder members(request.hash_key);
  std::string scratch;
  for (const std::string& value : values) {
    ++snapshot.rows;
    const NormalizedIdentifier normalized =
        NormalizeIdentifier(request.identifier.kind(), value, scratch);
    const std::size_t row = static_cast<std::size_t>(snapshot.rows) - 1;
    const std::string user = row < users.size() ? users[row] : "";
    if (request.wants_members && (normalized.accepted || !user.empty()))
      snapshot.who.Add(user, normalized.value);
    if (normalized.accepted) {
      members.Add(normalized.value);
      continue;
    }
    ++snapshot.rejected[static_cast<std::size_t>(normalized.reason)];
    snapshot.rejected_rows.push_back({snapshot.rows, normalized.reason, value, {}});
  }
  snapshot.members = members.Finish();
  return snapshot;
}

}  // namespace cohort_sync
