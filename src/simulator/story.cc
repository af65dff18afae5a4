#include "simulator/story.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/format.h"
#include "base/text.h"
#include "base/time_text.h"
#include "simulator/contact_change.h"
#include "simulator/json_member.h"
#include "simulator/push_times.h"
#include "simulator/story_roster.h"
#include "simulator/switch_table.h"

namespace cohort_sync::simulator {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::int64_t kMostMembers = 5'000'000;

std::string Dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string Suggestion(std::string_view word, const std::vector<std::string>& known) {
  if (const auto closest = ClosestMatch(word, known)) {
    return Format("; did you mean '{}'?", *closest);
  }
  return known.empty() ? "" : Format("; known: {}", Join(known, ", "));
}

// Keeps the first problem and goes on with harmless values, so that reading stays straight.
class Reader {
 public:
  Result<Story> Read(const Json& root) {
    CheckKeys(root, "", {"cohorts", "steps"});
    ReadArray(root, "cohorts", &Reader::ReadCohort);
    ReadArray(root, "steps", &Reader::ReadStep);
    if (problem_) return Fail(*problem_);
    std::stable_sort(story_.steps.begin(),
                     story_.steps.end(),
                     [](const StoryStep& a, const StoryStep& b) { return a.at < b.at; });
    return std::move(story_);
  }

 private:
  void Problem(const std::string& path, const std::string& message) {
    if (problem_) return;
    problem_ =
        Error(ErrorCode::kInvalidInput, path.empty() ? message : Format("{}: {}", path, message));
  }

  // False, and a problem, for what is no object and for a key that is not among `known`.
  bool CheckKeys(const Json& json, const std::string& path, const std::vector<std::string>& known) {
    if (!json.is_object()) {
      Problem(path, "expected an object");
      return false;
    }
    for (const auto& [key, value] : json.items()) {
      if (std::find(known.begin(), known.end(), key) != known.end()) continue;
      Problem(path, Format("unknown key '{}'{}", Printable(key), Suggestion(key, known)));
      return false;
    }
    return true;
  }

  void ReadArray(const Json& root,
                 const char* key,
                 void (Reader::*read)(const Json&, const std::string&)) {
    if (problem_) return;
    if (!root.contains(key) || !root[key].is_array()) {
      Problem(key, "expected an array");
      return;
    }
    for (std::size_t i = 0; i < root[key].size() && !problem_; ++i)
      (this->*read)(root[key][i], Format("{}[{}]", key, i));
  }

  std::string Text(const Json& json, const std::string& path, const char* key) {
    const auto member = json.find(key);
    if (member != json.end() && member->is_string() && !member->get<std::string>().empty()) {
      return member->get<std::string>();
    }
    Problem(Format("{}.{}", path, key), "expected a text");
    return "";
  }

  bool Bool(const Json& json, const std::string& path, const char* key) {
    if (json[key].is_boolean()) return json[key].get<bool>();
    Problem(Format("{}.{}", path, key), "expected true or false");
    return false;
  }

  Duration Time(const Json& json, const std::string& path, const char* key) {
    const auto member = json.find(key);
    const std::string text =
        member != json.end() && member->is_string() ? member->get<std::string>() : "";
    if (text == "0s") return Duration(0);
    const std::optional<Duration> time = ParseDuration(text);
    if (!time) {
      Problem(Format("{}.{}", path, key),
              "expected a whole number and s, m, h or d, as in \"90s\"");
    }
    return time.value_or(Duration(0));
  }

  // A number of addresses, which `made_up` gives one by one, or the addresses themselves.
  template <typename MakeUp>
  std::vector<std::string> Addresses(const Json& value, const std::string& path, MakeUp made_up) {
    std::vector<std::string> addresses;
    if (value.is_number_integer() && value >= 0 && value <= kMostMembers) {
      const auto count = value.get<std::int64_t>();
      while (std::ssize(addresses) < count && !problem_)
        addresses.push_back(made_up());
      return addresses;
    }
    const bool usable =
        value.is_array() && std::all_of(value.begin(), value.end(), [](auto& item) {
          return item.is_string() && LooksLikeEmail(item.template get<std::string>());
        });
    if (usable) return value.get<std::vector<std::string>>();
    Problem(path,
            Format("expected a number up to {} or an array of e-mail addresses", kMostMembers));
    return addresses;
  }

  void ReadCohort(const Json& json, const std::string& path) {
    if (!CheckKeys(json, path, {"id", "name", "members"})) return;
    Cohort cohort;
    cohort.id = Text(json, path, "id");
    cohort.name = Text(json, path, "name");
    if (rosters_.contains(cohort.id)) {
      Problem(path + ".id", Format("'{}' is there twice", Printable(cohort.id)));
    }
    Roster roster(cohort.name);
    if (json.contains("members")) {
      for (std::string& email :
           Addresses(json["members"], path + ".members", [&] { return roster.NewAddress(); })) {
        roster.present.push_back(email);
        cohort.members.push_back(UserWithEmail(std::move(email)));
      }
    }
    rosters_.insert_or_assign(cohort.id, std::move(roster));
    story_.cohorts.push_back(std::move(cohort));
  }

  void ReadStep(const Json& json, const std::string& path) {
    if (!json.is_object()) return Problem(path, "expected an object");
    const Duration at = Time(json, path, "at");
    if (at < last_at_) Problem(path + ".at", "is before the step above it; put the steps in order");
    last_at_ = at;
    note_ = json.contains("note") ? Text(json, path, "note") + ": " : "";
    if (json.contains("cohort")) {
      ReadCohortStep(json, path, at);
    } else if (json.contains("cordial")) {
      if (CheckKeys(json, path, {"at", "note", "cordial"})) {
        ReadCordialStep(json["cordial"], path + ".cordial", at);
      }
    } else if (json.contains("push")) {
      if (CheckKeys(json, path, {"at", "note", "push"})) ReadPush(json["push"], path + ".push", at);
    } else if (CheckKeys(json, path, {"at", "note", "cohort", "cordial", "amplitude", "push"})) {
      if (!json.contains("amplitude")) {
        Problem(path, "nothing happens; add 'cohort', 'cordial', 'amplitude' or 'push'");
        return;
      }
      ReadSwitchStep(json["amplitude"], path + ".amplitude", "amplitude", at);
    }
  }

  void AddStep(Duration at, const std::string& text, decltype(StoryStep::act) act) {
    story_.steps.push_back({.at = at, .text = note_ + text, .act = std::move(act)});
  }

  Roster* RosterOf(const Json& json, const std::string& path) {
    const std::string id = Text(json, path, "cohort");
    const auto found = rosters_.find(id);
    if (found != rosters_.end()) return &found->second;
    std::vector<std::string> ids;
    for (const auto& [known, roster] : rosters_)
      ids.push_back(known);
    Problem(path + ".cohort", Format("unknown cohort '{}'{}", Printable(id), Suggestion(id, ids)));
    return nullptr;
  }

  void ReadCohortStep(const Json& json, const std::string& path, Duration at) {
    const std::vector<std::string> keys = {
        "at", "note", "cohort", "leave", "enter", "rename", "archive", "vanish"};
    if (!CheckKeys(json, path, keys)) return;
    Roster* roster = RosterOf(json, path);
    if (roster == nullptr) return;
    CohortMove move;
    move.cohort = Text(json, path, "cohort");
    if (json.contains("vanish")) {
      if (json.size() > (json.contains("note") ? 4U : 3U)) {
        Problem(path + ".vanish", "goes with nothing else; make it a step of its own");
      }
      if (!Bool(json, path, "vanish")) Problem(path + ".vanish", "expected true");
      AddStep(at, Format("cohort '{}' vanishes", roster->name), CohortEnd{move.cohort});
      rosters_.erase(move.cohort);
      return;
    }
    const std::string name = roster->name;
    const std::string happens = Join(ReadMoves(json, path, *roster, move), ", ");
    if (happens.empty()) Problem(path, "nothing happens; add 'leave', 'enter' or another change");
    const std::string cohort = move.cohort;
    AddStep(at, Format("cohort '{}': {}", name, happens), std::move(move));
    if (const auto pushed = push_times_.RunAfter(cohort, at)) AddPushAgain(*pushed, cohort);
  }

  void AddPushAgain(Duration at, const std::string& cohort) {
    AddStep(at,
            Format("amplitude: pushes what changed in cohort '{}'", rosters_.at(cohort).name),
            PushAgain{cohort});
  }

  void ReadPush(const Json& json, const std::string& path, Duration at) {
    if (!json.is_object()) return Problem(path, "expected an object");
    const Roster* roster = RosterOf(json, path);
    if (roster == nullptr) return;
    const std::string cohort = TextMember(json, "cohort");
    if (json.size() == 1) {
      if (push_times_.Contains(cohort)) return AddPushAgain(at, cohort);
      return Problem(path,
                     "this cohort is not pushed yet; add 'url' and what else there is to say");
    }
    Json rest = json;
    rest.erase("cohort");
    Result<PushSettings> settings = ParsePushSettings(Dump(rest));
    if (!settings) return Problem(path, settings.error().message());
    push_times_.Create(cohort, at, settings->frequency);
    const std::string text = Format("amplitude: pushes cohort '{}' to {}{}, {}",
                                    roster->name,
                                    settings->base_url,
                                    settings->target,
                                    FrequencyName(settings->frequency));
    AddStep(at, text, PushStart{cohort, *std::move(settings)});
  }

  // What it says in words.
  std::vector<std::string> ReadMoves(const Json& json,
                                     const std::string& path,
                                     Roster& roster,
                                     CohortMove& move) {
    std::vector<std::string> words;
    if (json.contains("leave")) {
      move.leave = ReadLeavers(json["leave"], path + ".leave", roster);
      words.push_back(Format("{} leave", move.leave.size()));
    }
    if (json.contains("enter")) {
      move.enter = Addresses(json["enter"], path + ".enter", [&] { return roster.NewAddress(); });
      roster.present.insert(roster.present.end(), move.enter.begin(), move.enter.end());
      words.push_back(Format("{} enter", move.enter.size()));
    }
    if (json.contains("rename")) {
      move.name = Text(json, path, "rename");
      roster.name = *move.name;
      words.push_back(Format("is now called '{}'", *move.name));
    }
    if (json.contains("archive")) {
      move.archived = Bool(json, path, "archive");
      words.emplace_back(*move.archived ? "is archived" : "is no longer archived");
    }
    return words;
  }

  std::vector<std::string> ReadLeavers(const Json& value, const std::string& path, Roster& roster) {
    const auto present = std::ssize(roster.present);
    if (value.is_number_integer() && value > present) {
      Problem(path, Format("{} of {} members cannot leave", Dump(value), present));
      return {};
    }
    std::vector<std::string> leavers = Addresses(value, path, [&] {
      std::string first = std::move(roster.present.front());
      roster.present.pop_front();
      return first;
    });
    if (value.is_array()) {
      std::erase_if(roster.present, [&leavers](const std::string& email) {
        return std::find(leavers.begin(), leavers.end(), email) != leavers.end();
      });
    }
    return leavers;
  }

  void ReadCordialStep(const Json& json, const std::string& path, Duration at) {
    if (!json.is_object() || json.size() != 1 || json.contains("outage")) {
      return ReadSwitchStep(json, path, "cordial", at);
    }
    if (json.contains("delete_list")) {
      const std::string name = Text(json, path, "delete_list");
      AddStep(at, Format("cordial: list '{}' is deleted", name), ListEnd{name});
    } else if (json.contains("delete_contact")) {
      const std::string email = Text(json, path, "delete_contact");
      AddStep(at, Format("cordial: contact '{}' is deleted", email), ContactEnd{email});
    } else if (json.contains("unsubscribe")) {
      const std::string email = Text(json, path, "unsubscribe");
      AddStep(at, Format("cordial: contact '{}' unsubscribes", email), Unsubscription{email});
    } else {
      CheckKeys(
          json,
          path,
          {"outage", "switch", "value", "for", "delete_list", "delete_contact", "unsubscribe"});
      if (!problem_) ReadSwitchStep(json, path, "cordial", at);
    }
  }

  void ReadSwitchStep(const Json& json,
                      const std::string& path,
                      const std::string& service,
                      Duration at) {
    if (!CheckKeys(json, path, {"outage", "switch", "value", "for"})) return;
    if (json.contains("outage")) {
      const std::string name = service == "cordial" ? "unavailable" : "gateway_timeout";
      const Duration length = Time(json, path, "outage");
      return AddSwitch(service, name, {{"probability", 1}}, path, at, length);
    }
    const std::string name = Text(json, path, "switch");
    if (!json.contains("value")) return Problem(path + ".value", "is missing");
    const Duration length = json.contains("for") ? Time(json, path, "for") : Duration(0);
    AddSwitch(service, name, json["value"], path, at, length);
  }

  // `length` 0: for good.
  void AddSwitch(const std::string& service,
                 const std::string& name,
                 const Json& value,
                 const std::string& path,
                 Duration at,
                 Duration length) {
    const std::string full_name = Format("{}.{}", service, name);
    const std::string json = Dump({{full_name, value}});
    CordialSwitches cordial;
    AmplitudeSwitches amplitude;
    if (const Status set = SetSwitches(json, cordial, amplitude); !set) {
      return Problem(path, set.error().message());
    }
    const std::string lasting = length > Duration(0) ? " for " + FormatDuration(length) : "";
    AddStep(at, Format("{}: {} is {}{}", service, name, Dump(value), lasting), SwitchChange{json});
    if (length == Duration(0)) return;
    const Result<std::string> initial = SwitchDefault(full_name);
    AddStep(at + length,
            Format("{}: {} is over", service, name),
            SwitchChange{Dump({{full_name, Json::parse(initial.value_or("null"))}})});
  }

  Story story_;
  std::map<std::string, Roster> rosters_;  // By cohort id.
  PushTimes push_times_;
  Duration last_at_{0};
  std::string note_;
  std::optional<Error> problem_;
};

}  // namespace

std::span<const StoryStep> Story::DueSteps(std::size_t played, Duration elapsed) const {
  const auto later = std::find_if(
      steps.begin(), steps.end(), [elapsed](const StoryStep& s) { return s.at > elapsed; });
  const auto due = static_cast<std::size_t>(later - steps.begin());
  return std::span(steps).subspan(played, std::max(due, played) - played);
}

Result<Story> ParseStory(std::string_view json) {
  const Json root = Json::parse(json, nullptr, false, true);
  if (root.is_discarded()) return Fail(ErrorCode::kInvalidInput, "not JSON");
  return Reader().Read(root);
}

Result<Story> LoadStory(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    return Fail(ErrorCode::kNotFound, Format("story '{}': cannot be read", Printable(path)));
  }
  const std::string text(std::istreambuf_iterator<char>(file), {});
  Result<Story> story = ParseStory(text);
  if (!story) return Fail(story.error().WithContext(Format("story '{}'", Printable(path))));
  return story;
}

}  // namespace cohort_sync::simulator
