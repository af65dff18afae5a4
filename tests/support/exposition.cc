#include "support/exposition.h"

#include <cmath>
#include <limits>
#include <regex>

#include "base/text.h"

namespace cohort_sync {
namespace {

std::string FamilyOf(const std::string& name, const std::map<std::string, std::string>& types) {
  for (const char* suffix : {"_bucket", "_sum", "_count"}) {
    if (!name.ends_with(suffix)) continue;
    const std::string family = name.substr(0, name.size() - std::string_view(suffix).size());
    const auto found = types.find(family);
    if (found != types.end() && found->second == "histogram") return family;
  }
  return name;
}

void ParseSample(const std::string& line, Exposition& all) {
  static const std::regex shape(
      R"re(([a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*",?)*\})? (\S+))re");
  std::smatch parts;
  if (!std::regex_match(line, parts, shape)) {
    all.problems.push_back("no sample: " + line);
    return;
  }
  const std::string family = FamilyOf(parts[1], all.types);
  const auto type = all.types.find(family);
  if (type == all.types.end()) all.problems.push_back("no TYPE before: " + line);
  if (type != all.types.end() && type->second == "counter" && !family.ends_with("_total"))
    all.problems.push_back("a counter without _total: " + line);
  const std::string number = parts[3];
  double value = 0;
  try {
    value = number == "+Inf" ? std::numeric_limits<double>::infinity() : std::stod(number);
  } catch (const std::exception&) {
    all.problems.push_back("no number: " + line);
  }
  if (!all.samples.emplace(parts[1].str() + parts[2].str(), value).second)
    all.problems.push_back("twice: " + line);
}

}  // namespace

std::set<std::string> Exposition::Names() const {
  std::set<std::string> names;
  for (const auto& [sample, value] : samples)
    names.insert(sample.substr(0, sample.find('{')));
  return names;
}

double Exposition::Value(const std::string& sample) const {
  const auto found = samples.find(sample);
  return found == samples.end() ? std::nan("") : found->second;
}

Exposition ParseExposition(std::string_view text) {
  Exposition all;
  if (!text.ends_with('\n')) all.problems.emplace_back("the last line does not end");
  std::set<std::string> helped;
  for (const std::string_view line : Split(text, '\n')) {
    if (line.empty()) continue;
    const auto words = Split(line, ' ');
    if (line.starts_with("# HELP ")) {
      helped.emplace(words.at(2));
    } else if (line.starts_with("# TYPE ")) {
      if (!all.types.emplace(words.at(2), words.at(3)).second || words.size() != 4)
        all.problems.push_back("TYPE twice: " + std::string(line));
      if (!helped.contains(std::string(words.at(2))))
        all.problems.push_back("no HELP before: " + std::string(line));
    } else {
      ParseSample(std::string(line), all);
    }
  }
  return all;
}

}  // namespace cohort_sync
