// Bodies that a test writes down: a member a line, "u1 anna@example.com" or "u1" in a batch of the
// webhook, "anna@example.com" in one of a list. "broken" cannot be read.
#ifndef COHORT_SYNC_TESTS_SUPPORT_FAKE_PUSH_FORMAT_H_
#define COHORT_SYNC_TESTS_SUPPORT_FAKE_PUSH_FORMAT_H_

#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "sync/push_format.h"

namespace cohort_sync {

class FakePushFormat final : public PushFormat {
 public:
  using Head = tl::expected<ChangeBatchHead, PushProblem>;

  [[nodiscard]] Head ReadWebhook(std::string_view /*body*/) const override { return Unknown(); }
  [[nodiscard]] Head ReadListChange(std::string_view /*body*/,
                                    const CohortId& /*cohort*/,
                                    ChangeDirection /*direction*/) const override {
    return Unknown();
  }
  [[nodiscard]] tl::expected<CreateListRequest, PushProblem> ReadCreateList(
      std::string_view /*body*/) const override {
    return Unknown();
  }
  [[nodiscard]] tl::expected<std::vector<MemberChange>, PushProblem> ReadChanges(
      PushKind kind,
      std::string_view body,
      const IdentifierMapping& /*identifier*/) const override {
    if (body == "broken") return Unknown();
    std::vector<MemberChange> changes;
    std::istringstream lines{std::string(body)};
    for (std::string line; std::getline(lines, line);) {
      const std::size_t space = line.find(' ');
      MemberChange change;
      if (kind == PushKind::kWebhook) change.member = line.substr(0, space);
      if (kind == PushKind::kList) change.value = line;
      if (kind == PushKind::kWebhook && space != std::string::npos)
        change.value = line.substr(space + 1);
      changes.push_back(std::move(change));
    }
    return changes;
  }

 private:
  static tl::unexpected<PushProblem> Unknown() {
    return tl::unexpected(PushProblem{PushProblem::Kind::kUnknownShape, "no such body"});
  }
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_TESTS_SUPPORT_FAKE_PUSH_FORMAT_H_
