#include "storage/query.h"

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Statement.h>

#include "base/check.h"

namespace cohort_sync {

Query::Query(Database& database, const char* sql)
    : database_(database), cached_(database.Prepared(sql)) {
  CHECK(!cached_.in_use);
  cached_.in_use = true;
}

Query::~Query() {
  // The error of a failed step was already thrown by that step; reset only repeats it.
  cached_.statement->tryReset();
  cached_.in_use = false;
}

void Query::Restart() {
  // As in the destructor: a failed reset repeats an error that was thrown before.
  cached_.statement->tryReset();
}

bool Query::Step() {
  try {
    return cached_.statement->executeStep();
  } catch (const SQLite::Exception& cause) {
    database_.Raise(cause);
  }
}

std::int64_t Query::Run() {
  try {
    return cached_.statement->exec();
  } catch (const SQLite::Exception& cause) {
    database_.Raise(cause);
  }
}

bool Query::IsNull(int column) const {
  try {
    return cached_.statement->isColumnNull(column);
  } catch (const SQLite::Exception& cause) {
    database_.Raise(cause);
  }
}

std::int64_t Query::Int(int column) const {
  try {
    return cached_.statement->getColumn(column).getInt64();
  } catch (const SQLite::Exception& cause) {
    database_.Raise(cause);
  }
}

double Query::Real(int column) const {
  try {
    return cached_.statement->getColumn(column).getDouble();
  } catch (const SQLite::Exception& cause) {
    database_.Raise(cause);
  }
}

std::string_view Query::Text(int column) const {
  try {
    const SQLite::Column value = cached_.statement->getColumn(column);
    const char* text = value.getText();  // Before its length: it may convert.
    return {text, static_cast<std::size_t>(value.getBytes())};
  } catch (const SQLite::Exception& cause) {
    database_.Raise(cause);
  }
}

std::string_view Query::Blob(int column) const {
  try {
    const SQLite::Column value = cached_.statement->getColumn(column);
    const void* bytes = value.getBlob();
    if (bytes == nullptr) return {};
    return {static_cast<const char*>(bytes), static_cast<std::size_t>(value.getBytes())};
  } catch (const SQLite::Exception& cause) {
    database_.Raise(cause);
  }
}

std::optional<TimePoint> Query::OptionalTime(int column) const {
  if (IsNull(column)) return std::nullopt;
  return Time(column);
}

void Query::BindOne(int index, std::int64_t value) {
  try {
    cached_.statement->bind(index, value);
  } catch (const SQLite::Exception& cause) {
    database_.Raise(cause);
  }
}

void Query::BindOne(int index, double value) {
  try {
    cached_.statement->bind(index, value);
  } catch (const SQLite::Exception& cause) {
    database_.Raise(cause);
  }
}

void Query::BindOne(int index, std::string_view text) {
  try {
    // Kept with the statement: no allocation once the buffer has grown.
    std::string& kept = cached_.texts.at(static_cast<std::size_t>(index));
    kept.assign(text);
    cached_.statement->bindNoCopy(index, kept);
  } catch (const SQLite::Exception& cause) {
    database_.Raise(cause);
  }
}

void Query::BindOne(int index, BlobBytes blob) {
  CHECK(blob.bytes.size() <= INT32_MAX);
  try {
    cached_.statement->bindNoCopy(index, blob.bytes.data(), static_cast<int>(blob.bytes.size()));
  } catch (const SQLite::Exception& cause) {
    database_.Raise(cause);
  }
}

void Query::BindNull(int index) {
  try {
    cached_.statement->bind(index);
  } catch (const SQLite::Exception& cause) {
    database_.Raise(cause);
  }
}

}  // namespace cohort_sync
