// Blanks registered secrets out of text that leaves the process: logs, error messages, reports.
#ifndef COHORT_SYNC_BASE_REDACTION_H_
#define COHORT_SYNC_BASE_REDACTION_H_

#include <string>
#include <string_view>

namespace cohort_sync {

// Remembers `secret` for the life of the process, plain, percent-encoded and as base64 of itself
// and of "secret:" (Cordial's Basic user, contracts/cordial.md 2.1), each also with "\/" for "/",
// as many a JSON writer has it. Shorter than 4 bytes is ignored: it would blank ordinary words.
// Safe from several threads.
void RegisterForRedaction(std::string_view secret);

// `text` with every registered secret replaced by "***". Safe from several threads.
[[nodiscard]] std::string Redact(std::string_view text);

}  // namespace cohort_sync

#endif  // COHORT_SYNC_BASE_REDACTION_H_
