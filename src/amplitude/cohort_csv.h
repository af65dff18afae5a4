// A cohort as CSV -> the rows of a snapshot (contracts/amplitude.md 1.7).
#ifndef COHORT_SYNC_AMPLITUDE_COHORT_CSV_H_
#define COHORT_SYNC_AMPLITUDE_COHORT_CSV_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "amplitude/csv_reader.h"
#include "amplitude/gunzip.h"
#include "base/result.h"
#include "sync/identifier.h"
#include "sync/member_collector.h"
#include "sync/members.h"
#include "sync/snapshot.h"
#include "sync/snapshot_members.h"

namespace cohort_sync::amplitude {

enum class CohortFormat {
  kCsv,          // A header row with the names of the columns.
  kIdentifiers,  // One identifier per line, no header: as Amplitude's own import takes cohorts.
};

struct CohortCsvOptions {
  std::string null_token = "(none)";  // Means no value, as in Amplitude's own tables.
  CohortFormat format = CohortFormat::kCsv;
};

// See the members of the same names in Snapshot.
struct CohortRows {
  MemberRows members;
  std::int64_t rows = 0;
  RejectCounts rejected{};
  std::vector<RejectedRow> rejected_rows;
  SnapshotMembers who;
};

void MoveInto(Snapshot& snapshot, CohortRows&& rows);

// Takes the bytes in pieces, gzip or plain, and is done with each when Feed returns.
//
// The identifier's column is found by name: the property, or the property behind "gp:"; "user_id"
// is found as "userID" too. The first column of a name counts. A row whose value is no identifier
// is counted and listed, never an error. A header without rows is an empty cohort. Where members
// are wanted, they are known by the column "user_id", which is found as an identifier is, and a row
// without a user id by its contact; one without either is nobody.
//
// kIdentifiers has the same rules for lines, quotes and ends as a CSV of one column. Nothing in it
// tells an empty cohort from a lost file, so that one without lines is refused.
class CohortCsv final : private CsvHandler {
 public:
  // `wants_members`: CohortRows::who is wanted.
  CohortCsv(IdentifierMapping identifier,
            std::uint64_t hash_key,
            CohortCsvOptions options = {},
            bool wants_members = false);

  // kInvalidInput when it is not such a file: no identifier column (with the columns that are
  // there), several columns or a column name where identifiers are expected, a group cohort, HTML,
  // XML or JSON (with its beginning), and what CsvReader and Gunzip refuse. After a failure the
  // object is of no use.
  [[nodiscard]] Status Feed(std::string_view bytes);
  // The end of the bytes. kIncomplete when they end too early, kInvalidInput when there was no
  // header or no line. To be called once.
  [[nodiscard]] Result<CohortRows> Finish();

 private:
  Status OnHeader(std::span<const std::string> columns) override;
  void OnRow(const CsvRow& row) override;

  Status TakePlain(std::string_view bytes);
  [[nodiscard]] Status RefuseForeign() const;
  [[nodiscard]] Status TakeFirstIdentifier(std::span<const std::string> columns);
  [[nodiscard]] Error NoIdentifierColumn(std::span<const std::string> columns) const;
  // Normalized; empty when the row gives none and was rejected. Valid until the next row.
  std::string_view TakeContact(const CsvRow& row);
  void TakeMember(const CsvRow& row, std::string_view contact);
  void Reject(const CsvRow& row, RejectReason reason, std::string_view value);

  IdentifierMapping identifier_;
  IdentifierKind kind_;
  CohortCsvOptions options_;
  bool wants_members_;
  CsvReader reader_;
  Gunzip gunzip_;
  MemberCollector members_;
  CohortRows result_;

  enum class Beginning { kUnknown, kCsv, kForeign };
  Beginning beginning_ = Beginning::kUnknown;
  std::string first_bytes_;  // Until it is known what they begin.
  bool first_row_seen_ = false;
  std::size_t identifier_column_ = 0;
  std::optional<std::size_t> member_column_;
  std::optional<std::size_t> user_column_;
  std::uint64_t identifier_bytes_ = 0;
  std::string scratch_;  // What the views of one row point into.
  std::string lower_case_;
  std::string user_scratch_;
};

}  // namespace cohort_sync::amplitude

#endif  // COHORT_SYNC_AMPLITUDE_COHORT_CSV_H_
