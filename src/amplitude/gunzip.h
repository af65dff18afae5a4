// Bytes that may be compressed -> plain bytes.
#ifndef COHORT_SYNC_AMPLITUDE_GUNZIP_H_
#define COHORT_SYNC_AMPLITUDE_GUNZIP_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "base/result.h"

namespace cohort_sync::amplitude {

// More is a bomb: deflate reaches 1032, rows with identifiers about 10.
inline constexpr std::uint64_t kMaxInflateRatio = 1000;
inline constexpr std::uint64_t kMaxPlainBytes = std::uint64_t{2} << 30U;

// Input that starts with the magic bytes 1f 8b is taken as gzip, whatever its sender says of it:
// storage hands out what was stored (contracts/amplitude.md 1.7). Everything else passes unchanged.
//
// gzip may have several members; each trailer (checksum, length) is checked. Bytes reach the sink
// before their trailer was seen, so nothing of it may be used before Finish() succeeded.
class Gunzip {
 public:
  // Gets the plain bytes in pieces of at most 256 KiB when they were compressed; a failure of it is
  // returned by the Feed that caused it.
  using Sink = std::function<Status(std::string_view)>;

  // `max_plain_bytes` is the most that the sink gets in all.
  explicit Gunzip(Sink sink, std::uint64_t max_plain_bytes = kMaxPlainBytes);
  ~Gunzip();
  Gunzip(const Gunzip&) = delete;
  Gunzip& operator=(const Gunzip&) = delete;

  // kInvalidInput for damaged data, for a ratio above kMaxInflateRatio and for too many bytes.
  // After a failure the object is of no use.
  [[nodiscard]] Status Feed(std::string_view bytes);
  // The end of the input. kIncomplete when compressed data ends before its end.
  [[nodiscard]] Status Finish();

 private:
  enum class Mode { kUndecided, kPlain, kGzip };
  struct Inflater;

  Status Decide(std::string_view& bytes);
  Status PassOn(std::string_view plain);
  Status Inflate(std::string_view bytes);

  Sink sink_;
  std::uint64_t max_plain_bytes_;
  Mode mode_ = Mode::kUndecided;
  bool first_magic_seen_ = false;
  std::uint64_t bytes_in_ = 0;
  std::uint64_t bytes_out_ = 0;
  std::unique_ptr<Inflater> inflater_;
};

}  // namespace cohort_sync::amplitude

#endif  // COHORT_SYNC_AMPLITUDE_GUNZIP_H_
