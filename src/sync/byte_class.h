// What a byte of an identifier may be part of. The unsafe ones could leave their URL path segment
// (faults.md 0, finding 12).
#ifndef COHORT_SYNC_SYNC_BYTE_CLASS_H_
#define COHORT_SYNC_SYNC_BYTE_CLASS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace cohort_sync {

enum ByteClass : std::uint8_t {
  kLocal = 1,   // The part of an e-mail address before '@'.
  kDomain = 2,  // A label of the part behind it, or the dot between two.
  kUpper = 4,
  kUnsafe = 8,
  kDot = 16,
  kHyphen = 32,
};

[[nodiscard]] constexpr std::array<std::uint8_t, 256> MakeByteClasses() {
  std::array<std::uint8_t, 256> classes{};
  const auto mark = [&classes](std::string_view bytes, std::uint8_t bits) {
    for (const char c : bytes) {
      auto& entry = classes[static_cast<unsigned char>(c)];
      entry = static_cast<std::uint8_t>(entry | bits);
    }
  };
  mark("abcdefghijklmnopqrstuvwxyz0123456789", kLocal | kDomain);
  mark(".", kLocal | kDomain | kDot);
  mark("-", kLocal | kDomain | kHyphen);
  mark("ABCDEFGHIJKLMNOPQRSTUVWXYZ", kLocal | kDomain | kUpper);
  mark("!$&'*+=^_`{|}~", kLocal);
  mark(" /\\?#%\x7F", kUnsafe);
  for (std::size_t c = 0; c < 0x20; ++c)
    classes[c] = kUnsafe;
  return classes;
}
inline constexpr std::array<std::uint8_t, 256> kByteClasses = MakeByteClasses();

[[nodiscard]] inline std::uint8_t ClassOf(char c) {
  return kByteClasses[static_cast<unsigned char>(c)];
}

// The classes that some byte has, and those that every byte has.
struct ClassScan {
  explicit ClassScan(std::string_view text) {
    for (const char c : text) {
      some = static_cast<std::uint8_t>(some | ClassOf(c));
      every = static_cast<std::uint8_t>(every & ClassOf(c));
    }
  }
  std::uint8_t some = 0;
  std::uint8_t every = 0xFF;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_SYNC_BYTE_CLASS_H_
