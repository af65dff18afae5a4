#include "simulator/simulator.h"

#include <utility>

namespace cohort_sync::simulator {
namespace {

Status StartServer(const std::string& address,
                   std::uint16_t port,
                   http::Handler handler,
                   std::unique_ptr<http::Server>& server) {
  http::ServerOptions options;
  options.address = address;
  options.port = port;
  auto started = http::Server::Start(options, std::move(handler));
  if (!started) return Fail(started.error());
  server = *std::move(started);
  return {};
}

}  // namespace

Simulator::Simulator(SimulatorOptions options, Clock& clock, Random& random)
    : cordial_random_(random.Next()),
      amplitude_random_(random.Next()),
      cordial_(std::move(options.cordial_api_key), clock, cordial_random_),
      amplitude_(std::move(options.amplitude_keys), clock, amplitude_random_),
      pushes_([this](const auto& task) { WithAmplitude(task); }, clock),
      control_(access()) {
  cordial_.set_fetch(std::move(options.fetch_file));
  for (Cohort& cohort : options.cohorts)
    amplitude_.PutCohort(std::move(cohort));
}

// Runs of pushes reach into Amplitude's thread, and the control door waits for them.
Simulator::~Simulator() {
  pushes_.Stop();
}

Result<std::unique_ptr<Simulator>> Simulator::Start(SimulatorOptions options,
                                                    Clock& clock,
                                                    Random& random) {
  const SimulatorOptions ports = options;
  // The constructor is private, so make_unique cannot be used.
  std::unique_ptr<Simulator> simulator(new Simulator(std::move(options), clock, random));
  if (Status started = simulator->StartServers(ports); !started) return Fail(started.error());
  return simulator;
}

Status Simulator::StartServers(const SimulatorOptions& options) {
  const auto start = [&](std::uint16_t port, auto handler, std::unique_ptr<http::Server>& server) {
    return StartServer(options.address, port, std::move(handler), server);
  };
  Status started = start(
      options.cordial_port,
      [this](const http::Request& request) { return cordial_.Handle(request); },
      cordial_server_);
  if (!started) return started;
  started = start(
      options.amplitude_port,
      [this](const http::Request& request) { return amplitude_.Handle(request); },
      amplitude_server_);
  if (!started) return started;
  started = start(
      options.storage_port,
      [this](const http::Request& request) {
        http::Reply reply;
        WithAmplitude([&](AmplitudeProject& project) { reply = project.HandleStorage(request); });
        return reply;
      },
      storage_server_);
  if (!started) return started;
  WithAmplitude([this](AmplitudeProject& project) { project.set_storage_url(storage_url()); });
  return start(
      options.control_port,
      [this](const http::Request& request) { return control_.Handle(request); },
      control_server_);
}

ControlAccess Simulator::access() {
  return {.cordial = [this](const auto& task) { WithCordial(task); },
          .amplitude = [this](const auto& task) { WithAmplitude(task); },
          .pushes = &pushes_};
}

void Simulator::WithCordial(const std::function<void(CordialAccount&)>& task) {
  cordial_server_->Run([&] { task(cordial_); });
}

void Simulator::WithAmplitude(const std::function<void(AmplitudeProject&)>& task) {
  amplitude_server_->Run([&] { task(amplitude_); });
}

}  // namespace cohort_sync::simulator
