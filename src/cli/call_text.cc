#include "cli/call_text.h"

#include "base/format.h"
#include "base/text.h"
#include "base/time_text.h"
#include "cli/text_table.h"

namespace cohort_sync {
namespace {

constexpr auto kRight = TextTable::Align::kRight;
constexpr std::size_t kShownBytes = 160;

}  // namespace

std::string LatencyText(Duration latency) {
  const auto millis = latency.count();
  if (millis < 1'000 || millis >= 10'000) return FormatDuration(latency);
  return Format("{}.{} s", millis / 1'000, millis % 1'000 / 100);
}

std::string CallSummariesText(const std::vector<CallSummary>& calls) {
  TextTable table(
      {{"calls"}, {"answers"}, {"p50", kRight}, {"p90", kRight}, {"p99", kRight}, {"max", kRight}});
  for (const CallSummary& call : calls) {
    std::vector<std::string> answers;
    answers.reserve(call.answers.size());
    for (const auto& [answer, count] : call.answers)
      answers.push_back(Format("{} × {}", WithThousands(count), answer));
    table.AddRow({call.call,
                  Join(answers, ", "),
                  LatencyText(call.p50),
                  LatencyText(call.p90),
                  LatencyText(call.p99),
                  LatencyText(call.max)});
  }
  return table.Text();
}

std::string CallsText(const std::vector<OperationCall>& calls) {
  TextTable table({{"time"},
                   {"took", kRight},
                   {"status", kRight},
                   {"operation"},
                   {"contact"},
                   {"call"},
                   {"sent"},
                   {"answered"}});
  for (const OperationCall& entry : calls) {
    const CallRecord& call = entry.call;
    table.AddRow({FormatTimeWithMillis(call.sent_at),
                  LatencyText(call.took),
                  call.http_status == 0 ? std::string(kNoAnswer) : std::to_string(call.http_status),
                  std::string(ToString(entry.kind)),
                  Printable(entry.contact),
                  Format("{} {}", call.method, Printable(call.target, kShownBytes)),
                  Printable(call.request_body, kShownBytes),
                  Printable(call.answer, kShownBytes)});
  }
  return table.Text();
}

}  // namespace cohort_sync
