#include "amplitude/gunzip.h"

#include <new>
#include <utility>
#include <vector>

#include <zlib.h>

#include "base/format.h"

namespace cohort_sync::amplitude {
namespace {

constexpr char kFirstMagic = '\x1f';
constexpr char kSecondMagic = '\x8b';
constexpr std::size_t kPieceBytes = 256U << 10U;  // Stays in the cache until it was parsed.
constexpr std::size_t kMaxFeedBytes = 1U << 30U;  // zlib counts its input in 32 bits.
constexpr int kGzipOnly = 15 + 16;                // zlib: largest window, gzip wrapper.

}  // namespace

struct Gunzip::Inflater {
  Inflater() {
    // The arguments are constants, so memory is the only thing that can be missing.
    if (inflateInit2(&stream, kGzipOnly) != Z_OK) throw std::bad_alloc();
  }
  ~Inflater() { inflateEnd(&stream); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  z_stream stream{};
  bool within_member = false;
  std::vector<char> piece = std::vector<char>(kPieceBytes);
};

Gunzip::Gunzip(Sink sink, std::uint64_t max_plain_bytes)
    : sink_(std::move(sink)), max_plain_bytes_(max_plain_bytes) {}

Gunzip::~Gunzip() = default;

Status Gunzip::Feed(std::string_view bytes) {
  if (mode_ == Mode::kUndecided) {
    if (Status decided = Decide(bytes); !decided) return decided;
  }
  while (!bytes.empty()) {
    const std::string_view some = bytes.substr(0, kMaxFeedBytes);
    if (Status fed = mode_ == Mode::kGzip ? Inflate(some) : PassOn(some); !fed) return fed;
    bytes.remove_prefix(some.size());
  }
  return {};
}

// Takes from `bytes` what it decides on: the first magic byte may come alone.
Status Gunzip::Decide(std::string_view& bytes) {
  if (!first_magic_seen_ && !bytes.empty() && bytes.front() == kFirstMagic) {
    first_magic_seen_ = true;
    bytes.remove_prefix(1);
  }
  if (bytes.empty()) return {};
  if (first_magic_seen_ && bytes.front() == kSecondMagic) {
    mode_ = Mode::kGzip;
    inflater_ = std::make_unique<Inflater>();
    return Inflate({&kFirstMagic, 1});
  }
  mode_ = Mode::kPlain;
  return first_magic_seen_ ? PassOn({&kFirstMagic, 1}) : Status{};
}

Status Gunzip::Finish() {
  if (mode_ == Mode::kUndecided && first_magic_seen_) return PassOn({&kFirstMagic, 1});
  if (mode_ != Mode::kGzip || !inflater_->within_member) return {};
  return Fail(
      ErrorCode::kIncomplete,
      Format("gzip: the data ends after {} bytes, before its own end; it was cut off, fetch "
             "it again",
             bytes_in_));
}

Status Gunzip::PassOn(std::string_view plain) {
  bytes_out_ += plain.size();
  if (bytes_out_ > max_plain_bytes_) {
    return Fail(
        ErrorCode::kInvalidInput,
        Format("more than {} bytes of plain text; no cohort is that large", max_plain_bytes_));
  }
  return sink_(plain);
}

Status Gunzip::Inflate(std::string_view bytes) {
  z_stream& stream = inflater_->stream;
  const std::uint64_t start = bytes_in_;
  // zlib declares its input without const and does not write to it.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  bool more = true;
  while (more && (inflater_->within_member || stream.avail_in > 0)) {
    inflater_->within_member = true;
    stream.next_out = reinterpret_cast<Bytef*>(inflater_->piece.data());
    stream.avail_out = static_cast<uInt>(kPieceBytes);
    const int code = inflate(&stream, Z_NO_FLUSH);
    bytes_in_ = start + bytes.size() - stream.avail_in;
    if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR) {
      return Fail(ErrorCode::kInvalidInput,
                  Format("gzip: damaged at byte {} ({}); fetch it again",
                         bytes_in_,
                         stream.msg != nullptr ? stream.msg : "unknown reason"));
    }
    const std::size_t made = kPieceBytes - stream.avail_out;
    if (bytes_out_ + made > bytes_in_ * kMaxInflateRatio) {
      return Fail(ErrorCode::kInvalidInput,
                  Format("gzip: {} bytes grow more than {}-fold; this is no cohort",
                         bytes_in_,
                         kMaxInflateRatio));
    }
    if (made > 0) {
      if (Status passed = PassOn({inflater_->piece.data(), made}); !passed) return passed;
    }
    if (code == Z_STREAM_END) {
      inflater_->within_member = false;
      inflateReset(&stream);
    }
    more = stream.avail_in > 0 || stream.avail_out == 0;
  }
  return {};
}

}  // namespace cohort_sync::amplitude
