#include "simulator/cohort_csv.h"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <utility>

#define ZLIB_CONST  // zlib then takes its input as const.
#include <zlib.h>

#include "base/check.h"

namespace cohort_sync::simulator {
namespace {

// Appends rows to one text.
class CsvWriter {
 public:
  CsvWriter(bool quote_all, bool leading_tabs) : quote_all_(quote_all), tabs_(leading_tabs) {}

  void Field(std::string_view value) {
    if (!first_) text_ += ',';
    first_ = false;
    const bool quote = quote_all_ || value.find_first_of("\",\r\n") != std::string_view::npos;
    if (quote) text_ += '"';
    if (tabs_) text_ += '\t';
    for (const char c : value) {
      if (c == '"') text_ += '"';
      text_ += c;
    }
    if (quote) text_ += '"';
  }
  void EndRow() {
    text_ += '\n';
    first_ = true;
  }
  [[nodiscard]] std::string Take() { return std::move(text_); }

 private:
  bool quote_all_;
  bool tabs_;
  bool first_ = true;
  std::string text_;
};

std::vector<std::size_t> RowOrder(std::size_t rows, bool shuffled, Random& random) {
  std::vector<std::size_t> order(rows);
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (std::size_t i = rows; shuffled && i > 1; --i) {
    std::swap(order[i - 1], order[random.Next() % i]);
  }
  return order;
}

std::vector<std::string> UsedColumns(const std::vector<Member>& members,
                                     const std::vector<std::string>& properties) {
  std::vector<std::string> used;
  std::copy_if(properties.begin(),
               properties.end(),
               std::back_inserter(used),
               [&members](const std::string& name) {
                 return std::any_of(members.begin(), members.end(), [&name](const Member& member) {
                   return member.properties.contains(name);
                 });
               });
  return used;
}

void WriteUserHeader(const std::vector<std::string>& columns,
                     const CsvFormat& format,
                     CsvWriter& writer) {
  writer.Field("amplitude_id");
  writer.Field("user_id");
  if (format.duplicate_amplitude_id) writer.Field("amplitude_id");
  for (const std::string& column : columns)
    writer.Field((format.gp_headers ? "gp:" : "") + column);
  writer.EndRow();
}

void WriteUser(const Member& member,
               const std::vector<std::string>& columns,
               const CsvFormat& format,
               CsvWriter& writer) {
  const std::string amplitude_id = std::to_string(member.amplitude_id);
  writer.Field(amplitude_id);
  writer.Field(member.user_id);
  if (format.duplicate_amplitude_id) writer.Field(amplitude_id);
  for (const std::string& column : columns) {
    const auto property = member.properties.find(column);
    if (property != member.properties.end()) {
      writer.Field(property->second);
    } else {
      writer.Field(format.missing_as_none ? "(none)" : "");
    }
  }
  writer.EndRow();
}

}  // namespace

std::string WriteCohortCsv(const std::vector<Member>& members,
                           const std::vector<std::string>& properties,
                           bool group_cohort,
                           const CsvFormat& format,
                           Random& random) {
  CsvWriter writer(format.quote_all, format.leading_tabs || group_cohort);
  const std::vector<std::size_t> order = RowOrder(members.size(), format.random_order, random);
  if (group_cohort) {
    writer.Field("group_value");
    writer.EndRow();
    for (const std::size_t row : order) {
      writer.Field(members[row].user_id);
      writer.EndRow();
    }
    return writer.Take();
  }
  const std::vector<std::string> columns =
      format.drop_unused_columns ? UsedColumns(members, properties) : properties;
  WriteUserHeader(columns, format, writer);
  for (const std::size_t row : order)
    WriteUser(members[row], columns, format, writer);
  return writer.Take();
}

std::string Gzip(std::string_view bytes) {
  constexpr int kGzipWindow = 15 + 16;  // 16 asks zlib for a gzip header instead of its own.
  constexpr int kMemoryLevel = 8;
  z_stream stream{};
  CHECK(deflateInit2(
            &stream, Z_BEST_SPEED, Z_DEFLATED, kGzipWindow, kMemoryLevel, Z_DEFAULT_STRATEGY) ==
        Z_OK);
  std::string packed(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<const Bytef*>(bytes.data());
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  CHECK(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

}  // namespace cohort_sync::simulator
