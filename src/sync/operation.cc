#include "sync/operation.h"

#include <array>
#include <utility>

namespace cohort_sync {
namespace {

template <typename Enum, std::size_t N>
using Names = std::array<std::pair<Enum, std::string_view>, N>;

constexpr Names<OperationKind, 2> kKinds{
    {{OperationKind::kAdd, "add"}, {OperationKind::kRemove, "remove"}}};
constexpr Names<Membership, 3> kMemberships{
    {{Membership::kOff, "off"}, {Membership::kOn, "on"}, {Membership::kUnknown, "unknown"}}};
constexpr Names<OperationState, 6> kStates{{{OperationState::kPending, "pending"},
                                            {OperationState::kInFlight, "in_flight"},
                                            {OperationState::kDelivered, "delivered"},
                                            {OperationState::kParked, "parked"},
                                            {OperationState::kUnneeded, "unneeded"},
                                            {OperationState::kSuperseded, "superseded"}}};
constexpr Names<ParkReason, 3> kParkReasons{{{ParkReason::kRefused, "refused"},
                                             {ParkReason::kExhausted, "exhausted"},
                                             {ParkReason::kUnknownContact, "unknown_contact"}}};

template <typename Enum, std::size_t N>
std::string_view NameOf(const Names<Enum, N>& names, Enum value) {
  for (const auto& [known, name] : names) {
    if (known == value) return name;
  }
  return {};
}

template <typename Enum, std::size_t N>
std::optional<Enum> ValueOf(const Names<Enum, N>& names, std::string_view text) {
  for (const auto& [known, name] : names) {
    if (name == text) return known;
  }
  return std::nullopt;
}

}  // namespace

std::string_view ToString(OperationKind kind) {
  return NameOf(kKinds, kind);
}
std::string_view ToString(Membership membership) {
  return NameOf(kMemberships, membership);
}
std::string_view ToString(OperationState state) {
  return NameOf(kStates, state);
}
std::string_view ToString(ParkReason reason) {
  return NameOf(kParkReasons, reason);
}

std::optional<OperationKind> ParseOperationKind(std::string_view text) {
  return ValueOf(kKinds, text);
}
std::optional<Membership> ParseMembership(std::string_view text) {
  return ValueOf(kMemberships, text);
}
std::optional<OperationState> ParseOperationState(std::string_view text) {
  return ValueOf(kStates, text);
}
std::optional<ParkReason> ParseParkReason(std::string_view text) {
  return ValueOf(kParkReasons, text);
}

}  // namespace cohort_sync
