// A cohort file, through the source that reads it. "FORMAT IDENTIFIER PIECE" and, from the second
// line on, the file: "csv email 7", "identifiers user_id 1".
#include <cstdint>
#include <map>
#include <numeric>
#include <string>
#include <string_view>

#include "amplitude/cohort_csv.h"
#include "amplitude/cohort_file_source.h"
#include "base/check.h"
#include "fuzz/fuzz_input.h"
#include "fuzz/message_law.h"
#include "support/gzip.h"
#include "support/temp_dir.h"
#include "sync/email_address.h"

namespace cohort_sync::amplitude {
namespace {

constexpr std::uint64_t kHashKey = 42;

struct Reading {
  FetchRequest request;
  CohortCsvOptions options;
  std::size_t piece = 1;
};

Reading ReadingOf(FuzzInput& input) {
  const auto words = input.Words(3);
  Reading reading;
  reading.request.cohort = CohortId("7khm89cz");
  reading.request.hash_key = kHashKey;
  reading.request.identifier = words[1] == "user_id" ? IdentifierMapping{"customerId", "user_id"}
                                                     : IdentifierMapping{"email", "email"};
  if (words[0] == "identifiers") reading.options.format = CohortFormat::kIdentifiers;
  reading.piece = 1 + static_cast<std::size_t>(ParseInteger(words[2]).value_or(0)) % 300;
  return reading;
}

using Counted = std::map<std::string, std::int64_t>;  // Members and how often each was there.

Counted Members(const MemberRows& rows) {
  Counted members;
  rows.VisitRange({},
                  [&members](const MemberRef& member) { ++members[std::string(member.value)]; });
  return members;
}

void CheckMember(IdentifierKind kind, const std::string& value) {
  std::string scratch;
  const NormalizedIdentifier again = NormalizeIdentifier(kind, value, scratch);
  CHECK(again.accepted && again.value == value);
  CHECK(IsValidUtf8(value) && value.find_first_of(" /\\?#%\t\r\n\x7F") == std::string::npos);
  if (kind == IdentifierKind::kEmail) CHECK(CheckEmail(value) == EmailCheck::kLowerCase);
}

void CheckRejectedRows(const Snapshot& snapshot) {
  RejectCounts listed{};
  std::int64_t last_row = 0;
  for (const RejectedRow& row : snapshot.rejected_rows) {
    CHECK(row.row > last_row && row.row <= snapshot.rows);
    last_row = row.row;
    CHECK(row.value.size() <= 256 && row.member.size() <= 256);
    CHECK(row.value.empty() == (row.reason == RejectReason::kMissing));
    ++listed[static_cast<std::size_t>(row.reason)];
  }
  CHECK(listed == snapshot.rejected);  // No input here has 10,000 rows.
  CHECK(listed[static_cast<std::size_t>(RejectReason::kDuplicate)] == 0);
}

// Every row is a member or was rejected for one reason.
void CheckSnapshot(const Snapshot& snapshot, IdentifierKind kind) {
  const std::int64_t rejected =
      std::accumulate(snapshot.rejected.begin(), snapshot.rejected.end(), std::int64_t{0});
  CHECK(snapshot.rows == static_cast<std::int64_t>(snapshot.members.size()) + rejected);
  CheckRejectedRows(snapshot);
  std::int64_t visited = 0;
  for (const auto& [member, count] : Members(snapshot.members)) {
    CheckMember(kind, member);
    visited += count;
  }
  CHECK(visited == static_cast<std::int64_t>(snapshot.members.size()));
}

Result<CohortRows> ReadInPieces(const Reading& reading, std::string_view bytes) {
  CohortCsv csv(reading.request.identifier, kHashKey, reading.options);
  for (; !bytes.empty(); bytes.remove_prefix(std::min(reading.piece, bytes.size()))) {
    if (const Status fed = csv.Feed(bytes.substr(0, reading.piece)); !fed) return Fail(fed.error());
  }
  return csv.Finish();
}

void CheckSame(const Result<Snapshot>& whole, const Result<CohortRows>& other) {
  CHECK(whole.has_value() == other.has_value());
  if (!whole) {
    CHECK(whole.error().code() == other.error().code());
    return;
  }
  CHECK(whole->rows == other->rows && whole->rejected == other->rejected);
  CHECK(Members(whole->members) == Members(other->members));
}

}  // namespace
}  // namespace cohort_sync::amplitude

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace cohort_sync;             // NOLINT(google-build-using-namespace)
  using namespace cohort_sync::amplitude;  // NOLINT(google-build-using-namespace)
  static const TempDir dir(TempDir::Memory());
  FuzzInput input(bytes, size);
  const Reading reading = ReadingOf(input);
  const std::string_view content = input.Rest();

  const std::string path = dir.Write("cohort", std::string(content));
  CohortFileSource source(path, std::nullopt, reading.options);
  const Result<Snapshot> snapshot = source.Fetch(reading.request, {});
  if (snapshot) {
    CheckSnapshot(*snapshot, reading.request.identifier.kind());
  } else {
    CheckMessage(snapshot.error().message());
    CHECK(snapshot.error().message().starts_with("file '" + path + "': "));
  }
  // Pieces and compression make no difference. (What is compressed twice is unpacked once.)
  if (content.starts_with("\x1f\x8b")) return 0;
  CheckSame(snapshot, ReadInPieces(reading, content));
  CheckSame(snapshot, ReadInPieces(reading, Gzip(content)));
  return 0;
}
