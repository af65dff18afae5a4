#include "http/framing.h"

#include <gtest/gtest.h>

namespace cohort_sync::http {
namespace {

FramingKind KindOf(Headers headers, int status = 200, std::string_view method = "GET") {
  return FramingOf(method, {.status = status, .headers = std::move(headers)}).kind;
}

TEST(FramingOf, LengthIsAWholeNumber) {
  const Framing framing = FramingOf("GET", {.headers = {{"content-length", " 5368709120 "}}});
  EXPECT_EQ(framing.kind, FramingKind::kLength);
  EXPECT_EQ(framing.length, 5'368'709'120U);
  for (const char* bad : {"", "-1", "+1", "1, 1", "0x10", "1 1", "99999999999999999999"}) {
    EXPECT_EQ(KindOf({{"Content-Length", bad}}), FramingKind::kInvalid) << bad;
  }
}

TEST(FramingOf, OnlyChunkedIsATransferEncoding) {
  EXPECT_EQ(KindOf({{"Transfer-Encoding", "Chunked"}}), FramingKind::kChunked);
  EXPECT_EQ(KindOf({{"Content-Length", "5"}, {"Transfer-Encoding", "chunked"}}),
            FramingKind::kChunked);
  for (const char* bad : {"gzip", "gzip, chunked", "xchunked", ""}) {
    EXPECT_EQ(KindOf({{"Transfer-Encoding", bad}}), FramingKind::kInvalid) << bad;
  }
}

TEST(FramingOf, NeitherMeansUntilTheConnectionCloses) {
  EXPECT_EQ(KindOf({}), FramingKind::kUntilClose);
}

TEST(FramingOf, SomeAnswersHaveNoBodyWhateverTheySay) {
  EXPECT_EQ(KindOf({{"Content-Length", "5"}}, 200, "HEAD"), FramingKind::kNoBody);
  EXPECT_EQ(KindOf({{"Content-Length", "5"}}, 304), FramingKind::kNoBody);
  EXPECT_EQ(KindOf({}, 204), FramingKind::kNoBody);
  EXPECT_EQ(KindOf({}, 404), FramingKind::kUntilClose);
}

}  // namespace
}  // namespace cohort_sync::http
