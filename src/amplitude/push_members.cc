#include "amplitude/push_members.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace cohort_sync::amplitude {
namespace {

[[noreturn]] void Refuse(std::string message) {
  throw UnknownShape{std::move(message)};
}

// What is no text is left to the rules of identifiers, which refuse it and say what it was.
JsonText PropertyOf(JsonCursor& value) {
  const JsonType type = value.type();
  if (type == JsonType::kText) return value.Text();
  const std::string_view text = value.Whole();
  return type == JsonType::kNull ? JsonText() : JsonText(text);
}

}  // namespace

PushMembers::PushMembers(const IdentifierMapping* identifier) : identifier_(identifier) {
  if (identifier_ == nullptr) return;
  prefixed_property_ = "gp:" + identifier_->property;
  item_names_[0] = identifier_->name;
  item_names_[1] = identifier_->property;
}

void PushMembers::Add(std::string_view member, const JsonText& value) {
  ++count_;
  if (identifier_ == nullptr) return;
  MemberChange& change = changes_.emplace_back();
  change.member = member;
  if (value) change.value = *value;
}

JsonText PushMembers::ReadProperties(JsonCursor& properties) const {
  if (properties.type() == JsonType::kNull) {
    properties.Skip();
    return std::nullopt;
  }
  if (properties.type() != JsonType::kObject)
    Refuse(Format(
        "'users[{}].user_properties' is {}, not an object", count_, ToString(properties.type())));
  std::optional<JsonText> bare;
  std::optional<JsonText> prefixed;
  properties.ForEachField([&](std::string_view key, JsonCursor& value) {
    if (identifier_ != nullptr && !bare && key == identifier_->property) {
      bare = PropertyOf(value);
    } else if (identifier_ != nullptr && !prefixed && key == prefixed_property_) {
      prefixed = PropertyOf(value);
    } else {
      value.Skip();
    }
  });
  return bare ? *bare : prefixed.value_or(std::nullopt);
}

void PushMembers::AddUser(JsonCursor& user, const TakeField& take_field) {
  if (user.type() != JsonType::kObject)
    Refuse(
        Format("'users[{}]' is {}, not an object with 'user_id'", count_, ToString(user.type())));
  std::optional<JsonText> id;
  JsonText property;
  bool has_properties = false;
  user.ForEachField([&](std::string_view key, JsonCursor& value) {
    if (key == "user_id") {
      if (id) Refuse(Format("'users[{}].user_id' stands twice", count_));
      id = TextOf(value, [&] { return Format("users[{}].user_id", count_); });
    } else if (key == "user_properties") {
      if (std::exchange(has_properties, true))
        Refuse(Format("'users[{}].user_properties' stands twice", count_));
      property = ReadProperties(value);
    } else if (!take_field(key, value)) {
      value.Skip();
    }
  });
  if (!id) Refuse(Format("'users[{}].user_id' is missing", count_));
  const bool is_own_id = identifier_ != nullptr && identifier_->property == "user_id";
  Add(id->value_or(""), is_own_id ? *id : property);
}

void PushMembers::AddItem(JsonCursor& item) {
  if (item.type() != JsonType::kObject)
    return Add("", TextOf(item, [&] { return Format("items[{}]", count_); }));
  constexpr std::size_t kIdentifierNames = 2;
  std::array<std::optional<JsonText>, kItemNames> found;
  item.ForEachField([&](std::string_view key, JsonCursor& value) {
    const auto place = static_cast<std::size_t>(
        std::find(item_names_.begin(), item_names_.end(), key) - item_names_.begin());
    if (key.empty() || place == kItemNames || found[place]) return value.Skip();
    found[place] = place < kIdentifierNames ? PropertyOf(value) : TextOf(value, [&] {
      return Format("items[{}].{}", count_, Printable(key, 40));
    });
  });
  const auto first =
      std::find_if(found.begin(), found.end(), [](const auto& text) { return text.has_value(); });
  Add("", first == found.end() ? std::nullopt : **first);
}

}  // namespace cohort_sync::amplitude
