// Small pure functions on text. Bytes in, bytes out; nothing here depends on the locale.
#ifndef COHORT_SYNC_BASE_TEXT_H_
#define COHORT_SYNC_BASE_TEXT_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cohort_sync {

// Without leading and trailing space, tab, CR and LF.
[[nodiscard]] std::string_view Trim(std::string_view text);
[[nodiscard]] std::string ToLowerAscii(std::string_view text);
[[nodiscard]] bool EqualsIgnoringCase(std::string_view a, std::string_view b);  // ASCII only.
[[nodiscard]] std::vector<std::string_view> Split(std::string_view text, char separator);
[[nodiscard]] std::string Join(const std::vector<std::string>& parts, std::string_view separator);

// Every byte outside RFC 3986's unreserved set becomes %XX: safe as one path segment or one query
// value.
[[nodiscard]] std::string PercentEncode(std::string_view text);
// nullopt for a '%' that is not followed by two hex digits. '+' stays '+'.
[[nodiscard]] std::optional<std::string> PercentDecode(std::string_view text);
[[nodiscard]] std::string Base64Encode(std::string_view bytes);  // RFC 4648, padded.
// nullopt for a character outside the alphabet and for a length that no encoding has. The padding
// may be left out.
[[nodiscard]] std::optional<std::string> Base64Decode(std::string_view text);

// A whole, non-negative decimal number without sign, spaces or overflow; else nullopt.
[[nodiscard]] std::optional<std::int64_t> ParseInteger(std::string_view text);
// "1,234,567"
[[nodiscard]] std::string WithThousands(std::int64_t number);
// "1 contact", "2 contacts", "1,234 contacts"
[[nodiscard]] std::string Count(std::int64_t number,
                                std::string_view singular,
                                std::string_view plural);
// Strict UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF.
[[nodiscard]] bool IsValidUtf8(std::string_view text);
// At most `limit` bytes from the beginning, not ending within a character of UTF-8.
[[nodiscard]] std::string_view CutText(std::string_view text, std::size_t limit);
// For quoting foreign text in a message: control characters (C1 included) and invalid bytes as
// \xNN, at most `limit` bytes of the original and then "…".
[[nodiscard]] std::string Printable(std::string_view text, std::size_t limit = 120);
// The candidate that `word` was probably meant to be (edit distance without case at most a third of
// its length, or 1 if it is short); nullopt when none is near. The first of several equally near.
[[nodiscard]] std::optional<std::string> ClosestMatch(std::string_view word,
                                                      const std::vector<std::string>& candidates);

}  // namespace cohort_sync

#endif  // COHORT_SYNC_BASE_TEXT_H_
