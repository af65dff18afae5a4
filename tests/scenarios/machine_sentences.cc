// What happens on this machine: configuration, files, state, time.
#include <filesystem>
#include <functional>
#include <sys/stat.h>

#include <SQLiteCpp/SQLiteCpp.h>
#include <nlohmann/json.hpp>

#include "base/format.h"
#include "base/time_text.h"
#include "scenarios/language.h"
#include "scenarios/sentence.h"

namespace cohort_sync {
namespace {

using Json = nlohmann::ordered_json;

Status ReplaceConfig(const Sentence& s) {
  s.world.WriteConfigText(TextOf(s.block));
  const Json parsed = Json::parse(TextOf(s.block), nullptr, false, true);
  if (!parsed.is_discarded()) s.world.config = parsed;
  return {};
}

Status SetConfig(const Sentence& s) {
  const Json value = Json::parse(s.words[1], nullptr, false);
  if (value.is_discarded()) return Impossible(Format("'{}' is not JSON", s.words[1]));
  s.world.config[Json::json_pointer(s.words[0])] = value;
  s.world.WriteConfig();
  return {};
}

Status RemoveConfig(const Sentence& s) {
  const Json::json_pointer pointer(s.words[0]);
  if (s.world.config.at(pointer.parent_pointer()).erase(pointer.back()) == 0)
    return Impossible("there is nothing to remove");
  s.world.WriteConfig();
  return {};
}

Status WriteFile(const Sentence& s) {
  s.world.WriteFile(s.words[0], s.world.FillIn(TextOf(s.block)));
  return {};
}

Status WriteExactly(const Sentence& s) {
  const Json text = Json::parse(s.words[1], nullptr, false);
  if (!text.is_string()) return Impossible(Format("{} is not a text in JSON", s.words[1]));
  s.world.WriteFile(s.words[0], text.get<std::string>());
  return {};
}

Status WriteRepeated(const Sentence& s) {
  const Json begin = Json::parse(s.words[1], nullptr, false);
  const Json repeated = Json::parse(s.words[3], nullptr, false);
  if (!begin.is_string() || !repeated.is_string()) return Impossible("both are texts in JSON");
  std::string text = begin.get<std::string>();
  for (std::int64_t i = 0; i < ToNumber(s.words[2]); ++i)
    text += repeated.get<std::string>();
  s.world.WriteFile(s.words[0], text);
  return {};
}

Status WriteBytes(const Sentence& s) {
  std::string percent_encoded;
  for (std::size_t i = 0; i + 1 < s.words[1].size(); i += 2)
    percent_encoded += '%' + s.words[1].substr(i, 2);
  s.world.WriteFile(s.words[0], PercentDecode(percent_encoded).value_or(""));
  return {};
}

Status DeleteFile(const Sentence& s) {
  if (std::filesystem::remove_all(s.world.File(s.words[0])) == 0)
    return Impossible("there is no such file");
  return {};
}

Status SetMode(const Sentence& s) {
  const auto mode = static_cast<mode_t>(std::stoul(s.words[1], nullptr, 8));
  if (::chmod(s.world.File(s.words[0]).c_str(), mode) != 0) return Impossible("no such file");
  return {};
}

Status MakeFolder(const Sentence& s) {
  std::filesystem::create_directories(s.world.File(s.words[0]));
  return {};
}

Status MakeLink(const Sentence& s) {
  std::filesystem::create_symlink(s.world.File(s.words[1]), s.world.File(s.words[0]));
  return {};
}

Status MakeSecondName(const Sentence& s) {
  std::filesystem::create_hard_link(s.world.File(s.words[1]), s.world.File(s.words[0]));
  return {};
}

Status MakePipe(const Sentence& s) {
  if (::mkfifo(s.world.File(s.words[0]).c_str(), 0600) != 0) return Impossible("it exists");
  return {};
}

Status SetEnvironment(const Sentence& s) {
  s.world.SetEnvironment(s.words[0], s.world.FillIn(s.words[1]));
  return {};
}

Status RemoveEnvironment(const Sentence& s) {
  s.world.SetEnvironment(s.words[0], std::nullopt);
  return {};
}

Status ExecuteOnState(const Sentence& s) {
  SQLite::Database state(s.world.File("cohort-sync.db"),
                         SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  state.exec(s.words[0]);
  ::chmod(s.world.File("cohort-sync.db").c_str(), 0600);
  return {};
}

Status OccupyState(const Sentence& s) {
  return s.world.OccupyState(s.words[0]);
}

Status LetGoOfState(const Sentence& s) {
  s.world.LetGoOfState();
  return {};
}

Status PassTime(const Sentence& s) {
  const auto time = ParseDuration(s.words[0]);
  if (!time) return Impossible(Format("'{}' is no time; say 90s, 15m, 24h or 7d", s.words[0]));
  s.world.clock().Advance(*time);
  return {};
}

Status SetClock(const Sentence& s) {
  const auto time = ParseTime(s.words[0]);
  if (!time) return Impossible(Format("'{}' is no time; say 1970-01-01T00:00:00Z", s.words[0]));
  s.world.clock().Advance(*time - s.world.clock().Now());
  return {};
}

Status Interrupt(const Sentence& s) {
  const auto time = ParseDuration(s.words[0]);
  if (!time) return Impossible(Format("'{}' is no time; say 90s, 15m, 24h or 7d", s.words[0]));
  s.world.clock().InterruptAt(s.world.clock().Now() + *time);
  return {};
}

Status Meanwhile(const Sentence& s) {
  std::vector<std::function<Status()>> tasks;
  tasks.reserve(s.block.size());
  for (const std::string& sentence : s.block) {
    tasks.emplace_back([&world = s.world, sentence]() -> Status {
      Status done = Perform(world, sentence, {});
      return done ? done : Fail(done.error().WithContext(sentence));
    });
  }
  s.world.Meanwhile(std::move(tasks));
  return {};
}

Status Type(const Sentence& s) {
  s.world.Type(s.words[0]);
  return {};
}

}  // namespace

const std::vector<Form>& MachineForms() {
  static const std::vector<Form> forms = {
      {R"(config = :)", ReplaceConfig},
      {R"(config (/\S*) = (.+))", SetConfig},
      {R"(config (/\S*) is removed)", RemoveConfig},
      {R"(file (\S+):)", WriteFile},
      {R"re(file (\S+) is (".*") and (\d+) times (".*"))re", WriteRepeated},
      {R"re(file (\S+) is (".*"))re", WriteExactly},
      {R"(file (\S+) is bytes ((?:[0-9a-f]{2})+))", WriteBytes},
      {R"(file (\S+) is deleted)", DeleteFile},
      {R"(file (\S+) has mode ([0-7]+))", SetMode},
      {R"(folder (\S+))", MakeFolder},
      {R"(link (\S+) to (\S+))", MakeLink},
      {R"(name (\S+) for (\S+))", MakeSecondName},
      {R"(pipe (\S+))", MakePipe},
      {R"(environment (\S+) = (.*))", SetEnvironment},
      {R"(environment (\S+) is removed)", RemoveEnvironment},
      {R"(the state says: (.+))", ExecuteOnState},
      {R"(another process runs (\S+))", OccupyState},
      {R"(no other process runs)", LetGoOfState},
      {R"(time passes (\S+))", PassTime},
      {R"(the clock says (\S+))", SetClock},
      {R"(Ctrl-C comes after (\S+))", Interrupt},
      {R"(meanwhile:)", Meanwhile},
      {R"((.*) is typed)", Type},
  };
  return forms;
}

}  // namespace cohort_sync
