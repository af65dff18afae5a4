#include "sync/segment.h"

#include <bit>
#include <cstring>
#include <limits>

#include "base/check.h"
#include "base/format.h"
#include "base/hash.h"

namespace cohort_sync {
namespace {

static_assert(std::endian::native == std::endian::little, "the stored form is little-endian");

constexpr std::uint32_t kMagic = 0x31475343;  // "CSG1"

struct Header {
  std::uint32_t magic;
  std::uint32_t count;
  std::uint64_t checksum;
};
static_assert(sizeof(Header) == 16);

constexpr std::size_t kBytesPerMember = sizeof(std::uint64_t) + sizeof(std::uint16_t);

// Against damage, not against an attacker. The count is its key: a damaged one could find lengths
// that add up by chance.
std::uint64_t ChecksumOf(std::uint32_t count, std::string_view payload) {
  return KeyedHash(count, payload);
}

template <typename T>
T Load(const char* bytes, std::size_t index) {
  T value;
  std::memcpy(&value, bytes + index * sizeof(T), sizeof(T));
  return value;
}

template <typename T>
void Append(std::string& out, T value) {
  char bytes[sizeof(T)];
  std::memcpy(bytes, &value, sizeof(T));
  out.append(bytes, sizeof(T));
}

}  // namespace

std::uint64_t SegmentView::HashAt(std::size_t i) const {
  return Load<std::uint64_t>(hashes_, i);
}

std::size_t SegmentView::LengthAt(std::size_t i) const {
  return Load<std::uint16_t>(lengths_, i);
}

Result<SegmentView> SegmentView::Decode(std::string_view bytes) {
  if (bytes.size() < sizeof(Header))
    return Fail(ErrorCode::kInvalidInput, Format("segment of {} bytes: too short", bytes.size()));
  const auto header = Load<Header>(bytes.data(), 0);
  const std::string_view payload = bytes.substr(sizeof(Header));
  if (header.magic != kMagic)
    return Fail(ErrorCode::kInvalidInput, Format("segment: unknown format {:#x}", header.magic));
  if (header.checksum != ChecksumOf(header.count, payload))
    return Fail(ErrorCode::kInvalidInput, "segment: damaged, its checksum does not match");
  if (payload.size() / kBytesPerMember < header.count)
    return Fail(ErrorCode::kInvalidInput,
                Format("segment: too short for {} members", header.count));

  SegmentView view;
  view.count_ = header.count;
  view.hashes_ = payload.data();
  view.lengths_ = view.hashes_ + view.count_ * sizeof(std::uint64_t);
  view.values_ = view.lengths_ + view.count_ * sizeof(std::uint16_t);
  std::size_t value_bytes = 0;
  for (std::size_t i = 0; i < view.count_; ++i)
    value_bytes += view.LengthAt(i);
  if (payload.size() != view.count_ * kBytesPerMember + value_bytes)
    return Fail(ErrorCode::kInvalidInput, "segment: its lengths do not add up");
  return view;
}

std::string EncodeSegment(std::span<const MemberRef> members) {
  std::size_t value_bytes = 0;
  for (const MemberRef& member : members)
    value_bytes += member.value.size();
  std::string out;
  out.reserve(sizeof(Header) + members.size() * kBytesPerMember + value_bytes);
  out.resize(sizeof(Header));
  for (const MemberRef& member : members)
    Append(out, member.hash);
  for (const MemberRef& member : members) {
    CHECK(member.value.size() <= std::numeric_limits<std::uint16_t>::max());
    Append(out, static_cast<std::uint16_t>(member.value.size()));
  }
  for (const MemberRef& member : members)
    out += member.value;

  const auto count = static_cast<std::uint32_t>(members.size());
  const Header header{
      kMagic, count, ChecksumOf(count, std::string_view(out).substr(sizeof(Header)))};
  std::memcpy(out.data(), &header, sizeof(Header));
  return out;
}

}  // namespace cohort_sync
