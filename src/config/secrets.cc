#include "config/secrets.h"

#include <algorithm>
#include <cstdlib>
#include <unistd.h>

#include "base/format.h"
#include "base/text.h"
#include "config/small_file.h"

namespace cohort_sync {
namespace {

constexpr std::size_t kMaxSecretBytes = 4096;
constexpr const char* kCredentialsDirectory = "CREDENTIALS_DIRECTORY";

using Kind = SecretReference::Kind;

constexpr std::string_view Prefix(Kind kind) {
  switch (kind) {
    case Kind::kEnvironment:
      return "env:";
    case Kind::kFile:
      return "file:";
    case Kind::kCredential:
      return "credential:";
  }
  return {};
}

bool IsLetterOrDigit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool IsVariableName(std::string_view name) {
  const bool starts_with_digit = !name.empty() && name.front() >= '0' && name.front() <= '9';
  return !name.empty() && !starts_with_digit && std::all_of(name.begin(), name.end(), [](char c) {
    return IsLetterOrDigit(c) || c == '_';
  });
}

// One file name: never a way out of the credentials directory.
bool IsCredentialName(std::string_view name) {
  return !name.empty() && name != "." && name != ".." &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return IsLetterOrDigit(c) || c == '_' || c == '-' || c == '.';
         });
}

bool IsName(Kind kind, std::string_view name) {
  switch (kind) {
    case Kind::kEnvironment:
      return IsVariableName(name);
    case Kind::kFile:
      return !name.empty() && name.find('\0') == std::string_view::npos;
    case Kind::kCredential:
      return IsCredentialName(name);
  }
  return false;
}

Result<Secret> CheckedSecret(const SecretReference& reference, std::string value) {
  const std::string what = ToString(reference);
  if (value.empty())
    return Fail(ErrorCode::kConfiguration,
                Format("secret '{}': it is empty; put the key there", what));
  const bool printable =
      std::all_of(value.begin(), value.end(), [](char c) { return c > ' ' && c <= '~'; });
  if (!printable)
    return Fail(ErrorCode::kConfiguration,
                Format("secret '{}': it holds white space or characters that are not printable "
                       "ASCII; store the key alone, without quotes, spaces or line breaks",
                       what));
  return Secret(std::move(value));
}

// `allowed_group` are the group's permissions that do not count as open: the mask of systemd's
// access list for the service's user shows there.
Result<Secret> SecretFromFile(const SecretReference& reference,
                              const std::filesystem::path& path,
                              unsigned allowed_group) {
  const std::string what = ToString(reference);
  Result<SmallFile> file = ReadSmallFile(path, kMaxSecretBytes);
  if (!file)
    return Fail(Error(ErrorCode::kConfiguration, file.error().message())
                    .WithContext(Format("secret '{}'", what)));
  if (file->owner != ::geteuid() && file->owner != 0)
    return Fail(ErrorCode::kConfiguration,
                Format("secret '{}': '{}' belongs to user id {}, not to the user that runs "
                       "cohort-sync ({}) or root; run 'chown {} {}'",
                       what,
                       path.string(),
                       file->owner,
                       ::geteuid(),
                       ::geteuid(),
                       path.string()));
  if ((file->mode & 077U & ~allowed_group) != 0)
    return Fail(ErrorCode::kConfiguration,
                Format("secret '{}': '{}' is open to other users (mode {:04o}); run 'chmod 600 {}'",
                       what,
                       path.string(),
                       file->mode,
                       path.string()));
  if (file->content.ends_with('\n')) file->content.pop_back();
  return CheckedSecret(reference, std::move(file->content));
}

}  // namespace

std::string ToString(const SecretReference& reference) {
  return Format("{}{}", Prefix(reference.kind), reference.name);
}

Result<SecretReference> ParseSecretReference(std::string_view text) {
  for (const Kind kind : {Kind::kEnvironment, Kind::kFile, Kind::kCredential}) {
    if (!text.starts_with(Prefix(kind))) continue;
    const std::string_view name = text.substr(Prefix(kind).size());
    if (IsName(kind, name)) return SecretReference{kind, std::string(name)};
    return Fail(ErrorCode::kConfiguration,
                Format("what follows '{}' is not a name; write \"env:NAME\", \"file:PATH\" or "
                       "\"credential:NAME\"",
                       Prefix(kind)));
  }
  return Fail(ErrorCode::kConfiguration,
              "secrets do not stand in the configuration; put the value into an environment "
              "variable and write \"env:NAME\", or use \"file:PATH\" or \"credential:NAME\"");
}

EnvironmentLookup ProcessEnvironment() {
  return [](const std::string& name) -> std::optional<std::string> {
    // Nothing in this process changes the environment, so reading it needs no lock.
    const char* value = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe)
    if (value == nullptr) return std::nullopt;
    return std::string(value);
  };
}

Result<Secret> ResolveSecret(const SecretReference& reference,
                             const std::filesystem::path& config_directory,
                             const EnvironmentLookup& environment) {
  switch (reference.kind) {
    case Kind::kEnvironment: {
      std::optional<std::string> value = environment(reference.name);
      if (!value)
        return Fail(ErrorCode::kConfiguration,
                    Format("secret '{}': the environment variable is not set; run 'export {}=...'",
                           ToString(reference),
                           reference.name));
      return CheckedSecret(reference, *std::move(value));
    }
    case Kind::kFile:
      return SecretFromFile(reference, config_directory / reference.name, 0);
    case Kind::kCredential:
      break;
  }
  const std::optional<std::string> directory = environment(kCredentialsDirectory);
  if (!directory || directory->empty())
    return Fail(ErrorCode::kConfiguration,
                Format("secret '{}': {} is not set; start cohort-sync from a systemd unit with "
                       "LoadCredential={}:PATH",
                       ToString(reference),
                       kCredentialsDirectory,
                       reference.name));
  return SecretFromFile(reference, std::filesystem::path(*directory) / reference.name, 040U);
}

}  // namespace cohort_sync
