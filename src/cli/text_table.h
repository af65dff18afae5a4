// Aligned columns for people.
#ifndef COHORT_SYNC_CLI_TEXT_TABLE_H_
#define COHORT_SYNC_CLI_TEXT_TABLE_H_

#include <string>
#include <vector>

namespace cohort_sync {

// Columns are as wide as their widest cell (in code points) and two spaces apart; no trailing
// spaces.
class TextTable {
 public:
  enum class Align { kLeft, kRight };
  struct Column {
    std::string title;
    Align align = Align::kLeft;
  };

  explicit TextTable(std::vector<Column> columns) : columns_(std::move(columns)) {}

  // REQUIRES: one cell per column.
  void AddRow(std::vector<std::string> cells);
  [[nodiscard]] bool empty() const { return rows_.empty(); }
  // The titles, then the rows; every line ends with a newline.
  [[nodiscard]] std::string Text() const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_CLI_TEXT_TABLE_H_
