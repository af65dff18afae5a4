#include "cli/csv_text.h"

#include <string_view>

namespace cohort_sync {
namespace {

bool IsFormula(std::string_view value) {
  const std::size_t first = value.find_first_not_of(' ');
  return first != std::string_view::npos &&
         std::string_view("=+-@\t\r\n").find(value[first]) != std::string_view::npos;
}

std::string CsvField(const std::string& value) {
  std::string quoted = IsFormula(value) ? "\"'" : "\"";
  for (const char c : value) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

}  // namespace

std::string CsvLine(const std::vector<std::string>& fields) {
  std::string line;
  for (const std::string& field : fields)
    line += (line.empty() ? "" : ",") + CsvField(field);
  return line + '\n';
}

}  // namespace cohort_sync
