#include "config/server_reader.h"

#include <utility>

#include "base/format.h"
#include "base/text.h"
#include "config/object_reader.h"

namespace cohort_sync {
namespace {

constexpr std::size_t kMostSecrets = 2;
constexpr std::int64_t kMiB = std::int64_t{1} << 20U;

ListenAddress ReadListen(ObjectReader& reader) {
  const std::optional<std::string> text = reader.Text("listen");
  if (!text) return {};
  const std::optional<ListenAddress> listen = ParseListenAddress(*text);
  if (!listen)
    reader.AddProblem("listen",
                      Format("'{}' is not an address and a port; write them as in "
                             "\"127.0.0.1:8321\"",
                             Printable(*text)));
  return listen.value_or(ListenAddress());
}

std::vector<SecretReference> ReadSecrets(ObjectReader& reader, ConfigProblems& problems) {
  std::vector<SecretReference> secrets;
  const std::vector<PlacedText> texts = reader.Texts("push_secret");
  for (const PlacedText& placed : texts) {
    if (auto reference = ParseSecretReference(placed.text)) {
      secrets.push_back(*std::move(reference));
    } else {
      problems.push_back({placed.path, reference.error().message()});
    }
  }
  const JsonValue* const value = reader.Find("push_secret");
  if (value != nullptr && value->kind == JsonKind::kArray &&
      (value->items.empty() || value->items.size() > kMostSecrets))
    reader.AddProblem("push_secret",
                      Format("holds {}; write one, or two while one replaces the other",
                             Count(std::ssize(value->items), "secret", "secrets")));
  return secrets;
}

std::vector<std::string> ReadHosts(ObjectReader& reader, ConfigProblems& problems) {
  std::vector<std::string> hosts;
  for (const PlacedText& placed : reader.Texts("allowed_hosts")) {
    std::string host = ToLowerAscii(placed.text);
    if (IsUrlHost(host)) {
      hosts.push_back(std::move(host));
    } else {
      problems.push_back({placed.path,
                          Format("'{}' is not the name of a host; write it without scheme, port "
                                 "and path, as in \"cohorts.example.com\"",
                                 Printable(placed.text))});
    }
  }
  return hosts;
}

}  // namespace

ServerConfig ReadServer(const JsonValue& value, ConfigProblems& problems) {
  ServerConfig server;
  ObjectReader reader(value, "server", problems);
  server.listen = ReadListen(reader);
  server.push_secrets = ReadSecrets(reader, problems);
  server.allowed_hosts = ReadHosts(reader, problems);
  if (const auto most = reader.Integer("max_connections", 1, 10'000))
    server.max_connections = static_cast<int>(*most);
  if (const auto most = reader.Integer("max_connections_per_address", 1, 10'000))
    server.max_connections_per_address = static_cast<int>(*most);
  if (server.listen.is_loopback() && reader.Has("max_connections_per_address"))
    reader.AddProblem("max_connections_per_address",
                      Format("everybody comes to {} from this machine, through a proxy; remove it, "
                             "and let the proxy limit them",
                             ToString(server.listen)));
  if (const auto most = reader.ByteCount("max_body", kMiB, 1'024 * kMiB))
    server.max_body_bytes = *most;
  if (!server.listen.is_loopback()) {
    if (!reader.Has("push_secret"))
      reader.AddProblem("push_secret",
                        Format("is missing; other machines reach {}: add it, as in "
                               "\"push_secret\": \"env:COHORT_SYNC_PUSH_SECRET\"",
                               ToString(server.listen)));
    const JsonValue* const hosts = reader.Find("allowed_hosts");
    if (hosts == nullptr || (hosts->kind == JsonKind::kArray && hosts->items.empty()))
      reader.AddProblem("allowed_hosts",
                        Format("is missing; other machines reach {}: name the host that they call, "
                               "as in \"allowed_hosts\": [\"cohorts.example.com\"]",
                               ToString(server.listen)));
  }
  reader.RefuseUnknownKeys();
  return server;
}

}  // namespace cohort_sync
