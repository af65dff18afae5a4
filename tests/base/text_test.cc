#include "base/text.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace cohort_sync {
namespace {

using namespace std::string_literals;

// All 256 byte values, NUL included, which RapidCheck's own strings leave out.
rc::Gen<std::string> Bytes() {
  return rc::gen::container<std::string>(rc::gen::arbitrary<char>());
}

// Characters of every length and at the ends of every range, now and then with a byte that breaks
// them.
rc::Gen<std::string> NearlyUtf8() {
  const auto whole = rc::gen::element<std::string>("a",
                                                   "\x1B",
                                                   "\x7F",
                                                   "\0"s,
                                                   "\xC2\x80",
                                                   "\xC2\x9B",
                                                   "\xC2\x9F",
                                                   "\xC2\xA0",
                                                   "\xDF\xBF",
                                                   "\xE0\xA0\x80",
                                                   "\xED\x9F\xBF",
                                                   "\xEF\xBF\xBF",
                                                   "\xF0\x90\x80\x80",
                                                   "\xF4\x8F\xBF\xBF");
  const auto broken = rc::gen::element<std::string>(
      "\x80", "\x9B", "\xBF", "\xC1", "\xC2", "\xE0", "\xED\xA0", "\xF0\x8F", "\xF4\x90", "\xF5");
  const auto pieces = rc::gen::container<std::vector<std::string>>(
      rc::gen::weightedOneOf<std::string>({{20, whole}, {1, broken}}));
  return rc::gen::map(pieces, [](const std::vector<std::string>& all) { return Join(all, ""); });
}

// Decodes by the definition of the encoding, then asks what the decoded number may be: shares
// nothing with the table of first and second bytes that the product uses.
bool DecodesAsUtf8(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    const auto lead = static_cast<unsigned char>(text[at]);
    const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if ((lead >= 0x80 && lead < 0xC0) || lead > 0xF7 || at + length > text.size()) return false;
    std::uint32_t code = length == 1 ? lead : lead & (0x7FU >> length);
    for (std::size_t i = 1; i < length; ++i) {
      const auto byte = static_cast<unsigned char>(text[at + i]);
      if ((byte & 0xC0U) != 0x80U) return false;
      code = code << 6U | (byte & 0x3FU);
    }
    const std::uint32_t smallest = length == 1   ? 0
                                   : length == 2 ? 0x80
                                   : length == 3 ? 0x800
                                                 : 0x10000;
    const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
    if (code < smallest || code > 0x10FFFF || surrogate) return false;
    at += length;
  }
  return true;
}

TEST(Trim, DropsSpaceTabAndLineEndsOnBothSidesOnly) {
  EXPECT_EQ(Trim(" \t\r\na b\tc \r\n"), "a b\tc");
  EXPECT_EQ(Trim("abc"), "abc");
  EXPECT_EQ(Trim(" \t "), "");
  EXPECT_EQ(Trim(""), "");
  EXPECT_EQ(Trim("\vabc"), "\vabc");
}

TEST(ToLowerAscii, LeavesBytesOutsideAsciiAlone) {
  EXPECT_EQ(ToLowerAscii("AZ@[az09"), "az@[az09");
  EXPECT_EQ(ToLowerAscii("\xC3\x84"), "\xC3\x84");
}

TEST(EqualsIgnoringCase, ComparesAsciiLettersOnly) {
  EXPECT_TRUE(EqualsIgnoringCase("Content-TYPE", "content-type"));
  EXPECT_TRUE(EqualsIgnoringCase("", ""));
  EXPECT_FALSE(EqualsIgnoringCase("abc", "abcd"));
  EXPECT_FALSE(EqualsIgnoringCase("@", "`"));
  EXPECT_FALSE(EqualsIgnoringCase("\xC3\x84", "\xC3\xA4"));
}

TEST(Split, KeepsEmptyParts) {
  EXPECT_EQ(Split("a,,b,", ','), (std::vector<std::string_view>{"a", "", "b", ""}));
  EXPECT_EQ(Split("", ','), (std::vector<std::string_view>{""}));
  EXPECT_EQ(Split("abc", ','), (std::vector<std::string_view>{"abc"}));
}

RC_GTEST_PROP(Split, IsUndoneByJoin, ()) {
  const std::string text = *rc::gen::container<std::string>(rc::gen::element('a', ',', '\0'));
  const std::vector<std::string_view> parts = Split(text, ',');
  RC_ASSERT(Join(std::vector<std::string>(parts.begin(), parts.end()), ",") == text);
}

TEST(Join, PutsTheSeparatorBetweenOnly) {
  EXPECT_EQ(Join({}, ", "), "");
  EXPECT_EQ(Join({"a"}, ", "), "a");
  EXPECT_EQ(Join({"a", "", "c"}, ", "), "a, , c");
}

TEST(PercentEncode, KeepsUnreservedCharactersOnly) {
  EXPECT_EQ(PercentEncode("AZaz09-._~"), "AZaz09-._~");
  EXPECT_EQ(PercentEncode("email:a+b@x.org"), "email%3Aa%2Bb%40x.org");
  EXPECT_EQ(PercentEncode("/ ?#%&="), "%2F%20%3F%23%25%26%3D");
  EXPECT_EQ(PercentEncode("\0\xFF"s), "%00%FF");
}

TEST(PercentDecode, TakesBothCasesAndLeavesPlusAlone) {
  EXPECT_EQ(PercentDecode("%2f%2F+"), "//+");
  EXPECT_EQ(PercentDecode("%00"), "\0"s);
  EXPECT_EQ(PercentDecode(""), "");
}

TEST(PercentDecode, RefusesAPercentWithoutTwoHexDigits) {
  for (const char* text : {"%", "%4", "a%", "a%4", "%g0", "%0g", "%%41", "% 1", "%+1"})
    EXPECT_EQ(PercentDecode(text), std::nullopt) << text;
}

RC_GTEST_PROP(PercentDecode, UndoesPercentEncode, ()) {
  const std::string bytes = *Bytes();
  const std::string encoded = PercentEncode(bytes);
  RC_ASSERT(PercentDecode(encoded) == bytes);
  RC_ASSERT(encoded.find_first_of("/?#&=+ \"\\") == std::string::npos);
}

// The vectors of RFC 4648, section 10.
TEST(Base64Encode, GivesTheVectorsOfTheStandard) {
  EXPECT_EQ(Base64Encode(""), "");
  EXPECT_EQ(Base64Encode("f"), "Zg==");
  EXPECT_EQ(Base64Encode("fo"), "Zm8=");
  EXPECT_EQ(Base64Encode("foo"), "Zm9v");
  EXPECT_EQ(Base64Encode("foobar"), "Zm9vYmFy");
  EXPECT_EQ(Base64Encode("\xFB\xFF"), "+/8=");
}

TEST(Base64Decode, TakesTextWithoutPadding) {
  EXPECT_EQ(Base64Decode("Zg"), "f");
  EXPECT_EQ(Base64Decode("Zm8"), "fo");
}

TEST(Base64Decode, RefusesForeignCharactersAndImpossibleLengths) {
  for (const char* text : {"Z", "Zm9vY", "Zm 9v", "Zm9v\n", "Z=g=", "Zm-_"})
    EXPECT_EQ(Base64Decode(text), std::nullopt) << text;
}

RC_GTEST_PROP(Base64Decode, UndoesBase64Encode, ()) {
  const std::string bytes = *Bytes();
  const std::string encoded = Base64Encode(bytes);
  RC_ASSERT(encoded.size() == (bytes.size() + 2) / 3 * 4);
  RC_ASSERT(Base64Decode(encoded) == bytes);
}

TEST(ParseInteger, TakesWholeNonNegativeNumbers) {
  EXPECT_EQ(ParseInteger("0"), 0);
  EXPECT_EQ(ParseInteger("007"), 7);
  EXPECT_EQ(ParseInteger("9223372036854775807"), std::numeric_limits<std::int64_t>::max());
}

TEST(ParseInteger, RefusesSignsSpacesFractionsAndOverflow) {
  for (const char* text :
       {"", "-1", "+1", " 1", "1 ", "1.0", "1e3", "0x10", "1,000", "9223372036854775808"})
    EXPECT_EQ(ParseInteger(text), std::nullopt) << text;
}

RC_GTEST_PROP(ParseInteger, ReadsWhatIsWritten, ()) {
  const auto number = *rc::gen::nonNegative<std::int64_t>();
  RC_ASSERT(ParseInteger(std::to_string(number)) == number);
}

TEST(WithThousands, SeparatesGroupsOfThree) {
  EXPECT_EQ(WithThousands(0), "0");
  EXPECT_EQ(WithThousands(999), "999");
  EXPECT_EQ(WithThousands(1000), "1,000");
  EXPECT_EQ(WithThousands(-100), "-100");
  EXPECT_EQ(WithThousands(-1234567), "-1,234,567");
}

TEST(Count, ChoosesTheWordByTheNumber) {
  EXPECT_EQ(Count(0, "contact", "contacts"), "0 contacts");
  EXPECT_EQ(Count(1, "contact", "contacts"), "1 contact");
  EXPECT_EQ(Count(1234, "contact", "contacts"), "1,234 contacts");
}

TEST(CutText, EndsBetweenTwoCharacters) {
  EXPECT_EQ(CutText("abc", 3), "abc");
  EXPECT_EQ(CutText("abc", 2), "ab");
  EXPECT_EQ(CutText("a\u00E9", 2), "a");
  EXPECT_EQ(CutText("\U0001F600", 3), "");
  EXPECT_EQ(CutText("\x80\x80\x80\x80\x80", 4), "\x80\x80\x80\x80") << "no UTF-8 anyhow";
}

RC_GTEST_PROP(CutText, IsTheBeginningAndKeepsUtf8Whole, ()) {
  const std::string text = *NearlyUtf8();
  const auto limit = *rc::gen::inRange<std::size_t>(0, text.size() + 3);
  const std::string_view cut = CutText(text, limit);
  RC_ASSERT(cut.size() <= limit);
  RC_ASSERT(cut.size() + 3 >= std::min(limit, text.size()));
  RC_ASSERT(text.starts_with(cut));
  if (IsValidUtf8(text)) RC_ASSERT(IsValidUtf8(cut));
}

TEST(IsValidUtf8, TakesTheFirstAndLastCharacterOfEveryLength) {
  for (const char* text : {"",
                           "\x7F",
                           "\xC2\x80",
                           "\xDF\xBF",
                           "\xE0\xA0\x80",
                           "\xEF\xBF\xBF",
                           "\xED\x9F\xBF",
                           "\xF0\x90\x80\x80",
                           "\xF4\x8F\xBF\xBF"})
    EXPECT_TRUE(IsValidUtf8(text)) << Printable(text);
}

TEST(IsValidUtf8, RefusesOverlongSurrogateTooLargeAndCutCharacters) {
  for (const char* text : {"\x80",
                           "\xC0\x80",
                           "\xC1\xBF",
                           "\xE0\x9F\xBF",
                           "\xED\xA0\x80",
                           "\xF0\x8F\xBF\xBF",
                           "\xF4\x90\x80\x80",
                           "\xF5\x80\x80\x80",
                           "\xFF",
                           "a\xC3",
                           "\xE2\x82",
                           "\xF0\x9F\x98",
                           "\xC3(",
                           "\xE2\x82("})
    EXPECT_FALSE(IsValidUtf8(text)) << Printable(text);
}

RC_GTEST_PROP(IsValidUtf8, AgreesWithDecoding, ()) {
  const std::string text = *NearlyUtf8();
  RC_CLASSIFY(DecodesAsUtf8(text));
  RC_ASSERT(IsValidUtf8(text) == DecodesAsUtf8(text));
}

RC_GTEST_PROP(IsValidUtf8, AgreesWithDecodingOfOneCharacter, ()) {
  std::string text;
  for (std::size_t length = *rc::gen::inRange<std::size_t>(1, 5); text.size() < length;)
    text += static_cast<char>(*rc::gen::element(0x41,
                                                0x7F,
                                                0x80,
                                                0x8F,
                                                0x90,
                                                0x9F,
                                                0xA0,
                                                0xBF,
                                                0xC0,
                                                0xC1,
                                                0xC2,
                                                0xDF,
                                                0xE0,
                                                0xE1,
                                                0xED,
                                                0xEF,
                                                0xF0,
                                                0xF1,
                                                0xF4,
                                                0xF5,
                                                0xFF));
  RC_ASSERT(IsValidUtf8(text) == DecodesAsUtf8(text));
}

TEST(Printable, EscapesControlCharactersAndInvalidBytes) {
  EXPECT_EQ(Printable("a\r\n\x1B[31m\x7F\xFF"), "a\\x0d\\x0a\\x1b[31m\\x7f\\xff");
  EXPECT_EQ(Printable("\0"s), "\\x00");
  EXPECT_EQ(Printable("\xC2\x9B"
                      "31m"),
            "\\xc2\\x9b31m");
  EXPECT_EQ(Printable("Zo\xC3\xAB \xC2\xA0"), "Zo\xC3\xAB \xC2\xA0");
}

TEST(Printable, CutsAtTheLimitAndNeverInsideACharacter) {
  EXPECT_EQ(Printable("abcd", 4), "abcd");
  EXPECT_EQ(Printable("abcde", 4), "abcd…");
  EXPECT_EQ(Printable("abc\xC3\xAB", 4), "abc…");
  EXPECT_EQ(Printable("abc", 0), "…");
  EXPECT_EQ(Printable("", 0), "");
}

RC_GTEST_PROP(Printable, NeverEmitsAControlCharacter, ()) {
  const std::string printable = Printable(*NearlyUtf8(), *rc::gen::inRange<std::size_t>(0, 60));
  RC_ASSERT(IsValidUtf8(printable));
  for (std::size_t i = 0; i < printable.size(); ++i) {
    const auto byte = static_cast<unsigned char>(printable[i]);
    RC_ASSERT(byte >= 0x20 && byte != 0x7F);
    RC_ASSERT(byte != 0xC2 || static_cast<unsigned char>(printable[i + 1]) >= 0xA0);
  }
}

TEST(ClosestMatch, FindsASlipOfTheFinger) {
  const std::vector<std::string> words{"frequency", "destination", "source"};
  EXPECT_EQ(ClosestMatch("freqency", words), "frequency");
  EXPECT_EQ(ClosestMatch("DESTINATOIN", words), "destination");
  EXPECT_EQ(ClosestMatch("source", words), "source");
}

TEST(ClosestMatch, IsSilentWhenNothingIsNear) {
  EXPECT_EQ(ClosestMatch("timezone", {"frequency", "source"}), std::nullopt);
  EXPECT_EQ(ClosestMatch("ab", {"xy"}), std::nullopt);
  EXPECT_EQ(ClosestMatch("anything", {}), std::nullopt);
}

TEST(ClosestMatch, TakesTheNearestThenTheFirst) {
  EXPECT_EQ(ClosestMatch("status", {"statuses", "statu"}), "statu");
  EXPECT_EQ(ClosestMatch("at", {"bt", "ct"}), "bt");
}

}  // namespace
}  // namespace cohort_sync
