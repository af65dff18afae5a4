// init: a configuration to start with.
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <system_error>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "base/format.h"
#include "base/text.h"
#include "base/unique_fd.h"
#include "cli/command.h"
#include "cli/workspace.h"

namespace cohort_sync {
namespace {

using Json = nlohmann::ordered_json;

// Takes each answer from its option, else from the person, else the default.
class Questions {
 public:
  Questions(const CommandContext& context, const CommandArguments& arguments)
      : context_(context), arguments_(arguments) {}

  std::string Ask(const std::string& option, const std::string& question, std::string otherwise) {
    const auto given = arguments_.options.find(option);
    if (given != arguments_.options.end()) return given->second;
    if (context_.answers == nullptr) return otherwise;
    context_.err << question << (otherwise.empty() ? "" : Format(" [{}]", otherwise)) << ": "
                 << std::flush;
    std::string line;
    std::getline(*context_.answers, line);
    const std::string_view answer = Trim(line);
    return answer.empty() ? otherwise : std::string(answer);
  }

 private:
  const CommandContext& context_;
  const CommandArguments& arguments_;
};

struct Answers {
  std::string cohort;
  std::string region;  // Empty: no Amplitude project is needed.
  std::string file;    // Empty: the members come from Amplitude.
  std::string name;
  std::string endpoint;
  std::string identifier;
  std::string frequency;
};

Result<Answers> AskAll(Questions questions) {
  Answers answers;
  answers.cohort =
      questions.Ask("cohort", "cohort id, the last part of its address in Amplitude", "");
  if (answers.cohort.empty())
    return Fail(ErrorCode::kConfiguration,
                "no cohort given; say --cohort ID, the last part of the cohort's address in "
                "Amplitude");
  answers.file =
      questions.Ask("file", "CSV file with its members, or nothing to ask Amplitude", "");
  if (answers.file.empty()) {  // Amplitude knows the cohort's name.
    answers.region = questions.Ask("region", "region of the Amplitude project, us or eu", "us");
  } else {
    answers.name = questions.Ask("name", "name of the cohort", answers.cohort);
  }
  answers.endpoint = questions.Ask("endpoint", "endpoint of Cordial", "https://api.cordial.io/v2");
  answers.identifier =
      questions.Ask("identifier", "Amplitude user property with the e-mail address", "email");
  answers.frequency = questions.Ask("frequency", "hourly, daily or once", "daily");
  return answers;
}

std::string ConfigText(const Answers& answers) {
  Json sync = {{"cohort", answers.cohort}};
  if (!answers.name.empty()) sync["name"] = answers.name;
  if (answers.file.empty()) {
    sync["source"] = {{"type", "amplitude"}, {"project", "main"}};
  } else {
    sync["source"] = {{"type", "file"}, {"path", answers.file}};
  }
  sync["destination"] = "cordial";
  sync["frequency"] = answers.frequency;
  if (answers.frequency == "daily") sync["at"] = "06:00";

  Json config = {{"state", "cohort-sync.db"}};
  if (answers.file.empty()) {
    config["projects"]["main"] = {{"region", answers.region},
                                  {"api_key", "env:AMPLITUDE_API_KEY"},
                                  {"secret_key", "env:AMPLITUDE_SECRET_KEY"}};
  }
  config["destinations"]["cordial"] = {{"api", "rest"},
                                       {"endpoint", answers.endpoint},
                                       {"api_key", "env:CORDIAL_API_KEY"},
                                       {"contact_identifier_name", "email"},
                                       {"contact_identifier_mapping", answers.identifier}};
  config["syncs"] = Json::array({sync});
  return "// Made by 'cohort-sync init'. Relative paths start from this file; 'cohort-sync check' "
         "says\n"
         "// what is wrong with it.\n" +
         config.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

// Never over a file that exists.
Status WriteNew(const std::string& path, const std::string& text) {
  const UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
  if (!fd.valid()) {
    if (errno == EEXIST)
      return Fail(ErrorCode::kConfiguration,
                  Format("'{}' exists; move it away, or write another with --config FILE",
                         Printable(path)));
    return Fail(
        ErrorCode::kConfiguration,
        Format(
            "'{}' cannot be written: {}", Printable(path), std::generic_category().message(errno)));
  }
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t written = ::write(fd.get(), text.data() + done, text.size() - done);
    if (written < 0)
      return Fail(ErrorCode::kUnavailable,
                  Format("'{}' cannot be written: {}",
                         Printable(path),
                         std::generic_category().message(errno)));
    done += static_cast<std::size_t>(written);
  }
  return {};
}

std::string NextSteps(const CommandContext& context, const Answers& answers) {
  std::string text =
      Format("wrote '{}'\n\nnow give it the keys, for example\n", context.config_path);
  if (answers.file.empty())
    text +=
        "  export AMPLITUDE_API_KEY=...     # Amplitude: settings, projects\n"
        "  export AMPLITUDE_SECRET_KEY=...\n";
  text += "  export CORDIAL_API_KEY=...       # Cordial: settings, API keys\n\nand then run\n";
  const std::string config =
      context.config_path == "cohort-sync.json" ? "" : Format("--config {} ", context.config_path);
  for (const auto& [command, meaning] : {std::pair("check", "does it all fit together?"),
                                         std::pair("plan", "what would a sync do?"),
                                         std::pair("sync", "the first sync")})
    text += Format("  {:<44}  # {}\n", Format("cohort-sync {}{}", config, command), meaning);
  return text;
}

}  // namespace

Result<ExitCode> RunInit(const CommandContext& context, const CommandArguments& arguments) {
  const Result<Answers> answers = AskAll(Questions(context, arguments));
  if (!answers) return Fail(answers.error());
  if (const Status written = WriteNew(context.config_path, ConfigText(*answers)); !written)
    return Fail(written.error());
  // The reader of configurations is the one that knows what is right.
  if (const Result<Config> read = LoadConfig(context.config_path); !read) {
    std::error_code ignored;
    std::filesystem::remove(context.config_path, ignored);
    return Fail(read.error().WithContext("nothing was written"));
  }
  if (context.json) {
    context.out << Json{{"config", context.config_path}}.dump(2) << '\n';
  } else {
    context.out << NextSteps(context, *answers);
  }
  return ExitCode::kDone;
}

}  // namespace cohort_sync
