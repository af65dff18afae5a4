#include "amplitude/gunzip.h"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "support/gzip.h"

namespace cohort_sync::amplitude {
namespace {

struct Unpacked {
  std::string plain;
  std::string error;
};

Unpacked Unpack(std::string_view bytes,
                std::size_t piece = SIZE_MAX,
                std::uint64_t most = kMaxPlainBytes) {
  Unpacked result;
  Gunzip gunzip(
      [&result](std::string_view plain) {
        result.plain += plain;
        return Status();
      },
      most);
  Status status;
  for (std::size_t at = 0; status && at < bytes.size(); at += std::min(piece, bytes.size() - at))
    status = gunzip.Feed(bytes.substr(at, piece));
  if (status) status = gunzip.Finish();
  if (!status) result.error = status.error().message();
  return result;
}

RC_GTEST_PROP(Gunzip, UnpacksWhatWasPackedInAnyPieces, (const std::string& plain)) {
  const std::string packed = Gzip(plain);
  const Unpacked result = Unpack(packed, *rc::gen::inRange<std::size_t>(1, packed.size() + 1));
  RC_ASSERT(result.error == "");
  RC_ASSERT(result.plain == plain);
}

TEST(Gunzip, PassesOtherBytesUnchanged) {
  for (const std::string text : {"", "a", "\"id\"\n\"1\"\n", "\x1f", "\x1f\x1f\x8b", "\x1f-"}) {
    for (const std::size_t piece : {std::size_t{1}, std::size_t{100}}) {
      EXPECT_EQ(Unpack(text, piece).plain, text);
      EXPECT_EQ(Unpack(text, piece).error, "");
    }
  }
}

TEST(Gunzip, UnpacksSeveralMembers) {
  const std::string packed = Gzip("one,") + Gzip("") + Gzip("two");
  for (std::size_t piece = 1; piece <= packed.size(); ++piece) {
    EXPECT_EQ(Unpack(packed, piece).plain, "one,two");
    EXPECT_EQ(Unpack(packed, piece).error, "");
  }
}

TEST(Gunzip, UnpacksMoreThanItsBuffer) {
  std::string plain;
  for (int i = 0; i < 200'000; ++i)
    plain += std::to_string(i * 7919) + "\n";
  const Unpacked result = Unpack(Gzip(plain));
  EXPECT_EQ(result.error, "");
  EXPECT_TRUE(result.plain == plain);
}

TEST(Gunzip, CutAtAnyByteIsAnError) {
  const std::string packed = Gzip("\"id\",\"email\"\n\"1\",\"a@example.com\"\n");
  for (std::size_t cut = 2; cut < packed.size(); ++cut) {
    EXPECT_EQ(Unpack(packed.substr(0, cut)).error,
              "gzip: the data ends after " + std::to_string(cut) +
                  " bytes, before its own end; it was cut off, fetch it again");
  }
}

TEST(Gunzip, ChecksChecksumLengthAndWhatFollows) {
  const std::string packed = Gzip("some text");
  std::string wrong_checksum = packed;
  wrong_checksum[packed.size() - 8] ^= 1;
  std::string wrong_length = packed;
  wrong_length[packed.size() - 4] ^= 1;
  const std::string end = std::to_string(packed.size());
  const std::string checksum_end = std::to_string(packed.size() - 4);
  EXPECT_EQ(Unpack(wrong_checksum).error,
            "gzip: damaged at byte " + checksum_end + " (incorrect data check); fetch it again");
  EXPECT_EQ(Unpack(wrong_length).error,
            "gzip: damaged at byte " + end + " (incorrect length check); fetch it again");
  EXPECT_EQ(Unpack(packed + "more").error,
            "gzip: damaged at byte " + std::to_string(packed.size() + 2) +
                " (incorrect header check); fetch it again");
}

TEST(Gunzip, RefusesABomb) {
  const std::string bomb = Gzip(std::string(50U << 20U, '0'));
  ASSERT_LT(bomb.size() * kMaxInflateRatio, 50U << 20U);
  EXPECT_NE(Unpack(bomb).error.find("grow more than 1000-fold; this is no cohort"),
            std::string::npos);
}

TEST(Gunzip, PlainBytesMayReachTheCapAndNotPassIt) {
  const std::string error = "more than 10 bytes of plain text; no cohort is that large";
  EXPECT_EQ(Unpack("0123456789", 3, 10).error, "");
  EXPECT_EQ(Unpack("0123456789x", 3, 10).error, error);
  EXPECT_EQ(Unpack(Gzip("0123456789"), 3, 10).error, "");
  EXPECT_EQ(Unpack(Gzip("0123456789x"), 3, 10).error, error);
}

TEST(Gunzip, FailureOfTheSinkEndsIt) {
  Gunzip gunzip([](std::string_view) { return Fail(ErrorCode::kInvalidInput, "enough"); });
  const Status status = gunzip.Feed(Gzip("text"));
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().message(), "enough");
}

}  // namespace
}  // namespace cohort_sync::amplitude
