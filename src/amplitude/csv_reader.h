// RFC 4180 in one pass and without a copy where it can be had.
#ifndef COHORT_SYNC_AMPLITUDE_CSV_READER_H_
#define COHORT_SYNC_AMPLITUDE_CSV_READER_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace cohort_sync::amplitude {

inline constexpr std::size_t kMaxCsvColumns = 256;
inline constexpr std::size_t kMaxCsvFieldBytes = 64U << 10U;  // As written, quotes included.
inline constexpr std::size_t kMaxCsvRowBytes = 1U << 20U;     // As written, without the line end.

// One row while it is read: of the bytes behind it, only what is asked for is looked at.
class CsvRow {
 public:
  // `ends`: where each field ends, from the first byte of `bytes`.
  CsvRow(std::int64_t number,
         std::string_view bytes,
         std::span<const std::uint32_t> ends,
         bool may_hold_doubled_quotes)
      : number_(number),
        bytes_(bytes),
        ends_(ends),
        may_hold_doubled_quotes_(may_hold_doubled_quotes) {}

  // Of the data rows, from 1; 0 is the header.
  [[nodiscard]] std::int64_t number() const { return number_; }
  [[nodiscard]] std::size_t columns() const { return ends_.size(); }
  // Unquoted. A view into the row or, where a quote is doubled, into `scratch`; valid as long as
  // the row is. REQUIRES: column < columns().
  [[nodiscard]] std::string_view Value(std::size_t column, std::string& scratch) const;

 private:
  [[nodiscard]] std::string_view FieldAsWritten(std::size_t column) const;

  std::int64_t number_;
  std::string_view bytes_;
  std::span<const std::uint32_t> ends_;
  bool may_hold_doubled_quotes_;
};

// What a reader passes its rows to.
class CsvHandler {
 public:
  virtual ~CsvHandler() = default;
  // Once, before any row, with the first row; an error ends the read. `columns` are without leading
  // tabs, which Amplitude's downloads from the browser carry (contracts/amplitude.md 1.7).
  [[nodiscard]] virtual Status OnHeader(std::span<const std::string> columns) = 0;
  // With as many columns as the first row. The row is valid during the call only.
  virtual void OnRow(const CsvRow& row) = 0;
};

// What the first row holds. Without names it is a data row too, passed on as both.
enum class CsvFirstRow { kNames, kData };

// A push parser: takes the bytes in pieces of any size, best 256 KiB to 1 MiB.
//
// Fields are separated by commas, rows end with LF or CRLF, the last one too: a file that was cut
// is never a shorter file, except between two rows. A field in quotes may hold anything, a quote
// doubled. Refused with the row's number: a quote elsewhere, text after a closing quote, a carriage
// return that ends no line, a NUL byte, a row of another width than the first, and what passes the
// limits above. A byte order mark at the start is skipped. After an error the reader is of no use.
class CsvReader {
 public:
  // `handler` outlives the reader.
  explicit CsvReader(CsvHandler& handler, CsvFirstRow first_row = CsvFirstRow::kNames)
      : handler_(handler), first_row_(first_row) {}

  [[nodiscard]] Status Feed(std::string_view bytes);
  // The end of the input. kIncomplete when it is in the middle of a row. An input without any bytes
  // is no error here: OnHeader was not called.
  [[nodiscard]] Status Finish();

 private:
  // One bit per byte of a block of 64.
  struct Masks {
    std::uint64_t quote = 0;
    std::uint64_t comma = 0;
    std::uint64_t line_feed = 0;
    std::uint64_t carriage_return = 0;
    std::uint64_t nul = 0;
  };
  static Masks Classify(const char* bytes);  // 64 of them.

  // Each returns false after setting error_.
  bool FeedSlice(std::string_view slice);
  bool ScanBlock(const Masks& masks, unsigned length, std::string_view slice, std::size_t base);
  bool EndRow(std::string_view slice, std::size_t line_feed_at);
  bool TakeFirstRow(const CsvRow& row);
  bool KeepUnfinishedRow(std::string_view slice);
  bool CheckLimits(std::size_t row_bytes);
  bool FailAt(std::uint64_t byte, std::string_view problem);  // Offset in the input.

  [[nodiscard]] std::string RowName() const;

  CsvHandler& handler_;
  CsvFirstRow first_row_;
  std::optional<Error> error_;

  // What the next byte has to know about the bytes before it.
  std::size_t mark_bytes_ = 0;         // Of the byte order mark, seen so far.
  bool started_ = false;               // Past the byte order mark.
  std::uint64_t inside_ = 0;           // All ones inside quotes, else 0.
  std::uint64_t after_close_ = 0;      // 1 after a quote that left the quotes.
  std::uint64_t after_return_ = 0;     // 1 after a carriage return outside quotes.
  std::uint64_t after_separator_ = 1;  // 1 after a comma or line end outside quotes.

  // The row being read. `ends_` are offsets from its first byte.
  std::array<std::uint32_t, kMaxCsvColumns> ends_{};
  std::size_t fields_ = 0;
  std::size_t row_start_ = 0;       // In the slice; bytes before it are done with.
  std::string kept_;                // Its bytes from earlier slices.
  std::uint64_t row_offset_ = 0;    // Of its first byte in the input.
  std::uint64_t last_doubled_ = 0;  // Offset of the last doubled quote in the input.
  std::uint64_t slice_offset_ = 0;  // Of the slice in the input.

  bool first_row_seen_ = false;
  std::size_t columns_ = 0;
  std::int64_t row_ = 0;  // Data rows ended so far.
};

}  // namespace cohort_sync::amplitude

#endif  // COHORT_SYNC_AMPLITUDE_CSV_READER_H_
