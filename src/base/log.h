// One line per event that an operator may ask for later, to standard error. Info is rare, Warning
// asks for a look, Error means that this run or process stopped. Never a contact above Debug;
// secrets are blanked by value (base/redaction.h).
#ifndef COHORT_SYNC_BASE_LOG_H_
#define COHORT_SYNC_BASE_LOG_H_

#include <optional>
#include <string_view>

namespace cohort_sync {

enum class LogLevel { kDebug, kInfo, kWarning, kError, kOff };

// "debug", "info", "warning", "error" or "off"; nullopt for anything else.
[[nodiscard]] std::optional<LogLevel> ParseLogLevel(std::string_view text);

// Messages below `level` are dropped. The default is kWarning. Safe from several threads.
void SetLogLevel(LogLevel level);

// Writes one line: ISO 8601 time in UTC, level, message with control characters escaped and secrets
// blanked. Safe from several threads; never throws.
void Log(LogLevel level, std::string_view message);

}  // namespace cohort_sync

#endif  // COHORT_SYNC_BASE_LOG_H_
