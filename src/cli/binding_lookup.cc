#include "cli/binding_lookup.h"

#include "base/format.h"
#include "base/text.h"
#include "cli/session.h"
#include "cli/workspace.h"

namespace cohort_sync {

Result<std::unique_ptr<SqliteHistory>> OpenHistory(const CommandContext& context) {
  if (context.daemon != nullptr)
    return SqliteHistory::Open(context.daemon->workspace.config().state.string());
  const Result<Config> config = LoadConfig(context.config_path);
  if (!config) return Fail(config.error());
  return SqliteHistory::Open(config->state.string());
}

Result<std::vector<Binding>> FindBindings(History& history, const std::string& word) {
  std::vector<Binding> found;
  std::vector<std::string> words;
  for (const BindingStatus& status : history.Bindings()) {
    const Binding& binding = status.binding;
    words.push_back(binding.key.cohort.value());
    words.push_back(binding.cohort_name);
    if (binding.key.cohort.value() == word || binding.cohort_name == word) found.push_back(binding);
  }
  if (!found.empty()) return found;
  const auto nearest = ClosestMatch(word, words);
  return Fail(ErrorCode::kNotFound,
              Format("no cohort called '{}' was synced{}; 'cohort-sync status' lists them",
                     Printable(word),
                     nearest ? Format(", did you mean '{}'?", *nearest) : std::string()));
}

Result<Binding> FindOneBinding(History& history, const std::string& word) {
  Result<std::vector<Binding>> found = FindBindings(history, word);
  if (!found) return Fail(found.error());
  if (found->size() == 1) return std::move(found->front());
  std::vector<std::string> lists;
  lists.reserve(found->size());
  for (const Binding& binding : *found)
    lists.push_back(Format("{} (list '{}' of '{}')",
                           binding.key.cohort.value(),
                           binding.pins.list_name.value(),
                           binding.key.destination.value()));
  return Fail(ErrorCode::kConfiguration,
              Format("'{}' was synced to several lists: {}; use a configuration with one of them",
                     Printable(word),
                     Join(lists, ", ")));
}

}  // namespace cohort_sync
