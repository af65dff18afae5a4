#include "sync/email_address.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <optional>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "sync/byte_class.h"

namespace cohort_sync {
namespace {

constexpr std::size_t kMaxEmailBytes = 254;  // RFC 5321, 4.5.3.1.3, without the angle brackets.
constexpr std::size_t kMaxLocalBytes = 64;   // RFC 5321, 4.5.3.1.1.
constexpr std::size_t kMaxLabelBytes = 63;   // RFC 1035, 2.3.4.

// No dot at an edge, no two in a row.
bool DotsStandAlone(std::string_view text) {
  return text.front() != '.' && text.back() != '.' && text.find("..") == std::string_view::npos;
}

bool IsLocalPart(std::string_view local, const ClassScan& scan) {
  if (local.empty() || local.size() > kMaxLocalBytes || (scan.every & kLocal) == 0) return false;
  return (scan.some & kDot) == 0 || DotsStandAlone(local);
}

bool LabelsAreShort(std::string_view domain) {
  for (std::size_t start = 0; domain.size() - start > kMaxLabelBytes;) {
    const std::size_t dot = domain.find('.', start);
    if (dot == std::string_view::npos || dot - start > kMaxLabelBytes) return false;
    start = dot + 1;
  }
  return true;
}

bool HyphensAreInside(std::string_view domain) {
  return domain.front() != '-' && domain.back() != '-' &&
         domain.find("-.") == std::string_view::npos && domain.find(".-") == std::string_view::npos;
}

// At least two labels; no hyphen at the edge of one; the last one is not a number.
bool IsDomain(std::string_view domain, const ClassScan& scan) {
  if (domain.empty() || (scan.every & kDomain) == 0 || (scan.some & kDot) == 0) return false;
  if (!DotsStandAlone(domain) || !LabelsAreShort(domain)) return false;
  if ((scan.some & kHyphen) != 0 && !HyphensAreInside(domain)) return false;
  const std::string_view last = domain.substr(domain.rfind('.') + 1);
  return last.find_first_not_of("0123456789-") != std::string_view::npos;
}

EmailCheck CheckByGrammar(std::string_view text) {
  const std::size_t at = std::min(text.find('@'), text.size());
  const std::string_view local = text.substr(0, at);
  const std::string_view domain = text.substr(std::min(at + 1, text.size()));
  const ClassScan local_scan(local);
  const ClassScan domain_scan(domain);
  const unsigned some = local_scan.some | domain_scan.some;
  if ((some & kUnsafe) != 0) return EmailCheck::kUnsafe;
  if (text.size() > kMaxEmailBytes || !IsLocalPart(local, local_scan) ||
      !IsDomain(domain, domain_scan))
    return EmailCheck::kMalformed;
  return (some & kUpper) == 0 ? EmailCheck::kLowerCase : EmailCheck::kMixedCase;
}

#if defined(__SSE2__)
// One bit per byte of a text of 16 to 63 bytes.
struct Masks {
  std::uint64_t letter = 0;
  std::uint64_t small = 0;  // Of the letters, those in lower case; of other bytes, anything.
  std::uint64_t digit = 0;
  std::uint64_t dot = 0;
  std::uint64_t hyphen = 0;
  std::uint64_t at = 0;
  std::uint64_t local_only = 0;  // The two of them that addresses have: '_' and '+'.
};

inline std::uint64_t Bits(__m128i found) {
  return static_cast<std::uint32_t>(_mm_movemask_epi8(found));
}

inline __m128i Equal(__m128i bytes, char wanted) {
  return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(wanted));
}

// Signed: the bytes beyond ASCII are below everything.
inline __m128i Between(__m128i bytes, char first, char last) {
  return _mm_andnot_si128(_mm_cmpgt_epi8(bytes, _mm_set1_epi8(last)),
                          _mm_cmpgt_epi8(bytes, _mm_set1_epi8(static_cast<char>(first - 1))));
}

inline void AddSixteen(std::string_view text, std::size_t from, Masks& masks) {
  const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + from));
  constexpr char kCaseBit = 'a' - 'A';
  const __m128i folded = _mm_or_si128(bytes, _mm_set1_epi8(kCaseBit));
  masks.letter |= Bits(Between(folded, 'a', 'z')) << from;
  masks.small |= Bits(_mm_slli_epi16(bytes, 2)) << from;  // The case bit becomes the top bit.
  masks.digit |= Bits(Between(bytes, '0', '9')) << from;
  masks.dot |= Bits(Equal(bytes, '.')) << from;
  masks.hyphen |= Bits(Equal(bytes, '-')) << from;
  masks.at |= Bits(Equal(bytes, '@')) << from;
  masks.local_only |= Bits(_mm_or_si128(Equal(bytes, '_'), Equal(bytes, '+'))) << from;
}

// Most rows of most cohorts: decided without a branch per byte. Only ever says yes; whatever is
// unusual is for CheckByGrammar.
std::optional<EmailCheck> CheckCommon(std::string_view text) {
  if (text.size() < 16 || text.size() > 63) return std::nullopt;
  Masks masks;
  for (std::size_t from = 0; from + 16 < text.size(); from += 16)
    AddSixteen(text, from, masks);
  AddSixteen(text, text.size() - 16, masks);  // Some bytes twice, which changes nothing.

  const std::uint64_t end = std::uint64_t{1} << text.size();
  const std::uint64_t domain = (end - 1) & ~(masks.at | (masks.at - 1));
  const std::uint64_t known =
      masks.letter | masks.digit | masks.dot | masks.hyphen | masks.at | masks.local_only;
  const bool one_at = masks.at != 0 && (masks.at & (masks.at - 1)) == 0;
  const std::uint64_t edge = masks.at | masks.dot | end;
  const std::uint64_t next_to_edge = edge << 1U | 1U | edge >> 1U;
  const std::uint64_t dots = masks.dot & domain;
  const std::uint64_t top_level = domain & ~(std::bit_floor(dots) - 1);
  // With one '@' that is not the first byte there are a local part and a domain.
  const bool common =
      known == end - 1 && one_at && (masks.at & 1U) == 0 && (masks.dot & next_to_edge) == 0 &&
      (masks.hyphen & domain & next_to_edge) == 0 && (masks.local_only & domain) == 0 &&
      dots != 0 && (masks.letter & top_level) != 0;
  if (!common) return std::nullopt;
  return (masks.letter & ~masks.small) == 0 ? EmailCheck::kLowerCase : EmailCheck::kMixedCase;
}
#else
std::optional<EmailCheck> CheckCommon(std::string_view /*text*/) {
  return std::nullopt;
}
#endif

}  // namespace

EmailCheck CheckEmail(std::string_view text) {
  const std::optional<EmailCheck> common = CheckCommon(text);
  return common ? *common : CheckByGrammar(text);
}

}  // namespace cohort_sync
