#include "amplitude/cohort_csv.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/format.h"
#include "base/text.h"

namespace cohort_sync::amplitude {
namespace {

constexpr std::size_t kQuotedBytes = 120;     // Of a foreign body, in a message.
constexpr std::size_t kMaxListedBytes = 256;  // Of a rejected row's value.
constexpr std::size_t kMaxListedColumns = 30;
constexpr std::uint64_t kMostIdentifierBytes = std::uint64_t{4} << 30U;
constexpr std::string_view kUserId = "user_id";
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

using Columns = std::span<const std::string>;

std::optional<std::size_t> FindColumn(Columns columns, std::span<const std::string> names) {
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (std::find(names.begin(), names.end(), columns[i]) != names.end()) return i;
  }
  return std::nullopt;
}

// The spellings of the S3 export beside those of the API (contract 1.7).
std::vector<std::string> NamesOfIdentifier(const std::string& property) {
  if (property == kUserId) return {"user_id", "userID", "gp:user_id"};
  return {property, "gp:" + property};
}

const std::vector<std::string>& MemberNames() {
  static const std::vector<std::string> names = {"amplitude_id", "amplitudeID", "Amplitude_id"};
  return names;
}

const std::vector<std::string>& GroupNames() {
  static const std::vector<std::string> names = {"group_value"};
  return names;
}

// Without the leading tabs of browser downloads and without one layer of quotes around a value that
// holds no others.
std::string_view Bare(std::string_view value) {
  if (value.empty() || (value.front() != '\t' && value.front() != '"')) return value;
  value.remove_prefix(std::min(value.find_first_not_of('\t'), value.size()));
  if (value.size() < 2 || value.front() != '"' || value.back() != '"') return value;
  const std::string_view within = value.substr(1, value.size() - 2);
  return within.find('"') == std::string_view::npos ? within : value;
}

}  // namespace

void MoveInto(Snapshot& snapshot, CohortRows&& rows) {
  snapshot.members = std::move(rows.members);
  snapshot.rows = rows.rows;
  snapshot.rejected = rows.rejected;
  snapshot.rejected_rows = std::move(rows.rejected_rows);
  snapshot.who = std::move(rows.who);
}

CohortCsv::CohortCsv(IdentifierMapping identifier,
                     std::uint64_t hash_key,
                     CohortCsvOptions options,
                     bool wants_members)
    : identifier_(std::move(identifier)),
      kind_(identifier_.kind()),
      options_(std::move(options)),
      wants_members_(wants_members),
      reader_(*this,
              options_.format == CohortFormat::kCsv ? CsvFirstRow::kNames : CsvFirstRow::kData),
      gunzip_([this](std::string_view bytes) { return TakePlain(bytes); }),
      members_(hash_key) {}

Status CohortCsv::Feed(std::string_view bytes) {
  return gunzip_.Feed(bytes);
}

Result<CohortRows> CohortCsv::Finish() {
  if (Status unpacked = gunzip_.Finish(); !unpacked) return Fail(unpacked.error());
  if (beginning_ == Beginning::kForeign) return Fail(RefuseForeign().error());
  if (Status read = reader_.Finish(); !read) return Fail(read.error());
  if (!first_row_seen_) {
    return Fail(ErrorCode::kInvalidInput,
                options_.format == CohortFormat::kCsv
                    ? "it is empty, without a header row; an empty cohort has at least its header"
                    : "it is empty; in the format 'identifiers' that cannot be told from a lost "
                      "file: give an empty cohort as CSV with its header");
  }
  result_.members = members_.Finish();
  result_.who.naming = user_column_ ? MemberNaming::kUser : MemberNaming::kContact;
  return std::move(result_);
}

// Decides once, on the first byte that is not white space, whether this can be CSV at all.
Status CohortCsv::TakePlain(std::string_view bytes) {
  if (beginning_ == Beginning::kCsv) {
    if (Status fed = reader_.Feed(bytes); !fed) return fed;
  } else {
    first_bytes_.append(bytes);
    std::string_view seen = first_bytes_;
    if (seen.substr(0, kByteOrderMark.size()) == kByteOrderMark)
      seen.remove_prefix(kByteOrderMark.size());
    seen = Trim(seen);
    if (seen.empty() || kByteOrderMark.substr(0, seen.size()) == seen) {
      // A page or a short file of white space; longer ones get no further look.
      if (first_bytes_.size() < kMaxCsvFieldBytes) return {};
    } else if (seen.front() == '<' || seen.front() == '{') {
      beginning_ = Beginning::kForeign;
      return seen.size() < kQuotedBytes ? Status{} : RefuseForeign();
    }
    beginning_ = Beginning::kCsv;
    if (Status fed = reader_.Feed(first_bytes_); !fed) return fed;
    first_bytes_ = {};
  }
  if (identifier_bytes_ > kMostIdentifierBytes) {
    return Fail(ErrorCode::kInvalidInput,
                Format("the identifiers of the first {} have more than 4 GiB; no cohort is that "
                       "large",
                       Count(result_.rows, "row", "rows")));
  }
  return {};
}

Status CohortCsv::RefuseForeign() const {
  const std::string_view body = Trim(first_bytes_);
  const bool markup = body.find('<') < body.find('{');
  return Fail(ErrorCode::kInvalidInput,
              Format("it is {} and not CSV, beginning with '{}'",
                     markup ? "HTML or XML" : "JSON",
                     Printable(body, kQuotedBytes)));
}

Status CohortCsv::OnHeader(Columns columns) {
  first_row_seen_ = true;
  if (options_.format == CohortFormat::kIdentifiers) return TakeFirstIdentifier(columns);
  if (FindColumn(columns, GroupNames())) {
    return Fail(ErrorCode::kInvalidInput,
                "it is a cohort of groups (column 'group_value'); only cohorts of users can be "
                "synced");
  }
  const auto identifier = FindColumn(columns, NamesOfIdentifier(identifier_.property));
  if (!identifier) return Fail(NoIdentifierColumn(columns));
  identifier_column_ = *identifier;
  member_column_ = FindColumn(columns, MemberNames());
  user_column_ = FindColumn(columns, NamesOfIdentifier(std::string(kUserId)));
  return {};
}

// The first line must not become a member when it is a header after all.
Status CohortCsv::TakeFirstIdentifier(Columns columns) {
  constexpr std::string_view kStep = "for CSV with a header remove \"format\": \"identifiers\"";
  if (columns.size() > 1) {
    return Fail(
        ErrorCode::kInvalidInput,
        Format(
            "its first line has {} columns instead of one identifier; {}", columns.size(), kStep));
  }
  if (!FindColumn(columns, NamesOfIdentifier(identifier_.property)) &&
      !FindColumn(columns, MemberNames()) && !FindColumn(columns, GroupNames())) {
    if (identifier_.property == kUserId) user_column_ = identifier_column_;
    return {};
  }
  return Fail(ErrorCode::kInvalidInput,
              Format("its first line is the column name '{}' and no identifier; {}",
                     Printable(columns.front()),
                     kStep));
}

Error CohortCsv::NoIdentifierColumn(Columns columns) const {
  const std::string problem =
      Format("no column '{}' in its header", Printable(identifier_.property));
  // A first row with an address in it is a member and not a header: it is not shown.
  if (std::any_of(columns.begin(), columns.end(), [](const std::string& name) {
        return name.find('@') != std::string::npos;
      })) {
    return Error(ErrorCode::kInvalidInput,
                 Format("{}: the first row holds an address; put a row with the column names "
                        "before it{}",
                        problem,
                        columns.size() == 1 ? ", or set \"format\": \"identifiers\"" : ""));
  }
  std::vector<std::string> shown;
  for (const std::string& column : columns.first(std::min(columns.size(), kMaxListedColumns)))
    shown.push_back(Format("'{}'", Printable(column)));
  if (columns.size() > shown.size())
    shown.push_back(Format("and {} more", columns.size() - shown.size()));
  const std::vector<std::string> all(columns.begin(), columns.end());
  const auto meant = ClosestMatch(identifier_.property, all);
  return Error(ErrorCode::kInvalidInput,
               Format("{}, which has {}; {}check contact_identifier_mapping",
                      problem,
                      Join(shown, ", "),
                      meant ? Format("did you mean '{}'? ", Printable(*meant)) : ""));
}

void CohortCsv::OnRow(const CsvRow& row) {
  result_.rows = row.number();
  const std::string_view contact = TakeContact(row);
  if (wants_members_) TakeMember(row, contact);
}

std::string_view CohortCsv::TakeContact(const CsvRow& row) {
  const std::string_view value = Bare(row.Value(identifier_column_, scratch_));
  if (value == options_.null_token) {
    Reject(row, RejectReason::kMissing, {});
    return {};
  }
  const NormalizedIdentifier identifier = NormalizeIdentifier(kind_, value, lower_case_);
  if (!identifier.accepted) {
    Reject(row, identifier.reason, value);
    return {};
  }
  identifier_bytes_ += identifier.value.size();
  members_.Add(identifier.value);
  return identifier.value;
}

void CohortCsv::TakeMember(const CsvRow& row, std::string_view contact) {
  std::string_view user;
  if (user_column_) user = Bare(row.Value(*user_column_, user_scratch_));
  if (user == options_.null_token) user = {};
  if (user.empty() && contact.empty()) return;
  identifier_bytes_ += user.size();
  result_.who.Add(user, contact);
}

void CohortCsv::Reject(const CsvRow& row, RejectReason reason, std::string_view value) {
  std::int64_t& count = result_.rejected[static_cast<std::size_t>(reason)];
  if (std::cmp_greater_equal(count++, kMaxListedRejectedRows)) return;
  RejectedRow rejected;
  rejected.row = row.number();
  rejected.reason = reason;
  if (reason != RejectReason::kMissing) rejected.value = CutText(value, kMaxListedBytes);
  if (member_column_) {  // Last: it may take the place of what `value` points into.
    rejected.member = CutText(Bare(row.Value(*member_column_, scratch_)), kMaxListedBytes);
  }
  result_.rejected_rows.push_back(std::move(rejected));
}

}  // namespace cohort_sync::amplitude
