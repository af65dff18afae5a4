#include <limits>
#include <utility>

#include "base/format.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/json_text.h"
#include "simulator/simulator.h"

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
  const auto cohorts = arguments.options.find("cohorts");
  if (cohorts != arguments.options.end()) {
    auto loaded = simulator::LoadCohorts(cohorts->second);
    if (!loaded) return Fail(loaded.error());
    options.cohorts = std::move(*loaded);
  }
  return options;
}

}  // namespace

Result<ExitCode> RunSimulate(const CommandContext& context, const CommandArguments& arguments) {
  Result<simulator::SimulatorOptions> options = OptionsOf(arguments);
  if (!options) return Fail(options.error());
  const simulator::AmplitudeKeys keys = options->amplitude_keys;
  const std::string cordial_key = options->cordial_api_key;
  auto started = simulator::Simulator::Start(std::move(*options), context.clock, context.random);
  if (!started) return Fail(started.error());
  const simulator::Simulator& stand_ins = **started;
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
  while (context.clock.SleepFor(std::chrono::hours(1), context.stop)) {
  }
  return ExitCode::kDone;
}

}  // namespace cohort_sync
