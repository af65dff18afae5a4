// One line per event that an operator may ask for later, to standard error. Info is rare, Warning
// asks for a look, Error means that this run or process stopped. Never a contact above Debug;
// secrets are blanked by value (base/redaction.h).
#ifndef COHORT_SYNC_BASE_LOG_H_
#define COHORT_SYNC_BASE_LOG_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace cohort_sync {

enum class LogLevel { kDebug, kInfo, kWarning, kError, kOff };
enum class LogFormat { kText, kJson };

// "debug", "info", "warning", "error" or "off"; nullopt for anything else.
[[nodiscard]] std::optional<LogLevel> ParseLogLevel(std::string_view text);
// "text" or "json"; nullopt for anything else.
[[nodiscard]] std::optional<LogFormat> ParseLogFormat(std::string_view text);

// Messages below `level` are dropped. The default is kWarning. Safe from several threads.
void SetLogLevel(LogLevel level);

// The default is kText. Where standard error is systemd's journal (JOURNAL_STREAM names it), lines
// get a "<N>" in front, the level as sd-daemon(3) has it, and text has no time and level of its
// own, which the journal adds. To be called before there are several threads.
void SetLogFormat(LogFormat format);
// Lines are JSON or go to the journal: what is for people should come through Log, too.
[[nodiscard]] bool LogIsStructured();

// What belongs to a message, for programs: a number or a text by its name (letters, digits, "_").
struct LogField {
  LogField(std::string_view field, std::int64_t number) : name(field), value(number) {}
  LogField(std::string_view field, std::string text) : name(field), value(std::move(text)) {}
  std::string name;
  std::variant<std::int64_t, std::string> value;
};

// Writes one line:
//   text  ISO 8601 time in UTC, level, message and name=value, in quotes where that is needed
//   JSON  an object with time, level, message and the fields, which are named otherwise
// Control characters of messages and texts are escaped ("\x0a", in JSON too: what is decoded is
// safe to print) and secrets blanked. Safe from several threads; never throws.
void Log(LogLevel level, std::string_view message, const std::vector<LogField>& fields = {});

}  // namespace cohort_sync

#endif  // COHORT_SYNC_BASE_LOG_H_
