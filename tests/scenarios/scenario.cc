#include "scenarios/scenario.h"

#include <optional>
#include <utility>

#include "base/format.h"
#include "base/text.h"

namespace cohort_sync {
namespace {

constexpr std::string_view kProgram = "$ cohort-sync";
constexpr std::string_view kIndent = "  ";

bool IsTranscript(std::string_view line) {
  return line.starts_with(kIndent) || line.starts_with("! ") || line.starts_with("exit ");
}

std::vector<std::string_view> LinesOf(std::string_view text) {
  std::vector<std::string_view> lines = Split(text, '\n');
  if (!lines.empty() && lines.back().empty()) lines.pop_back();
  return lines;
}

class Parser {
 public:
  explicit Parser(std::string_view text) : lines_(LinesOf(text)) {}

  Result<std::vector<Scenario>> Parse() {
    while (at_ < lines_.size()) {
      if (Status read = ReadScenario(); !read) return Fail(read.error());
    }
    if (scenarios_.empty()) return Wrong("nothing in it");
    return std::move(scenarios_);
  }

 private:
  [[nodiscard]] tl::unexpected<Error> Wrong(const std::string& message) const {
    return Fail(ErrorCode::kInvalidInput, Format("line {}: {}", at_ + 1, message));
  }

  Status ReadScenario() {
    Scenario scenario;
    scenario.line = at_ + 1;
    for (; at_ < lines_.size() && !lines_[at_].empty(); ++at_)
      scenario.title += (scenario.title.empty() ? "" : " ") + std::string(lines_[at_]);
    if (scenario.title.empty()) return Wrong("a title is missing; say what this is about");
    for (; at_ < lines_.size() && lines_[at_] != "---";) {
      const std::string_view line = lines_[at_];
      if (line.empty() || line.starts_with('#')) {
        ++at_;
      } else if (IsTranscript(line)) {
        return Wrong("output or a block without a command or a line with ':' above it");
      } else if (Status read = ReadStep(scenario); !read) {
        return read;
      }
    }
    ++at_;  // "---"
    scenarios_.push_back(std::move(scenario));
    return {};
  }

  Status ReadStep(Scenario& scenario) {
    const std::string_view line = lines_[at_];
    Step step;
    step.line = at_ + 1;
    step.is_command = line.starts_with('$');
    if (step.is_command && !(line == kProgram || line.starts_with(std::string(kProgram) + ' ')))
      return Wrong(Format("a command begins with '{}'", kProgram));
    step.text = step.is_command ? Trim(line.substr(kProgram.size())) : line;
    ++at_;
    if (step.is_command) {
      ReadTranscript(step);
    } else if (line.ends_with(':')) {
      ReadBlock(step);
      if (step.block.empty()) return Wrong("the line above ends with ':' but no block follows");
    }
    scenario.steps.push_back(std::move(step));
    return {};
  }

  // Empty lines count when more of the transcript follows them.
  void ReadTranscript(Step& step) {
    std::size_t empty = 0;
    for (std::size_t next = at_; next < lines_.size(); ++next) {
      if (lines_[next].empty()) {
        ++empty;
        continue;
      }
      if (!IsTranscript(lines_[next])) break;
      step.block.insert(step.block.end(), empty, "");
      step.block.emplace_back(lines_[next]);
      empty = 0;
      if (lines_[next].starts_with("exit ")) break;
    }
    step.block_lines = step.block.size();
    at_ += step.block_lines;
  }

  void ReadBlock(Step& step) {
    for (; at_ < lines_.size() && lines_[at_].starts_with(kIndent); ++at_)
      step.block.emplace_back(lines_[at_].substr(kIndent.size()));
    step.block_lines = step.block.size();
  }

  const std::vector<std::string_view> lines_;
  std::size_t at_ = 0;
  std::vector<Scenario> scenarios_;
};

}  // namespace

Result<std::vector<Scenario>> ParseScenarios(std::string_view text) {
  return Parser(text).Parse();
}

std::string WithTranscripts(std::string_view text,
                            const std::vector<Scenario>& scenarios,
                            const std::vector<std::vector<std::string>>& transcripts) {
  const std::vector<std::string_view> lines = LinesOf(text);
  std::string out;
  std::size_t at = 0;
  const auto copy_until = [&](std::size_t end) {
    for (; at < end; ++at)
      out += std::string(lines[at]) + '\n';
  };
  std::size_t command = 0;
  for (const Scenario& scenario : scenarios) {
    for (const Step& step : scenario.steps) {
      if (!step.is_command) continue;
      copy_until(step.line);
      for (const std::string& line : transcripts.at(command++))
        out += line + '\n';
      at += step.block_lines;
    }
  }
  copy_until(lines.size());
  return out;
}

Result<std::vector<std::string>> SplitWords(std::string_view text) {
  std::vector<std::string> words;
  std::optional<std::string> word;
  char quote = 0;
  for (const char c : text) {
    if (quote != 0) {
      if (c == quote) {
        quote = 0;
      } else {
        *word += c;
      }
    } else if (c == '\'' || c == '"') {
      quote = c;
      if (!word) word.emplace();
    } else if (c == ' ') {
      if (word) words.push_back(*std::exchange(word, std::nullopt));
    } else {
      if (!word) word.emplace();
      *word += c;
    }
  }
  if (quote != 0) return Fail(ErrorCode::kInvalidInput, Format("a {} is not closed", quote));
  if (word) words.push_back(*word);
  return words;
}

}  // namespace cohort_sync
