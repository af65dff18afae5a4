#include "amplitude/records_reader.h"

#include <algorithm>
#include <utility>

#include "base/format.h"
#include "base/hash.h"
#include "base/text.h"

namespace cohort_sync::amplitude {
namespace {

// 128 bits: nobody's chance, though not nobody's intent, makes two bodies the same.
std::string DerivedId(std::string_view body) {
  return Format("line-{:016x}{:016x}", KeyedHash(0, body), KeyedHash(1, body));
}

}  // namespace

RecordsReader::RecordsReader(const PushFormat& format, TimePoint received_at, Sink sink)
    : format_(format),
      received_at_(received_at),
      sink_(std::move(sink)),
      gunzip_([this](std::string_view bytes) { return TakePlain(bytes); }) {}

Status RecordsReader::Feed(std::string_view bytes) {
  return gunzip_.Feed(bytes);
}

Status RecordsReader::Finish() {
  if (Status unpacked = gunzip_.Finish(); !unpacked) return unpacked;
  const std::string_view last = Trim(line_);
  if (last.empty()) return {};
  const auto head = format_.ReadWebhook(last);
  if (!head && head.error().kind == PushProblem::Kind::kNotJson)
    return Fail(ErrorCode::kIncomplete,
                Format("ends in the middle of line {}: it was cut off, or is still being written",
                       lines_ + 1));
  return TakeLine(std::exchange(line_, {}));
}

Status RecordsReader::TakePlain(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    if (line_.size() + std::min(end, bytes.size()) > kMaxRecordBytes)
      return Fail(ErrorCode::kInvalidInput,
                  Format("line {} has more than {} MiB", lines_ + 1, kMaxRecordBytes >> 20U));
    if (end == std::string_view::npos) {
      line_ += bytes;
      return {};
    }
    Status taken;
    if (line_.empty()) {
      taken = TakeLine(bytes.substr(0, end));
    } else {
      line_ += bytes.substr(0, end);
      taken = TakeLine(line_);
      line_.clear();
    }
    if (!taken) return taken;
    bytes.remove_prefix(end + 1);
  }
  return {};
}

Status RecordsReader::TakeLine(std::string_view line) {
  ++lines_;
  const std::string_view body = Trim(line);
  if (body.empty()) return {};
  auto head = format_.ReadWebhook(body);
  if (!head)
    return Fail(ErrorCode::kInvalidInput, Format("line {}: {}", lines_, head.error().message));
  if (head->message_id.empty()) {
    if (!head->computed_at)
      return Fail(ErrorCode::kInvalidInput,
                  Format("line {}: it has neither 'message_id' nor 'computed_time'; without both, "
                         "it cannot be told from a repetition",
                         lines_));
    head->message_id = DerivedId(body);
  }
  ++counts_.batches;
  counts_.members += head->members;
  if (!sink_) return {};
  return sink_({*std::move(head), received_at_, std::string(body)});
}

}  // namespace cohort_sync::amplitude
