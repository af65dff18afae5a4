#include <algorithm>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/format.h"
#include "base/text.h"
#include "base/time_text.h"
#include "cli/command.h"
#include "cli/json_text.h"
#include "http/client.h"
#include "simulator/push_run.h"
#include "simulator/pusher.h"
#include "simulator/simulator.h"
#include "simulator/story.h"
#include "simulator/story_player.h"

namespace cohort_sync {
namespace {

constexpr std::uint16_t kAmplitudePort = 8401;
constexpr std::uint16_t kCordialPort = 8402;
constexpr std::uint16_t kControlPort = 8403;

Result<std::uint16_t> PortOf(const CommandArguments& arguments,
                             const std::string& option,
                             std::uint16_t fallback) {
  const auto number = arguments.Number(option);
  if (!number) return Fail(number.error());
  if (!*number) return fallback;
  if (**number > std::numeric_limits<std::uint16_t>::max())
    return Fail(ErrorCode::kConfiguration, Format("--{} {}: ports end at 65535", option, **number));
  return static_cast<std::uint16_t>(**number);
}

// For Cordial's imports: a file of this machine or of an https address.
Result<std::string> FetchFile(const std::string& url) {
  constexpr std::size_t kLargest = 256U << 20U;
  const auto [base, target] = http::SplitUrl(url);
  http::ClientOptions options;
  options.base_url = base;
  options.timeout = std::chrono::seconds(10);
  options.max_response_bytes = kLargest;
  const auto client = http::MakeClient(options);
  if (!client) return Fail(client.error());
  http::Answer answer = (*client)->SendAndWait({.target = target});
  if (!answer) return Fail(ErrorCode::kUnavailable, answer.error().message);
  if (answer->status != 200)
    return Fail(ErrorCode::kUnavailable, Format("http {}", answer->status));
  return std::move(answer->body);
}

Result<simulator::SimulatorOptions> OptionsOf(const CommandArguments& arguments) {
  simulator::SimulatorOptions options;
  const auto amplitude = PortOf(arguments, "amplitude-port", kAmplitudePort);
  if (!amplitude) return Fail(amplitude.error());
  const auto cordial = PortOf(arguments, "cordial-port", kCordialPort);
  if (!cordial) return Fail(cordial.error());
  const auto control = PortOf(arguments, "control-port", kControlPort);
  if (!control) return Fail(control.error());
  options.amplitude_port = *amplitude;
  options.cordial_port = *cordial;
  options.control_port = *control;
  options.fetch_file = FetchFile;
  const auto cohorts = arguments.options.find("cohorts");
  if (cohorts != arguments.options.end()) {
    auto loaded = simulator::LoadCohorts(cohorts->second);
    if (!loaded) return Fail(loaded.error());
    options.cohorts = std::move(*loaded);
  }
  return options;
}

struct Play {
  simulator::Story story;
  std::int64_t speed = 1;  // Seconds of the story per second.
};

// nullopt without --story.
Result<std::optional<Play>> PlayOf(const CommandArguments& arguments) {
  constexpr std::int64_t kFastest = 1'000'000;
  const auto path = arguments.options.find("story");
  const auto speed = arguments.Number("speed");
  if (!speed) return Fail(speed.error());
  if (path == arguments.options.end()) {
    if (!*speed) return std::nullopt;
    return Fail(ErrorCode::kConfiguration, "--speed: there is no story; add --story FILE");
  }
  if (arguments.Has("cohorts")) {
    return Fail(ErrorCode::kConfiguration,
                "--story and --cohorts: a story brings its own cohorts; leave one out");
  }
  if (*speed && (**speed < 1 || **speed > kFastest)) {
    return Fail(ErrorCode::kConfiguration,
                Format("--speed {}: must be in 1..{}", **speed, kFastest));
  }
  auto story = simulator::LoadStory(path->second);
  if (!story) return Fail(story.error());
  return Play{.story = *std::move(story), .speed = speed->value_or(1)};
}

void PrintStep(const CommandContext& context,
               const simulator::StoryStep& step,
               const Status& played) {
  const std::string problem = played ? "" : played.error().message();
  if (context.json) {
    nlohmann::ordered_json line = {{"at_ms", step.at.count()}, {"step", step.text}};
    if (!played) line["error"] = problem;
    context.out << line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << std::endl;
    return;
  }
  context.out << Format("{:>12}  {}{}{}\n",
                        FormatDuration(step.at),
                        step.text,
                        played ? "" : ": did not happen: ",
                        problem)
              << std::flush;
}

void PrintPushes(const CommandContext& context, simulator::Pusher& pushes) {
  for (const auto& [cohort, run] : pushes.TakeFinished()) {
    if (context.json) {
      const auto result = nlohmann::ordered_json::parse(simulator::RunAsJson(run));
      const nlohmann::ordered_json line = {{"push", cohort}, {"result", result}};
      context.out << line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)
                  << std::endl;
    } else {
      context.out << Format("{:>14}{}", "", simulator::RunText(cohort, run)) << std::endl;
    }
  }
}

// Waits, and tells how pushes went. False when a stop is requested.
bool Wait(const CommandContext& context, Duration duration, simulator::Pusher& pushes) {
  constexpr Duration kBetweenLooks{500};
  const SteadyPoint end = context.clock.Steady() + duration;
  for (SteadyPoint now = end - duration; now < end; now = context.clock.Steady()) {
    if (!context.clock.SleepFor(std::min(end - now, kBetweenLooks), context.stop)) return false;
    PrintPushes(context, pushes);
  }
  return true;
}

// Returns after the last step, or when a stop is requested.
void PlayStory(const CommandContext& context, const Play& play, simulator::Simulator& stand_ins) {
  const std::vector<simulator::StoryStep>& steps = play.story.steps;
  const SteadyPoint start = context.clock.Steady();
  std::size_t played = 0;
  while (played < steps.size()) {
    const Duration elapsed = (context.clock.Steady() - start) * play.speed;
    for (const simulator::StoryStep& step : play.story.DueSteps(played, elapsed)) {
      PrintStep(context, step, simulator::PlayStep(step, stand_ins.access()));
      ++played;
    }
    if (played == steps.size()) break;
    const Duration left = (steps[played].at - elapsed) / play.speed;
    if (!Wait(context, left + Duration(1), stand_ins.pushes())) return;
  }
  if (!context.json) context.out << "the story is over; the stand-ins go on" << std::endl;
}

}  // namespace

Result<ExitCode> RunSimulate(const CommandContext& context, const CommandArguments& arguments) {
  Result<simulator::SimulatorOptions> options = OptionsOf(arguments);
  if (!options) return Fail(options.error());
  Result<std::optional<Play>> play = PlayOf(arguments);
  if (!play) return Fail(play.error());
  if (*play) options->cohorts = (*play)->story.cohorts;
  const simulator::AmplitudeKeys keys = options->amplitude_keys;
  const std::string cordial_key = options->cordial_api_key;
  auto started = simulator::Simulator::Start(std::move(*options), context.clock, context.random);
  if (!started) return Fail(started.error());
  simulator::Simulator& stand_ins = **started;
  if (context.json) {
    context.out << SimulateJson({stand_ins.amplitude_url(),
                                 keys.api_key,
                                 keys.secret_key,
                                 stand_ins.cordial_url() + "/v2",
                                 cordial_key,
                                 stand_ins.control_url()})
                << std::endl;
  } else {
    context.out << Format(
                       "stand-ins are running until Ctrl-C; nothing leaves this machine\n\n"
                       "  amplitude  {}\n    export AMPLITUDE_API_KEY={} AMPLITUDE_SECRET_KEY={}\n"
                       "  cordial    {}/v2\n    export CORDIAL_API_KEY={}\n"
                       "  control    {}  (what it knows and can change: GET /)\n\n"
                       "with config/demo.json, in another terminal: cohort-sync --config "
                       "config/demo.json sync\n",
                       stand_ins.amplitude_url(),
                       keys.api_key,
                       keys.secret_key,
                       stand_ins.cordial_url(),
                       cordial_key,
                       stand_ins.control_url())
                << std::flush;
  }
  if (*play) PlayStory(context, **play, stand_ins);
  while (Wait(context, std::chrono::hours(1), stand_ins.pushes())) {
  }
  return ExitCode::kDone;
}

}  // namespace cohort_sync
