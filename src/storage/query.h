// A prepared statement in use: bound, stepped, read, and reset when it goes out of scope.
#ifndef COHORT_SYNC_STORAGE_QUERY_H_
#define COHORT_SYNC_STORAGE_QUERY_H_

#include <bit>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/strong_id.h"
#include "storage/database.h"

namespace cohort_sync {

// Bytes to be bound as a BLOB; read in place, so they stay until the query is run.
struct BlobBytes {
  std::string_view bytes;
};

// How an unsigned hash is stored, and back.
[[nodiscard]] constexpr std::int64_t StoredHash(std::uint64_t hash) {
  return std::bit_cast<std::int64_t>(hash);
}
[[nodiscard]] constexpr std::uint64_t LoadedHash(std::int64_t stored) {
  return std::bit_cast<std::uint64_t>(stored);
}

// The statement is prepared once per connection and kept; `sql` is a constant that lives as long as
// the program. One text is in use once at a time. Every method throws DatabaseError.
class Query {
 public:
  Query(Database& database, const char* sql);
  ~Query();
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;

  // Starts over with these parameters, from ?1 on. Numbers, texts, TimePoint, StrongId, BlobBytes
  // and optionals of them (absent is NULL).
  template <typename... Values>
  Query& Bind(const Values&... values) {
    Restart();
    int index = 0;
    (BindOne(++index, values), ...);
    return *this;
  }
  // Changes the parameter ?index of a query that has been bound, and not stepped since.
  template <typename Value>
  Query& Set(int index, const Value& value) {
    BindOne(index, value);
    return *this;
  }
  // The next row; false when there is none.
  [[nodiscard]] bool Step();
  // For statements that return no rows. Returns how many rows were changed.
  std::int64_t Run();

  // ---- Columns of the current row, from 0 ----
  [[nodiscard]] bool IsNull(int column) const;
  [[nodiscard]] std::int64_t Int(int column) const;
  [[nodiscard]] double Real(int column) const;
  // Views are valid until the next Bind, Step or the end of the query.
  [[nodiscard]] std::string_view Text(int column) const;
  [[nodiscard]] std::string_view Blob(int column) const;
  [[nodiscard]] std::string String(int column) const { return std::string(Text(column)); }
  [[nodiscard]] TimePoint Time(int column) const { return FromMillis(Int(column)); }
  [[nodiscard]] std::optional<TimePoint> OptionalTime(int column) const;

 private:
  void Restart();
  void BindOne(int index, std::int64_t value);
  void BindOne(int index, double value);
  void BindOne(int index, int value) { BindOne(index, std::int64_t{value}); }
  void BindOne(int index, std::string_view text);
  void BindOne(int index, const std::string& text) { BindOne(index, std::string_view(text)); }
  void BindOne(int index, BlobBytes blob);
  void BindOne(int index, TimePoint time) { BindOne(index, ToMillis(time)); }
  void BindNull(int index);
  template <typename Tag, typename Value>
  void BindOne(int index, const StrongId<Tag, Value>& id) {
    BindOne(index, id.value());
  }
  template <typename Value>
  void BindOne(int index, const std::optional<Value>& value) {
    if (value) {
      BindOne(index, *value);
    } else {
      BindNull(index);
    }
  }

  Database& database_;
  Database::CachedStatement& cached_;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_STORAGE_QUERY_H_
