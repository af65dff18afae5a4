// gzip for tests that need compressed input.
#ifndef COHORT_SYNC_TESTS_SUPPORT_GZIP_H_
#define COHORT_SYNC_TESTS_SUPPORT_GZIP_H_

#include <string>
#include <string_view>

#include <gtest/gtest.h>
#include <zlib.h>

namespace cohort_sync {

// One gzip member.
[[nodiscard]] inline std::string Gzip(std::string_view plain) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY),
            Z_OK);
  std::string out(deflateBound(&stream, plain.size()), '\0');
  // zlib declares its input without const and does not write to it.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(plain.data()));
  stream.avail_in = static_cast<uInt>(plain.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

}  // namespace cohort_sync

#endif  // COHORT_SYNC_TESTS_SUPPORT_GZIP_H_
