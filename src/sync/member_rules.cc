#include "sync/member_rules.h"

namespace cohort_sync {

std::string_view ToString(MemberNaming naming) {
  return naming == MemberNaming::kUser ? "user" : "contact";
}

std::optional<MemberNaming> ParseMemberNaming(std::string_view text) {
  if (text == "user") return MemberNaming::kUser;
  if (text == "contact") return MemberNaming::kContact;
  return std::nullopt;
}

AppliedEntry Apply(const std::optional<MemberRow>& known, const MemberEntry& entry) {
  if (known && entry.at < known->changed_at) return {*known, EntryEffect::kStale};
  const bool enters = entry.direction == ChangeDirection::kEnter;
  AppliedEntry applied;
  applied.row.present = enters;
  applied.row.changed_at = entry.at;
  const bool keeps = known && (!enters || (known->present && entry.contact.empty()));
  applied.row.contact = keeps && !known->contact.empty() ? known->contact : entry.contact;
  if (known && entry.at == known->changed_at && known->present != enters)
    applied.effect = EntryEffect::kConflict;
  return applied;
}

bool IsNewer(const MemberRow& row, TimePoint snapshot_as_of) {
  return row.changed_at >= std::chrono::floor<std::chrono::seconds>(snapshot_as_of);
}

}  // namespace cohort_sync
