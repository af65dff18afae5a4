// How the Amplitude stand-in behaves where the contract leaves doubt, and how it misbehaves on
// request. The defaults are what the contract documents. Section numbers are those of
// contracts/amplitude.md.
#ifndef COHORT_SYNC_SIMULATOR_AMPLITUDE_SWITCHES_H_
#define COHORT_SYNC_SIMULATOR_AMPLITUDE_SWITCHES_H_

#include <cstdint>

#include "simulator/cohort_csv.h"
#include "simulator/fault.h"
#include "simulator/push_switches.h"

namespace cohort_sync::simulator {

// How an export ends (1.5; the text of a failed one is unknown).
enum class ExportOutcome { kCompletes, kStuck, kFails };
// How the end of a downloaded body is marked (6.5 e).
enum class Transfer { kContentLength, kChunked, kUntilClose };

struct AmplitudeSwitches {
  // --- Access (1.8) ---
  bool other_region = false;  // Every key is unknown, as one of the other region is.

  // --- Limits (1.2) ---
  std::int64_t monthly_requests = 500;         // Per calendar month, UTC.
  std::int64_t requests_per_ten_minutes = 60;  // Export requests; 0 is no limit.
  // Polls and downloads take of these, too: "single-cohort requests" may mean them (unknown).
  bool polls_count = false;
  // Exports of the last minute that may be running at once: "4 parallel requests per minute". That
  // reading is inferred. 0 is no limit.
  std::int64_t parallel_exports = 4;
  // Requests of the export API that may be waiting for their answer at once; 0 is no limit. The
  // Dashboard REST API, which shares this limit, is not imitated.
  std::int64_t concurrent_requests = 5;
  std::int64_t max_export_users = 2'000'000;  // A larger cohort is refused with 400 (inferred).
  std::int64_t retry_after_seconds = 0;       // On 429; 0 sends no header (unknown, 1.2).

  // --- Export requests and polls (1.4, 1.5) ---
  bool request_answers_200 = false;          // Instead of the documented 202.
  std::int64_t unknown_cohort_status = 404;  // "returns an error": the code is not stated.
  std::int64_t polls_until_done = 1;         // This many polls are answered 202 before the 200.
  std::int64_t export_ms = 0;                // And it takes at least so long.
  ExportOutcome export_outcome = ExportOutcome::kCompletes;
  Fault poll_rate_limited;  // 429 on a poll.
  Fault poll_server_error;  // 500 on a poll.

  // --- Download (1.2, 1.6) ---
  std::int64_t file_before_done_status = 404;  // /file before completion: unknown, 404 or 400.
  std::int64_t inline_bytes = 32'768;  // Larger files are answered 302; the threshold is unknown.
  std::int64_t link_seconds = 60;      // How long the link of a 302 works.
  std::int64_t export_days = 7;        // How long a request id works.
  bool gzip = true;                    // Content-Encoding of both ways of download (1.7).
  Transfer transfer = Transfer::kContentLength;
  Fault cut_download;  // The transfer ends in the middle of the file.

  // --- The file (1.7) ---
  CsvFormat csv;

  // --- Pushes (2, 3) ---
  PushSwitches push;

  // --- Faults on any API call (1.8, 6.5 c) ---
  Fault rate_limited;      // 429 although there is room.
  Fault server_error;      // 500 with a JSON body; nothing is counted.
  Fault gateway_timeout;   // 504 with an HTML body; nothing is counted.
  Fault reset_connection;  // Instead of an answer; nothing is counted.
  Fault slow;              // Answered slow_ms later.
  std::int64_t slow_ms = 5000;
};

}  // namespace cohort_sync::simulator

#endif  // COHORT_SYNC_SIMULATOR_AMPLITUDE_SWITCHES_H_
