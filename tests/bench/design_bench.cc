// What other sync engines do between a cohort file and a committed change, on the same data and
// with the same reader as our own plan: scripts/bench compares them.
//
//   design_bench DESIGN STATE CSV     prints one line of JSON; an empty STATE gets its first
//   snapshot
//
//   scan     a hash table of the snapshot in memory, one scan of a table of rows
//   merge    the snapshot sorted, merged with a table clustered by contact
//   except   a temporary table, EXCEPT both ways (warehouse diff engines)
//   upsert   every row written again, those not seen deleted (queue-based sync engines)
//
// Each keeps the members as rows and writes one operation per change, in one transaction with the
// durability of our state file.
#include <algorithm>
#include <chrono>
#include <exception>
#include <functional>
#include <iostream>
#include <map>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include <SQLiteCpp/SQLiteCpp.h>

#include "amplitude/cohort_file_source.h"
#include "base/format.h"
#include "bench_support.h"

namespace cohort_sync {
namespace {

using Contacts = std::vector<std::string_view>;

class State {
 public:
  explicit State(const std::string& path)
      : database_(path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE | SQLite::OPEN_NOMUTEX) {
    database_.exec("PRAGMA journal_mode = WAL");
    database_.exec("PRAGMA synchronous = FULL");
    database_.exec("PRAGMA temp_store = MEMORY");
    database_.exec("PRAGMA cache_size = -65536");
    database_.exec(
        "CREATE TABLE IF NOT EXISTS operations (operation_id INTEGER PRIMARY KEY,"
        " kind TEXT NOT NULL, contact TEXT NOT NULL, state TEXT NOT NULL)");
  }

  SQLite::Database& database() { return database_; }

  // Runs `sql` for each contact, which is its one parameter.
  void ForEach(const char* sql, const Contacts& contacts) {
    SQLite::Statement statement(database_, sql);
    for (const std::string_view contact : contacts) {
      statement.bindNoCopy(1, contact.data(), static_cast<int>(contact.size()));
      statement.exec();
      statement.reset();
    }
  }

 private:
  SQLite::Database database_;
};

struct Change {
  std::int64_t added = 0;
  std::int64_t removed = 0;
};

constexpr char kAppendAdd[] =
    "INSERT INTO operations (kind, contact, state) VALUES ('add', CAST(?1 AS TEXT), 'pending')";
constexpr char kAppendRemove[] =
    "INSERT INTO operations (kind, contact, state) VALUES ('remove', CAST(?1 AS TEXT), 'pending')";
constexpr char kInsert[] = "INSERT INTO members (contact) VALUES (CAST(?1 AS TEXT))";
constexpr char kDelete[] = "DELETE FROM members WHERE contact = CAST(?1 AS TEXT)";

Change Write(State& state, const Contacts& added, const Contacts& removed) {
  state.ForEach(kDelete, removed);
  state.ForEach(kInsert, added);
  state.ForEach(kAppendRemove, removed);
  state.ForEach(kAppendAdd, added);
  return {static_cast<std::int64_t>(added.size()), static_cast<std::int64_t>(removed.size())};
}

Contacts Views(const std::vector<std::string>& values) {
  return {values.begin(), values.end()};
}

Change Scan(State& state, Contacts snapshot) {
  state.database().exec(
      "CREATE TABLE IF NOT EXISTS members (member_id INTEGER PRIMARY KEY, contact TEXT UNIQUE)");
  std::unordered_set<std::string_view> fresh;
  fresh.reserve(snapshot.size());
  fresh.insert(snapshot.begin(), snapshot.end());
  std::vector<std::string> removed;
  SQLite::Statement rows(state.database(), "SELECT contact FROM members NOT INDEXED");
  while (rows.executeStep()) {
    const SQLite::Column value = rows.getColumn(0);
    const std::string_view contact(value.getText(), static_cast<std::size_t>(value.getBytes()));
    if (fresh.erase(contact) == 0) removed.emplace_back(contact);
  }
  rows.reset();
  const Contacts added(fresh.begin(), fresh.end());
  return Write(state, added, Views(removed));
}

Change Merge(State& state, Contacts snapshot) {
  state.database().exec(
      "CREATE TABLE IF NOT EXISTS members (contact TEXT PRIMARY KEY) WITHOUT ROWID");
  std::sort(snapshot.begin(), snapshot.end());
  snapshot.erase(std::unique(snapshot.begin(), snapshot.end()), snapshot.end());
  Contacts added;
  std::vector<std::string> removed;
  auto next = snapshot.begin();
  SQLite::Statement rows(state.database(), "SELECT contact FROM members ORDER BY contact");
  while (rows.executeStep()) {
    const SQLite::Column value = rows.getColumn(0);
    const std::string_view contact(value.getText(), static_cast<std::size_t>(value.getBytes()));
    while (next != snapshot.end() && *next < contact)
      added.push_back(*next++);
    if (next != snapshot.end() && *next == contact) {
      ++next;
    } else {
      removed.emplace_back(contact);
    }
  }
  rows.reset();
  added.insert(added.end(), next, snapshot.end());
  return Write(state, added, Views(removed));
}

Change Except(State& state, Contacts snapshot) {
  SQLite::Database& database = state.database();
  database.exec("CREATE TABLE IF NOT EXISTS members (contact TEXT PRIMARY KEY) WITHOUT ROWID");
  database.exec("CREATE TEMP TABLE snapshot (contact TEXT PRIMARY KEY) WITHOUT ROWID");
  state.ForEach("INSERT OR IGNORE INTO snapshot (contact) VALUES (CAST(?1 AS TEXT))", snapshot);
  Change change;
  change.removed = database.exec(
      "INSERT INTO operations (kind, contact, state) SELECT 'remove', contact, 'pending'"
      " FROM (SELECT contact FROM members EXCEPT SELECT contact FROM snapshot)");
  change.added = database.exec(
      "INSERT INTO operations (kind, contact, state) SELECT 'add', contact, 'pending'"
      " FROM (SELECT contact FROM snapshot EXCEPT SELECT contact FROM members)");
  database.exec(
      "DELETE FROM members WHERE contact IN (SELECT contact FROM members EXCEPT"
      " SELECT contact FROM snapshot)");
  database.exec(
      "INSERT INTO members SELECT contact FROM snapshot EXCEPT SELECT contact FROM members");
  return change;
}

Change Upsert(State& state, Contacts snapshot) {
  SQLite::Database& database = state.database();
  database.exec(
      "CREATE TABLE IF NOT EXISTS members (contact TEXT PRIMARY KEY, first_seen INTEGER NOT NULL,"
      " seen INTEGER NOT NULL) WITHOUT ROWID");
  const std::int64_t round =
      database.execAndGet("SELECT coalesce(max(seen), 0) + 1 FROM members").getInt64();
  const std::string upsert = Format(
      "INSERT INTO members (contact, first_seen, seen) VALUES (CAST(?1 AS TEXT), {0}, {0})"
      " ON CONFLICT (contact) DO UPDATE SET seen = {0}",
      round);
  state.ForEach(upsert.c_str(), snapshot);
  Change change;
  change.removed = database.exec(
      Format("INSERT INTO operations (kind, contact, state) SELECT 'remove', contact, 'pending'"
             " FROM members WHERE seen <> {}",
             round));
  change.added = database.exec(
      Format("INSERT INTO operations (kind, contact, state) SELECT 'add', contact, 'pending'"
             " FROM members WHERE first_seen = {}",
             round));
  database.exec(Format("DELETE FROM members WHERE seen <> {}", round));
  return change;
}

const std::map<std::string_view, std::function<Change(State&, Contacts)>>& Designs() {
  static const std::map<std::string_view, std::function<Change(State&, Contacts)>> designs = {
      {"scan", Scan}, {"merge", Merge}, {"except", Except}, {"upsert", Upsert}};
  return designs;
}

Status Run(std::string_view design, const std::string& path, const std::string& csv) {
  const auto chosen = Designs().find(design);
  if (chosen == Designs().end())
    return Fail(ErrorCode::kConfiguration, Format("no design '{}'", design));
  const bench::Meter meter;
  const Result<Snapshot> snapshot = bench::ReadSnapshot(csv, 0);
  if (!snapshot) return Fail(snapshot.error());
  Contacts contacts;
  contacts.reserve(snapshot->members.size());
  snapshot->members.VisitRange(
      HashRange(), [&contacts](const MemberRef& member) { contacts.push_back(member.value); });
  State state(path);
  SQLite::Transaction transaction(state.database());
  const Change change = chosen->second(state, std::move(contacts));
  transaction.commit();
  std::cout << Format(
      "{{{}, \"added\": {}, \"removed\": {}}}\n", meter.Json(), change.added, change.removed);
  return {};
}

}  // namespace
}  // namespace cohort_sync

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "design_bench: say DESIGN STATE CSV\n";
    return 2;
  }
  try {
    const cohort_sync::Status status = cohort_sync::Run(argv[1], argv[2], argv[3]);
    if (status) return 0;
    std::cerr << "design_bench: " << status.error().message() << '\n';
  } catch (const std::exception& error) {
    std::cerr << "design_bench: " << error.what() << '\n';
  }
  return 1;
}
