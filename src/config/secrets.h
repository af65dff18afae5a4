// Credentials by reference: `env:NAME`, `file:PATH` or `credential:NAME` (systemd). The value
// itself never stands in the configuration (design brief, section 5; faults.md 5.1).
#ifndef COHORT_SYNC_CONFIG_SECRETS_H_
#define COHORT_SYNC_CONFIG_SECRETS_H_

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"

namespace cohort_sync {

struct SecretReference {
  enum class Kind { kEnvironment, kFile, kCredential };
  Kind kind = Kind::kEnvironment;
  std::string name;  // Variable, path or credential.
  friend bool operator==(const SecretReference&, const SecretReference&) = default;
};

// "env:CORDIAL_API_KEY", as in the configuration.
[[nodiscard]] std::string ToString(const SecretReference& reference);

// kConfiguration for anything that is not a reference; the message says how to write one and never
// repeats the text, which may be the secret itself.
[[nodiscard]] Result<SecretReference> ParseSecretReference(std::string_view text);

// The value of an environment variable; nullopt when it is not set.
using EnvironmentLookup = std::function<std::optional<std::string>(const std::string& name)>;

// Looks in the environment of this process.
[[nodiscard]] EnvironmentLookup ProcessEnvironment();

// Reads the secret. A relative `file:` path starts at `config_directory`; `credential:` reads from
// $CREDENTIALS_DIRECTORY. A file must be regular, belong to the effective user or root, be closed
// to everybody else and hold at most 4 KiB; one newline at its end is dropped. The value must be
// printable ASCII without white space, and not empty. kConfiguration otherwise, naming the
// reference and the next step, never the value.
[[nodiscard]] Result<Secret> ResolveSecret(const SecretReference& reference,
                                           const std::filesystem::path& config_directory,
                                           const EnvironmentLookup& environment);

}  // namespace cohort_sync

#endif  // COHORT_SYNC_CONFIG_SECRETS_H_
