#include "base/redaction.h"

#include <algorithm>
#include <mutex>
#include <vector>

#include "base/secret.h"
#include "base/text.h"

namespace cohort_sync {
namespace {

constexpr std::size_t kShortestSecret = 4;

struct Registry {
  std::mutex mutex;
  std::vector<std::string> needles;  // Longest first, so that no tail of a longer form survives.
};

Registry& TheRegistry() {
  static auto* registry = new Registry;  // Leaked: logs may be written while statics are destroyed.
  return *registry;
}

std::string WithEscapedSlashes(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '/') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

void Remember(const std::string& form, std::vector<std::string>& needles) {
  if (std::find(needles.begin(), needles.end(), form) == needles.end()) needles.push_back(form);
}

}  // namespace

void RegisterForRedaction(std::string_view secret) {
  if (secret.size() < kShortestSecret) return;
  Registry& registry = TheRegistry();
  const std::lock_guard lock(registry.mutex);
  for (const std::string& form : {std::string(secret),
                                  PercentEncode(secret),
                                  Base64Encode(secret),
                                  Base64Encode(std::string(secret) + ":")}) {
    Remember(form, registry.needles);
    Remember(WithEscapedSlashes(form), registry.needles);
  }
  std::sort(registry.needles.begin(),
            registry.needles.end(),
            [](const std::string& a, const std::string& b) { return a.size() > b.size(); });
}

std::string Redact(std::string_view text) {
  Registry& registry = TheRegistry();
  const std::lock_guard lock(registry.mutex);
  std::string out(text);
  for (const std::string& needle : registry.needles) {
    for (std::size_t at = out.find(needle); at != std::string::npos; at = out.find(needle, at)) {
      out.replace(at, needle.size(), kRedacted);
      at += std::string_view(kRedacted).size();
    }
  }
  return out;
}

}  // namespace cohort_sync
