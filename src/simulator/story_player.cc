#include "simulator/story_player.h"

#include <variant>

namespace cohort_sync::simulator {
namespace {

Status Move(const CohortMove& move, AmplitudeProject& project) {
  const Result<std::size_t> left = project.Leave(move.cohort, move.leave);
  if (!left) return Fail(left.error());
  const Result<std::size_t> entered = project.Enter(move.cohort, move.enter);
  if (!entered) return Fail(entered.error());
  return project.ChangeCohort(move.cohort, move.name, move.archived);
}

template <typename Task>
Status WithAccount(const ControlAccess& access, Task task) {
  Status played;
  access.cordial([&](CordialAccount& account) { played = task(account); });
  return played;
}

struct Player {
  const ControlAccess& access;

  Status operator()(const CohortMove& move) const {
    Status played;
    access.amplitude([&](AmplitudeProject& project) { played = Move(move, project); });
    return played;
  }
  Status operator()(const CohortEnd& end) const {
    Status played;
    access.amplitude([&](AmplitudeProject& project) { played = project.RemoveCohort(end.cohort); });
    return played;
  }
  Status operator()(const SwitchChange& change) const { return SetSwitches(change.json, access); }
  Status operator()(const ListEnd& end) const {
    return WithAccount(access,
                       [&](CordialAccount& account) { return account.RemoveList(end.name); });
  }
  Status operator()(const ContactEnd& end) const {
    return WithAccount(access,
                       [&](CordialAccount& account) { return account.RemoveContact(end.email); });
  }
  Status operator()(const Unsubscription& end) const {
    return WithAccount(access,
                       [&](CordialAccount& account) { return account.Unsubscribe(end.email); });
  }
  Status operator()(const PushStart& start) const {
    return Begun([&](Pusher& pushes) { return pushes.Create(start.cohort, start.settings); });
  }
  Status operator()(const PushAgain& again) const {
    return Begun([&](Pusher& pushes) { return pushes.Run(again.cohort); });
  }

 private:
  template <typename Begin>
  [[nodiscard]] Status Begun(Begin begin) const {
    if (access.pushes == nullptr) return Fail(ErrorCode::kNotFound, "no pushes here");
    const Result<std::int64_t> run = begin(*access.pushes);
    if (!run) return Fail(run.error());
    return {};
  }
};

}  // namespace

Status PlayStep(const StoryStep& step, const ControlAccess& access) {
  return std::visit(Player{access}, step.act);
}

}  // namespace cohort_sync::simulator
