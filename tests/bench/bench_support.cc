#include "bench_support.h"

#include <fstream>
#include <stdexcept>
#include <string_view>
#include <sys/resource.h>

#include "amplitude/cohort_file_source.h"
#include "base/format.h"

namespace cohort_sync::bench {

namespace {

rusage Usage() {
  rusage usage{};
  if (::getrusage(RUSAGE_SELF, &usage) != 0)
    throw std::runtime_error("the system does not tell what was used");
  return usage;
}

double CpuMs() {
  const rusage usage = Usage();
  const auto millis = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) * 1000 + static_cast<double>(time.tv_usec) / 1000;
  };
  return millis(usage.ru_utime) + millis(usage.ru_stime);
}

std::int64_t WrittenBytes() {
  std::ifstream file("/proc/self/io");
  std::string name;
  std::int64_t value = 0;
  while (file >> name >> value) {
    if (name == "wchar:") return value;
  }
  throw std::runtime_error("/proc/self/io does not tell what was written");
}

}  // namespace

BindingKey Key() {
  return {ProjectName(), CohortId("bench"), DestinationName("cordial")};
}

IdentifierMapping Identifier() {
  return {"email", "email"};
}

Result<Snapshot> ReadSnapshot(const std::string& csv, std::uint64_t hash_key) {
  FetchRequest request;
  request.cohort = Key().cohort;
  request.identifier = Identifier();
  request.hash_key = hash_key;
  return amplitude::CohortFileSource(csv, "bench").Fetch(request, {});
}

PlanCommit PlanOf(const Snapshot& snapshot,
                  const Delta& delta,
                  TimePoint now,
                  const std::string& endpoint) {
  PlanCommit commit;
  commit.started_at = now;
  commit.key = Key();
  commit.pins.endpoint = endpoint;
  commit.pins.list_name = ListName("bench");
  commit.pins.list_id = ListId(1);
  commit.pins.identifier = Identifier();
  commit.as_of = snapshot.as_of;
  commit.origin = snapshot.origin;
  commit.counts.added = static_cast<std::int64_t>(delta.added.size());
  commit.counts.removed = static_cast<std::int64_t>(delta.removed.size());
  commit.add = delta.added;
  commit.remove = delta.removed;
  return commit;
}

Meter::Meter()
    : begin_(std::chrono::steady_clock::now()),
      cpu_begin_ms_(CpuMs()),
      written_begin_(WrittenBytes()) {}

std::string Meter::Json() const {
  const std::chrono::duration<double, std::milli> taken = std::chrono::steady_clock::now() - begin_;
  return Format(
      "\"ms\": {:.1f}, \"cpu_ms\": {:.1f}, \"written_bytes\": {}, \"peak_rss_mib\": {:.1f}",
      taken.count(),
      CpuMs() - cpu_begin_ms_,
      WrittenBytes() - written_begin_,
      static_cast<double>(Usage().ru_maxrss) / 1024.0);
}

}  // namespace cohort_sync::bench
