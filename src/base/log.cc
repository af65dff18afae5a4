#include "base/log.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <limits>
#include <memory>
#include <sys/stat.h>
#include <unistd.h>

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "base/format.h"
#include "base/redaction.h"
#include "base/text.h"

namespace cohort_sync {
namespace {

// How the payload is written; the pattern around it is the sink's.
std::atomic<LogFormat> payload_format = LogFormat::kText;
std::atomic<bool> is_structured = false;

spdlog::level::level_enum ToSpdlog(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return spdlog::level::debug;
    case LogLevel::kInfo:
      return spdlog::level::info;
    case LogLevel::kWarning:
      return spdlog::level::warn;
    case LogLevel::kError:
      return spdlog::level::err;
    case LogLevel::kOff:
      break;
  }
  return spdlog::level::off;
}

// "<4>": a syslog level for the journal (sd-daemon(3)).
class JournalLevel final : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message,
              const std::tm& /*time*/,
              spdlog::memory_buf_t& out) override {
    constexpr std::string_view kDebug = "<7>";
    constexpr std::string_view kInfo = "<6>";
    constexpr std::string_view kWarning = "<4>";
    constexpr std::string_view kError = "<3>";
    const std::string_view level = message.level == spdlog::level::debug  ? kDebug
                                   : message.level == spdlog::level::info ? kInfo
                                   : message.level == spdlog::level::warn ? kWarning
                                                                          : kError;
    out.append(level.data(), level.data() + level.size());
  }
  [[nodiscard]] std::unique_ptr<custom_flag_formatter> clone() const override {
    return std::make_unique<JournalLevel>();
  }
};

std::unique_ptr<spdlog::formatter> FormatterOf(LogFormat format, bool journal) {
  const std::string time = "%Y-%m-%dT%H:%M:%S.%eZ";
  std::string pattern;
  if (format == LogFormat::kJson) {
    pattern = R"({"time":")" + time + R"(","level":"%l",%v})";
  } else {
    pattern = journal ? "%v" : time + " %l %v";
  }
  auto formatter = std::make_unique<spdlog::pattern_formatter>(spdlog::pattern_time_type::utc);
  formatter->add_flag<JournalLevel>('*').set_pattern((journal ? "%*" : "") + pattern);
  return formatter;
}

// systemd writes the device and inode of the stream that it made into JOURNAL_STREAM, so that a
// standard error that was redirected since is not taken for it (systemd.exec(5)).
bool StandardErrorIsTheJournal() {
  // Nothing in this process changes the environment, so reading it needs no lock.
  const char* stream = std::getenv("JOURNAL_STREAM");  // NOLINT(concurrency-mt-unsafe)
  struct stat file {};
  return stream != nullptr && ::fstat(STDERR_FILENO, &file) == 0 &&
         Format("{}:{}", file.st_dev, file.st_ino) == stream;
}

spdlog::logger& Logger() {
  static const std::shared_ptr<spdlog::logger> logger = [] {
    auto made = std::make_shared<spdlog::logger>("cohort-sync",
                                                 std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_formatter(FormatterOf(LogFormat::kText, false));
    made->set_level(spdlog::level::warn);
    made->flush_on(spdlog::level::debug);
    return made;
  }();
  return *logger;
}

std::string Safe(std::string_view text) {
  return Printable(Redact(text), std::numeric_limits<std::size_t>::max());
}

// REQUIRES: no control characters, valid UTF-8.
std::string Quoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

std::string TextValue(const LogField& field) {
  if (const auto* number = std::get_if<std::int64_t>(&field.value)) return std::to_string(*number);
  std::string text = Safe(std::get<std::string>(field.value));
  return text.empty() || text.find_first_of(" \"=") != std::string::npos ? Quoted(text) : text;
}

std::string JsonValue(const LogField& field) {
  if (const auto* number = std::get_if<std::int64_t>(&field.value)) return std::to_string(*number);
  return Quoted(Safe(std::get<std::string>(field.value)));
}

std::string Payload(std::string_view message, const std::vector<LogField>& fields) {
  const bool json = payload_format == LogFormat::kJson;
  std::string line = json ? R"("message":)" + Quoted(Safe(message)) : Safe(message);
  for (const LogField& field : fields)
    line += json ? Format(R"(,"{}":{})", field.name, JsonValue(field))
                 : Format(" {}={}", field.name, TextValue(field));
  return line;
}

}  // namespace

std::optional<LogLevel> ParseLogLevel(std::string_view text) {
  if (text == "debug") return LogLevel::kDebug;
  if (text == "info") return LogLevel::kInfo;
  if (text == "warning") return LogLevel::kWarning;
  if (text == "error") return LogLevel::kError;
  if (text == "off") return LogLevel::kOff;
  return std::nullopt;
}

std::optional<LogFormat> ParseLogFormat(std::string_view text) {
  if (text == "text") return LogFormat::kText;
  if (text == "json") return LogFormat::kJson;
  return std::nullopt;
}

void SetLogLevel(LogLevel level) {
  Logger().set_level(ToSpdlog(level));
}

void SetLogFormat(LogFormat format) {
  const bool journal = StandardErrorIsTheJournal();
  Logger().set_formatter(FormatterOf(format, journal));
  payload_format = format;
  is_structured = journal || format == LogFormat::kJson;
}

bool LogIsStructured() {
  return is_structured;
}

void Log(LogLevel level, std::string_view message, const std::vector<LogField>& fields) {
  const spdlog::level::level_enum to = ToSpdlog(level);
  if (!Logger().should_log(to)) return;
  // The line is an argument, never a format string: it may hold text from outside.
  Logger().log(to, "{}", Payload(message, fields));
}

}  // namespace cohort_sync
