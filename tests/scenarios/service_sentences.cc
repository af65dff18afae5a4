// What happens at Amplitude and at Cordial.
#include <algorithm>
#include <functional>

#include <nlohmann/json.hpp>

#include "base/format.h"
#include "http/send_call.h"
#include "scenarios/sentence.h"

namespace cohort_sync {
namespace {

using Json = nlohmann::ordered_json;
using simulator::AmplitudeProject;
using simulator::CordialAccount;

Status WithAmplitude(World& world, const std::function<Status(AmplitudeProject&)>& task) {
  Status done;
  world.stand_ins().WithAmplitude([&](AmplitudeProject& project) { done = task(project); });
  return done;
}

Status WithCordial(World& world, const std::function<Status(CordialAccount&)>& task) {
  Status done;
  world.stand_ins().WithCordial([&](CordialAccount& account) { done = task(account); });
  return done;
}

// ---- Cohorts ----

// A cohort that the configuration does not know is synced daily from now on.
void ConfigureSync(World& world, const std::string& cohort) {
  Json& syncs = world.config["syncs"];
  const bool known = std::any_of(
      syncs.begin(), syncs.end(), [&](const Json& sync) { return sync["cohort"] == cohort; });
  if (known) return;
  syncs.push_back({{"cohort", cohort},
                   {"source", {{"type", "amplitude"}}},
                   {"frequency", "daily"},
                   {"at", "06:00"}});
  world.WriteConfig();
}

std::vector<std::string> NumberedAddresses(const std::string& cohort, std::int64_t count) {
  std::vector<std::string> emails;
  for (std::int64_t i = 1; i <= count; ++i)
    emails.push_back(Format("{}{:04}@example.com", cohort, i));
  return emails;
}

Status MakeCohort(const Sentence& s) {
  simulator::Cohort cohort;
  cohort.id = s.words[0];
  cohort.name = s.words[1];
  for (std::string& email : NumberedAddresses(cohort.id, ToNumber(s.words[2])))
    cohort.members.push_back(simulator::UserWithEmail(std::move(email)));
  ConfigureSync(s.world, cohort.id);
  return WithAmplitude(s.world, [&](AmplitudeProject& project) {
    project.PutCohort(std::move(cohort));
    return Status();
  });
}

Status ResizeCohort(const Sentence& s) {
  constexpr std::int64_t kMost = 10'000;
  const std::vector<std::string> all = NumberedAddresses(s.words[0], kMost);
  const auto end = all.begin() + ToNumber(s.words[1]);
  return WithAmplitude(s.world, [&](AmplitudeProject& project) -> Status {
    const auto left = project.Leave(s.words[0], {end, all.end()});
    if (!left) return Fail(left.error());
    const auto entered = project.Enter(s.words[0], {all.begin(), end});
    return entered ? Status() : Fail(entered.error());
  });
}

Status MoveMembers(const Sentence& s) {
  return WithAmplitude(s.world, [&](AmplitudeProject& project) -> Status {
    const std::vector<std::string> emails = CommaList(s.words[2]);
    const auto changed = s.words[1] == "gains" ? project.Enter(s.words[0], emails)
                                               : project.Leave(s.words[0], emails);
    if (!changed) return Fail(changed.error());
    if (*changed != emails.size()) return Impossible(Format("only {} did", *changed));
    return {};
  });
}

Status RenameCohort(const Sentence& s) {
  return WithAmplitude(s.world, [&](AmplitudeProject& project) {
    return project.ChangeCohort(s.words[0], s.words[1], std::nullopt);
  });
}

Status ArchiveCohort(const Sentence& s) {
  return WithAmplitude(s.world, [&](AmplitudeProject& project) {
    return project.ChangeCohort(s.words[0], std::nullopt, s.words[1] == "archived");
  });
}

Status EndCohort(const Sentence& s) {
  return WithAmplitude(s.world,
                       [&](AmplitudeProject& project) { return project.RemoveCohort(s.words[0]); });
}

Status DescribeCohort(const Sentence& s) {
  auto cohort = simulator::ParseCohort(s.words[0], s.words[1]);
  if (!cohort) return Fail(cohort.error());
  ConfigureSync(s.world, s.words[0]);
  return WithAmplitude(s.world, [&](AmplitudeProject& project) {
    project.PutCohort(std::move(*cohort));
    return Status();
  });
}

// ---- Pushes ----

Status EndOf(const Sentence& s, const Result<std::int64_t>& number) {
  if (!number) return Fail(number.error());
  const auto run = s.world.stand_ins().pushes().Wait(s.words[0], *number);
  return run ? Status() : Fail(run.error());
}

Status PushCohort(const Sentence& s) {
  auto settings = simulator::ParsePushSettings(s.world.FillIn(s.words[1]));
  if (!settings) return Fail(settings.error());
  return EndOf(s, s.world.stand_ins().pushes().Create(s.words[0], std::move(*settings)));
}

Status PushAgain(const Sentence& s) {
  return EndOf(s, s.world.stand_ins().pushes().Run(s.words[0]));
}

// ---- Cordial ----

Status FillList(const Sentence& s) {
  return WithCordial(s.world, [&](CordialAccount& account) {
    return account.Prefill(CommaList(s.words[1]), {s.words[0]});
  });
}

Status TakeOffList(const Sentence& s) {
  http::Request request;
  request.method = "PUT";
  request.target = "/v2/contacts/email:" + PercentEncode(s.words[1]);
  request.headers.Add("Authorization", http::BasicAuthorization("demo-cordial-key", ""));
  request.headers.Add("Content-Type", "application/json");
  request.body = Json{{s.words[0], false}}.dump();
  return WithCordial(s.world, [&](CordialAccount& account) -> Status {
    const http::Reply reply = account.Handle(request);
    if (reply.response.status == 200) return {};
    return Impossible(reply.response.body);
  });
}

Status DeleteList(const Sentence& s) {
  return WithCordial(s.world,
                     [&](CordialAccount& account) { return account.RemoveList(s.words[0]); });
}

Status DeleteContact(const Sentence& s) {
  return WithCordial(s.world,
                     [&](CordialAccount& account) { return account.RemoveContact(s.words[0]); });
}

Status SetSwitch(const Sentence& s) {
  return simulator::SetSwitches(Format("{{\"{}\": {}}}", s.words[0], s.words[1]),
                                s.world.stand_ins().access());
}

Status AnswerAtOther(const Sentence& s) {
  s.world.AnswerAtOther(s.words[0],
                        {static_cast<int>(ToNumber(s.words[1])), {}, s.world.FillIn(s.words[2])});
  return {};
}

Status RedirectAtOther(const Sentence& s) {
  http::Response response{static_cast<int>(ToNumber(s.words[1])), {}, {}};
  response.headers.Add("Location", s.world.FillIn(s.words[2]));
  s.world.AnswerAtOther(s.words[0], std::move(response));
  return {};
}

}  // namespace

const std::vector<Form>& ServiceForms() {
  static const std::vector<Form> forms = {
      {R"re(cohort (\S+) "([^"]*)" = (\d+) members?)re", MakeCohort},
      {R"(cohort (\S+) = (\d+) members?)", ResizeCohort},
      {R"(cohort (\S+) (gains|loses) (.+))", MoveMembers},
      {R"re(cohort (\S+) is called "([^"]*)")re", RenameCohort},
      {R"(cohort (\S+) is (archived|not archived))", ArchiveCohort},
      {R"(cohort (\S+) is gone)", EndCohort},
      {R"(cohort (\S+) is pushed (\{.*\}))", PushCohort},
      {R"(cohort (\S+) is pushed again)", PushAgain},
      {R"(cohort (\S+) is (\{.*\}))", DescribeCohort},
      {R"(list (\S+) holds (.+))", FillList},
      {R"(list (\S+) lost (\S+))", TakeOffList},
      {R"(list (\S+) is deleted)", DeleteList},
      {R"(contact (\S+) is deleted)", DeleteContact},
      {R"(switch (\S+) = (.+))", SetSwitch},
      {R"(OTHER answers ([A-Z]+ /\S*) with (\d+) to (\S+))", RedirectAtOther},
      {R"(OTHER answers ([A-Z]+ /\S*) with (\d+) ?(.*))", AnswerAtOther},
  };
  return forms;
}

}  // namespace cohort_sync
