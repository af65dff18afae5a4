#include "cordial/answer_body.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "base/format.h"
#include "base/text.h"

namespace cohort_sync::cordial {
namespace {

// Insertion order, so that the words come out in Cordial's order.
using Json = nlohmann::ordered_json;

constexpr int kMaxDepth = 4;  // messages > validationErrors > field > list of texts.
constexpr std::size_t kMaxTexts = 20;
constexpr std::size_t kMaxFields = 100;
constexpr std::size_t kMaxWordBytes = 300;

void CollectTexts(const Json& value, int depth, std::vector<std::string>& texts) {
  if (texts.size() >= kMaxTexts || depth > kMaxDepth) return;
  if (value.is_string()) {
    const std::string_view text = Trim(value.get_ref<const std::string&>());
    if (!text.empty()) texts.emplace_back(text);
  } else if (value.is_structured()) {
    for (const Json& item : value)
      CollectTexts(item, depth + 1, texts);
  }
}

SuccessFlag ReadSuccess(const Json& object) {
  const auto at = object.find("success");
  if (at == object.end()) return SuccessFlag::kAbsent;
  if (!at->is_boolean()) return SuccessFlag::kOther;
  return at->get<bool>() ? SuccessFlag::kTrue : SuccessFlag::kFalse;
}

std::vector<std::string> ReadFields(const Json& object) {
  std::vector<std::string> fields;
  const auto messages = object.find("messages");
  if (messages == object.end() || !messages->is_object()) return fields;
  const auto nested = messages->find("validationErrors");
  const Json& complaints = nested != messages->end() && nested->is_object() ? *nested : *messages;
  for (const auto& item : complaints.items()) {
    if (fields.size() >= kMaxFields) break;
    fields.push_back(item.key());
  }
  return fields;
}

bool AnyTextIs(const std::vector<std::string>& texts, std::string_view wanted) {
  return std::any_of(texts.begin(), texts.end(), [&](std::string_view text) {
    if (text.ends_with('.')) text.remove_suffix(1);
    return EqualsIgnoringCase(text, wanted);
  });
}

}  // namespace

bool AnswerBody::SaysContactMissing() const {
  return error_key == "RECORD_NOT_FOUND" || error_key == "CONTACTS_CONTACT_NOT_FOUND" ||
         (is_envelope &&
          (AnyTextIs(texts, "record not found") || AnyTextIs(texts, "Contact doesn't exist")));
}

bool AnswerBody::SaysListMissing() const {
  return error_key == "ACCOUNT_LISTS_NOT_FOUND" ||
         (is_envelope &&
          (AnyTextIs(texts, "List does not exist") || AnyTextIs(texts, "List is not found")));
}

bool AnswerBody::NamesList(const ListName& list) const {
  if (std::find(fields.begin(), fields.end(), list.value()) != fields.end()) return true;
  const std::string complaint = Format("key {} is not part of the schema", list.value());
  return std::any_of(texts.begin(), texts.end(), [&](const std::string& text) {
    return text.find(complaint) != std::string::npos;
  });
}

AnswerBody ReadAnswerBody(std::string_view body) {
  AnswerBody read;
  const Json json = Json::parse(body, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return read;
  read.is_object = true;
  read.success = ReadSuccess(json);
  if (const auto error = json.find("error"); error != json.end()) {
    read.has_error = true;
    read.is_envelope = error->is_boolean() && error->get<bool>();
  }
  if (const auto key = json.find("errorKey"); key != json.end() && key->is_string()) {
    read.error_key = key->get<std::string>();
  }
  for (const char* const member : {"message", "messages", "error"}) {
    if (const auto at = json.find(member); at != json.end()) CollectTexts(*at, 0, read.texts);
  }
  read.fields = ReadFields(json);
  return read;
}

std::string Describe(const http::Response& response, const AnswerBody& body) {
  std::string words = Join(body.texts, "; ");
  if (words.empty()) words = body.error_key;
  if (!words.empty()) {
    return Format("http {}: {}", response.status, Printable(words, kMaxWordBytes));
  }
  const std::string_view beginning = Trim(response.body);
  if (beginning.empty()) return Format("http {} without a body", response.status);
  return Format("http {}: '{}'", response.status, Printable(beginning));
}

}  // namespace cohort_sync::cordial
