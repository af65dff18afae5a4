#include "cli/adapters.h"

#include <optional>
#include <string>
#include <utility>

#include "amplitude/cohort_file_source.h"
#include "amplitude/cohort_folder_source.h"
#include "cli/exchange_dump.h"
#include "cli/service_calls.h"
#include "config/secrets.h"
#include "cordial/cordial_destination.h"
#include "cordial/endpoint.h"
#include "http/client.h"
#include "http/recording_client.h"
#include "web/daemon_meter.h"

namespace cohort_sync {
namespace {

Result<Secret> Resolve(const Config& config, const SecretReference& reference, const char* what) {
  Result<Secret> secret = ResolveSecret(reference, config.directory, ProcessEnvironment());
  if (!secret) return Fail(secret.error().WithContext(what));
  return secret;
}

// `count` is told about each exchange where there is a meter.
http::ClientFactory ClientsOf(const CommandContext& context, http::ExchangeRecorder count) {
  if (context.dump == nullptr && context.meter == nullptr) return http::MakeClient;
  if (context.meter == nullptr) count = [](const http::Exchange& /*exchange*/) {};
  return [dump = context.dump, clock = &context.clock, count = std::move(count)](
             const http::ClientOptions& options) -> Result<std::unique_ptr<http::Client>> {
    Result<std::unique_ptr<http::Client>> client = http::MakeClient(options);
    if (!client) return client;
    return http::MakeRecordingClient(options.base_url,
                                     std::move(*client),
                                     *clock,
                                     [dump, count](const http::Exchange& exchange) {
                                       if (dump != nullptr) dump->Write(exchange);
                                       count(exchange);
                                     });
  };
}

int StatusOf(const http::Exchange& exchange) {
  return exchange.failure || !exchange.response ? 0 : exchange.response->status;
}

}  // namespace

Result<std::unique_ptr<ListDestination>> MakeDestination(const Config& config,
                                                         const DestinationName& name,
                                                         const CommandContext& context) {
  const DestinationConfig& settings = config.destinations.at(name);
  Result<Secret> key = Resolve(config, settings.api_key, "api_key");
  if (!key) return Fail(key.error());
  const Result<cordial::Endpoint> endpoint = cordial::ParseEndpoint(settings.endpoint);
  if (!endpoint) return Fail(endpoint.error());
  http::ClientOptions options;
  options.base_url = endpoint->origin;
  options.timeout = settings.request_timeout;
  const auto count = [meter = context.meter, name](const http::Exchange& exchange) {
    // Those for a contact are counted with what their answer means.
    if (const auto call = ListCallOf(exchange.request))
      meter->Called(
          {.destination = name.value(), .call = *call}, StatusOf(exchange), exchange.took);
  };
  auto client = ClientsOf(context, count)(options);
  if (!client) return Fail(client.error());
  cordial::CordialSettings cordial;
  cordial.endpoint = settings.endpoint;
  cordial.api_key = std::move(*key);
  cordial.identifier = settings.identifier;
  cordial.create_missing_contacts = settings.create_missing_contacts;
  cordial.request_timeout = settings.request_timeout;
  cordial.stop = context.stop;
  auto destination = cordial::CordialDestination::Create(
      cordial, std::move(*client), context.clock, context.random);
  if (!destination) return Fail(destination.error());
  return std::unique_ptr<ListDestination>(std::move(*destination));
}

Result<amplitude::ExportAccess> MakeExportAccess(const Config& config,
                                                 const ProjectName& name,
                                                 const CommandContext& context) {
  const ProjectConfig& settings = config.projects.at(name);
  Result<Secret> api_key = Resolve(config, settings.api_key, "api_key");
  if (!api_key) return Fail(api_key.error());
  Result<Secret> secret_key = Resolve(config, settings.secret_key, "secret_key");
  if (!secret_key) return Fail(secret_key.error());
  const auto count = [meter = context.meter, name](const http::Exchange& exchange) {
    meter->Called({.project = name.value(), .call = ExportCallOf(exchange.request)},
                  StatusOf(exchange),
                  exchange.took);
  };
  const http::ClientFactory clients = ClientsOf(context, count);
  auto client = clients(amplitude::ApiClientOptions(settings.base_url));
  if (!client) return Fail(client.error());
  return amplitude::ExportAccess{
      settings.base_url, std::move(*api_key), std::move(*secret_key), std::move(*client), clients};
}

amplitude::ExportSettings ExportSettingsOf(const ProjectConfig& settings) {
  amplitude::ExportSettings out;
  for (Duration& wait : out.poll_waits)
    wait = std::min(wait, settings.poll_interval);
  out.poll_limit = settings.export_timeout;
  out.limits = settings.exports;
  return out;
}

std::unique_ptr<SnapshotSource> MakeFileSource(const SyncConfig& sync) {
  std::optional<std::string> name;
  if (!sync.cohort_name.empty()) name = sync.cohort_name;
  const FileSourceConfig& file = *sync.snapshots->file;
  amplitude::CohortCsvOptions options;
  if (file.format == FileFormat::kIdentifiers)
    options.format = amplitude::CohortFormat::kIdentifiers;
  if (file.pattern.empty())
    return std::make_unique<amplitude::CohortFileSource>(file.path.string(), name, options);
  return std::make_unique<amplitude::CohortFolderSource>(
      file.path.string(), file.pattern, name, options);
}

Result<std::vector<Secret>> ReadPushSecrets(const Config& config) {
  std::vector<Secret> secrets;
  if (!config.server) return secrets;
  for (const SecretReference& reference : config.server->push_secrets) {
    Result<Secret> secret = Resolve(config, reference, "push_secret");
    if (!secret) return Fail(secret.error());
    secrets.push_back(std::move(*secret));
  }
  return secrets;
}

}  // namespace cohort_sync
