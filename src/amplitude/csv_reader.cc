#include "amplitude/csv_reader.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <vector>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "base/format.h"
#include "base/text.h"

namespace cohort_sync::amplitude {
namespace {

constexpr std::size_t kBlock = 64;
// Bounds how far a row can run before its limits are looked at, so that offsets fit 32 bits.
constexpr std::size_t kSlice = 1U << 20U;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// Bit i of the result is the parity of the bits 0..i: whether byte i is inside quotes.
std::uint64_t PrefixXor(std::uint64_t bits) {
  for (unsigned shift = 1; shift < kBlock; shift *= 2)
    bits ^= bits << shift;
  return bits;
}

#if defined(__SSE2__)
struct Block {
  __m128i first, second, third, fourth;
};

std::uint64_t Mask(__m128i bytes, __m128i pattern) {
  const int bits = _mm_movemask_epi8(_mm_cmpeq_epi8(bytes, pattern));
  return static_cast<std::uint32_t>(bits);
}

std::uint64_t Matches(const Block& block, char wanted) {
  const __m128i pattern = _mm_set1_epi8(wanted);
  return Mask(block.first, pattern) | Mask(block.second, pattern) << 16U |
         Mask(block.third, pattern) << 32U | Mask(block.fourth, pattern) << 48U;
}
#endif

}  // namespace

// Relies on the rules of CsvReader::ScanBlock: a field that starts with a quote ends with its pair.
std::string_view CsvRow::Value(std::size_t column, std::string& scratch) const {
  std::string_view field = FieldAsWritten(column);
  if (field.empty() || field.front() != '"') return field;
  field = field.substr(1, field.size() - 2);
  if (!may_hold_doubled_quotes_ || field.find('"') == std::string_view::npos) return field;
  scratch.clear();
  for (std::size_t i = 0; i < field.size(); ++i) {
    scratch += field[i];
    if (field[i] == '"') ++i;
  }
  return scratch;
}

std::string_view CsvRow::FieldAsWritten(std::size_t column) const {
  const std::size_t start = column == 0 ? 0 : ends_[column - 1] + std::size_t{1};
  std::string_view field = bytes_.substr(start, ends_[column] - start);
  // Of CRLF: a carriage return of the last field that is inside quotes is not its last byte.
  if (column + 1 == ends_.size() && !field.empty() && field.back() == '\r') field.remove_suffix(1);
  return field;
}

#if defined(__SSE2__)
CsvReader::Masks CsvReader::Classify(const char* bytes) {
  const auto load = [bytes](std::size_t at) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes + at));
  };
  const Block block{load(0), load(16), load(32), load(48)};
  return {Matches(block, '"'),
          Matches(block, ','),
          Matches(block, '\n'),
          Matches(block, '\r'),
          Matches(block, '\0')};
}
#else
CsvReader::Masks CsvReader::Classify(const char* bytes) {
  Masks masks;
  for (unsigned i = 0; i < kBlock; ++i) {
    const std::uint64_t bit = std::uint64_t{1} << i;
    if (bytes[i] == '"') masks.quote |= bit;
    if (bytes[i] == ',') masks.comma |= bit;
    if (bytes[i] == '\n') masks.line_feed |= bit;
    if (bytes[i] == '\r') masks.carriage_return |= bit;
    if (bytes[i] == '\0') masks.nul |= bit;
  }
  return masks;
}
#endif

Status CsvReader::Feed(std::string_view bytes) {
  if (!started_) {
    while (mark_bytes_ < kByteOrderMark.size() && !bytes.empty() &&
           bytes.front() == kByteOrderMark[mark_bytes_]) {
      ++mark_bytes_;
      bytes.remove_prefix(1);
    }
    if (bytes.empty()) return {};
    started_ = true;
    if (mark_bytes_ < kByteOrderMark.size() && !FeedSlice(kByteOrderMark.substr(0, mark_bytes_)))
      return Fail(*error_);
    if (mark_bytes_ == kByteOrderMark.size()) row_offset_ = slice_offset_ = mark_bytes_;
  }
  while (!bytes.empty()) {
    const std::string_view slice = bytes.substr(0, kSlice);
    if (!FeedSlice(slice)) return Fail(*error_);
    bytes.remove_prefix(slice.size());
  }
  return {};
}

Status CsvReader::Finish() {
  const bool within_mark = !started_ && mark_bytes_ > 0 && mark_bytes_ < kByteOrderMark.size();
  if (!within_mark && kept_.empty() && fields_ == 0) return {};
  const std::uint64_t end = started_ ? slice_offset_ : mark_bytes_;
  return Fail(ErrorCode::kIncomplete,
              Format("ends in the middle of {} (byte {}): it was cut off, or its last line has no "
                     "line end; fetch or write it again",
                     RowName(),
                     end));
}

bool CsvReader::FeedSlice(std::string_view slice) {
  row_start_ = 0;
  std::size_t at = 0;
  for (; at + kBlock <= slice.size(); at += kBlock) {
    if (!ScanBlock(Classify(slice.data() + at), kBlock, slice, at)) return false;
  }
  if (at < slice.size()) {
    // Padded with a byte that means nothing; the length keeps it out of the state.
    std::array<char, kBlock> block;
    block.fill(' ');
    std::memcpy(block.data(), slice.data() + at, slice.size() - at);
    const auto length = static_cast<unsigned>(slice.size() - at);
    if (!ScanBlock(Classify(block.data()), length, slice, at)) return false;
  }
  return KeepUnfinishedRow(slice);
}

// Every rule looks back by one byte only, through the carried bits, so that the pieces in which
// the input arrives make no difference.
bool CsvReader::ScanBlock(const Masks& masks,
                          unsigned length,
                          std::string_view slice,
                          std::size_t base) {
  const std::uint64_t inside = PrefixXor(masks.quote) ^ inside_;
  const std::uint64_t open = masks.quote & inside;
  const std::uint64_t close = masks.quote & ~inside;
  const std::uint64_t separator = (masks.comma | masks.line_feed) & ~inside;
  const std::uint64_t line_return = masks.carriage_return & ~inside;
  const std::uint64_t behind_close = close << 1U | after_close_;
  const std::uint64_t behind_return = line_return << 1U | after_return_;
  const std::uint64_t behind_separator = separator << 1U | after_separator_;

  const std::uint64_t stray_open = open & ~(behind_separator | behind_close);
  const std::uint64_t stray_text =
      behind_close & ~(masks.comma | masks.line_feed | masks.carriage_return | masks.quote);
  const std::uint64_t stray_return = behind_return & ~masks.line_feed;
  const std::uint64_t valid = ~std::uint64_t{0} >> (kBlock - length);
  const std::uint64_t wrong = (stray_open | stray_text | stray_return | masks.nul) & valid;

  const unsigned last = length - 1;
  inside_ = std::uint64_t{0} - (inside >> last & 1U);
  after_close_ = close >> last & 1U;
  after_return_ = line_return >> last & 1U;
  after_separator_ = separator >> last & 1U;
  if (const std::uint64_t doubled = open & behind_close; doubled != 0)
    last_doubled_ =
        slice_offset_ + base + kBlock - 1 - static_cast<unsigned>(std::countl_zero(doubled));

  std::uint64_t rest = separator & valid;
  if (wrong != 0) rest &= (wrong & (std::uint64_t{0} - wrong)) - 1;  // What comes before it.
  while (rest != 0) {
    const auto bit = static_cast<unsigned>(std::countr_zero(rest));
    rest &= rest - 1;
    if (fields_ == kMaxCsvColumns)
      return FailAt(slice_offset_ + base + bit, Format("has more than {} columns", kMaxCsvColumns));
    ends_[fields_++] = static_cast<std::uint32_t>(kept_.size() + base + bit - row_start_);
    if ((masks.line_feed >> bit & 1U) != 0 && !EndRow(slice, base + bit)) return false;
  }
  if (wrong == 0) return true;
  const auto bit = static_cast<unsigned>(std::countr_zero(wrong));
  const auto is = [bit](std::uint64_t mask) { return (mask >> bit & 1U) != 0; };
  if (is(masks.nul))
    return FailAt(slice_offset_ + base + bit, "has a NUL byte; the file is not text in UTF-8");
  if (is(stray_return))
    return FailAt(slice_offset_ + base + bit,
                  "has a carriage return without a line feed; end lines with LF or CRLF");
  if (is(stray_text))
    return FailAt(slice_offset_ + base + bit,
                  "has text after a closing quote; double the quotes inside a field");
  return FailAt(slice_offset_ + base + bit,
                "has a quote inside a field without quotes; quote the field");
}

bool CsvReader::EndRow(std::string_view slice, std::size_t line_feed_at) {
  std::string_view row = slice.substr(row_start_, line_feed_at - row_start_);
  if (!kept_.empty()) {
    kept_.append(row);
    row = kept_;
  }
  if (!CheckLimits(row.size())) return false;
  const std::span<const std::uint32_t> ends(ends_.data(), fields_);
  const bool may_hold_doubled_quotes = last_doubled_ >= row_offset_;
  const bool is_first = !first_row_seen_;
  if (is_first && !TakeFirstRow({0, row, ends, may_hold_doubled_quotes})) return false;
  if (!is_first || first_row_ == CsvFirstRow::kData) {
    if (fields_ != columns_) {
      return FailAt(row_offset_,
                    Format("has {}, {} has {}",
                           Count(static_cast<std::int64_t>(fields_), "column", "columns"),
                           first_row_ == CsvFirstRow::kNames ? "the header" : "row 1",
                           columns_));
    }
    handler_.OnRow({++row_, row, ends, may_hold_doubled_quotes});
  }
  fields_ = 0;
  kept_.clear();
  row_start_ = line_feed_at + 1;
  row_offset_ = slice_offset_ + row_start_;
  return true;
}

bool CsvReader::TakeFirstRow(const CsvRow& row) {
  std::vector<std::string> names;
  names.reserve(row.columns());
  std::string scratch;
  for (std::size_t i = 0; i < row.columns(); ++i) {
    std::string_view name = row.Value(i, scratch);
    name.remove_prefix(std::min(name.find_first_not_of('\t'), name.size()));
    names.emplace_back(name);
  }
  if (const Status taken = handler_.OnHeader(names); !taken) {
    error_ = taken.error();
    return false;
  }
  first_row_seen_ = true;
  columns_ = row.columns();
  return true;
}

bool CsvReader::KeepUnfinishedRow(std::string_view slice) {
  kept_.append(slice.substr(row_start_));
  slice_offset_ += slice.size();
  const std::size_t field_start = fields_ == 0 ? 0 : ends_[fields_ - 1] + std::size_t{1};
  if (kept_.size() > field_start + kMaxCsvFieldBytes) {
    return FailAt(row_offset_,
                  Format("has a field of more than {} KiB; is a quote not closed?",
                         kMaxCsvFieldBytes >> 10U));
  }
  return CheckLimits(kept_.size());
}

// Of the fields that ended; short rows need no look at them.
bool CsvReader::CheckLimits(std::size_t row_bytes) {
  if (row_bytes <= kMaxCsvFieldBytes) return true;
  std::size_t start = 0;
  for (std::size_t i = 0; i < fields_; ++i) {
    if (ends_[i] - start > kMaxCsvFieldBytes) {
      return FailAt(row_offset_,
                    Format("has a field of more than {} KiB; is a quote not closed?",
                           kMaxCsvFieldBytes >> 10U));
    }
    start = ends_[i] + std::size_t{1};
  }
  if (row_bytes <= kMaxCsvRowBytes) return true;
  return FailAt(row_offset_, Format("has more than {} KiB", kMaxCsvRowBytes >> 10U));
}

bool CsvReader::FailAt(std::uint64_t byte, std::string_view problem) {
  error_ = Error(ErrorCode::kInvalidInput, Format("{} (byte {}) {}", RowName(), byte, problem));
  return false;
}

std::string CsvReader::RowName() const {
  const bool is_header = !first_row_seen_ && first_row_ == CsvFirstRow::kNames;
  return is_header ? "the header" : Format("row {}", row_ + 1);
}

}  // namespace cohort_sync::amplitude
