#include "simulator/switch_table.h"

#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/format.h"
#include "base/text.h"
#include "simulator/cordial_account.h"

namespace cohort_sync::simulator {
namespace {

using Json = nlohmann::ordered_json;

// What a value has to be, when it is not; "" when it was taken.
using Setter = std::function<std::string(const Json&)>;

struct Entry {
  std::string name;
  std::function<Json()> get;
  Setter set;
};

Entry Flag(std::string name, bool& field) {
  return {std::move(name),
          [&field] { return Json(field); },
          [&field](const Json& value) {
            if (!value.is_boolean()) return "true or false";
            field = value.get<bool>();
            return "";
          }};
}

Entry Number(std::string name, std::int64_t& field, std::int64_t least = 0) {
  return {std::move(name),
          [&field] { return Json(field); },
          [&field, least](const Json& value) {
            if (!value.is_number_integer() || value.get<std::int64_t>() < least) {
              return Format("a whole number of at least {}", least);
            }
            field = value.get<std::int64_t>();
            return std::string();
          }};
}

// `allowed` empty: any text.
Entry Texts(std::string name, std::vector<std::string>& field, std::vector<std::string> allowed) {
  return {std::move(name),
          [&field] { return Json(field); },
          [&field, allowed = std::move(allowed)](const Json& value) -> std::string {
            const bool fits =
                value.is_array() && std::all_of(value.begin(), value.end(), [&](const Json& item) {
                  return item.is_string() &&
                         (allowed.empty() ||
                          std::find(allowed.begin(), allowed.end(), item) != allowed.end());
                });
            if (!fits) {
              return allowed.empty() ? "an array of texts"
                                     : "an array of these: " + Join(allowed, ", ");
            }
            field = value.get<std::vector<std::string>>();
            return "";
          }};
}

template <typename Enum>
Entry Choice(std::string name, Enum& field, std::vector<std::pair<std::string, Enum>> choices) {
  const auto get = [&field, choices] {
    for (const auto& [text, value] : choices) {
      if (value == field) return Json(text);
    }
    return Json();
  };
  const auto set = [&field, choices](const Json& json) {
    std::vector<std::string> texts;
    for (const auto& [text, value] : choices) {
      if (json == text) {
        field = value;
        return std::string();
      }
      texts.push_back(text);
    }
    return "one of " + Join(texts, ", ");
  };
  return {std::move(name), get, set};
}

Entry FaultEntry(std::string name, Fault& field) {
  const auto get = [&field] {
    return Json{{"next", field.next}, {"probability", field.probability}};
  };
  const auto set = [&field](const Json& json) -> std::string {
    constexpr const char* kForm = R"({"next": COUNT, "probability": 0 to 1}, or one of the two)";
    if (!json.is_object()) return kForm;
    Fault fault;
    for (const auto& [key, value] : json.items()) {
      if (key == "next" && value.is_number_integer() && value >= 0) {
        fault.next = value.get<std::int64_t>();
      } else if (key == "probability" && value.is_number() && value >= 0 && value <= 1) {
        fault.probability = value.get<double>();
      } else {
        return kForm;
      }
    }
    field = fault;
    return "";
  };
  return {std::move(name), get, set};
}

std::vector<Entry> CordialEntries(CordialSwitches& s) {
  using enum UpsertStatus;
  using enum MissingContact;
  return {
      Flag("cordial.refuse_ip", s.refuse_ip),
      Texts("cordial.refuse_permission", s.refuse_permission, CordialAccount::Endpoints()),
      Number("cordial.invalid_json_status", s.invalid_json_status, 400),
      Flag("cordial.missing_list_is_empty_array", s.missing_list_is_empty_array),
      Flag("cordial.loose_list_filter", s.loose_list_filter),
      Flag("cordial.allow_underscore", s.allow_underscore),
      Flag("cordial.list_names_ignore_case", s.list_names_ignore_case),
      Choice(
          "cordial.upsert_status",
          s.upsert_status,
          {{"by_existence", kByExistence}, {"always_201", kAlways201}, {"always_200", kAlways200}}),
      Choice("cordial.missing_contact",
             s.missing_contact,
             {{"record_not_found_404", kRecordNotFound404},
              {"contact_not_found_404", kContactNotFound404},
              {"contact_not_found_422", kContactNotFound422}}),
      Choice("cordial.lists_place",
             s.lists_place,
             {{"top_level", ListsPlace::kTopLevel}, {"attributes", ListsPlace::kAttributes}}),
      Flag("cordial.email_is_primary_key", s.email_is_primary_key),
      Flag("cordial.emails_ignore_case", s.emails_ignore_case),
      Texts("cordial.unique_attributes", s.unique_attributes, {}),
      Texts("cordial.refuse_contacts", s.refuse_contacts, {}),
      Number("cordial.visible_after_ms", s.visible_after_ms),
      Choice("cordial.attributes_shape",
             s.attributes_shape,
             {{"array", AttributesShape::kArray}, {"object", AttributesShape::kObject}}),
      Number("cordial.rate_limit", s.rate_limit),
      Number("cordial.rate_limit_window_ms", s.rate_limit_window_ms, 1),
      Choice("cordial.rate_limit_body",
             s.rate_limit_body,
             {{"json", RateLimitBody::kJson},
              {"empty", RateLimitBody::kEmpty},
              {"html", RateLimitBody::kHtml}}),
      Number("cordial.retry_after_seconds", s.retry_after_seconds),
      Choice("cordial.fault_scope",
             s.fault_scope,
             {{"every_request", FaultScope::kEveryRequest},
              {"contact_writes", FaultScope::kContactWrites}}),
      FaultEntry("cordial.rate_limited", s.rate_limited),
      FaultEntry("cordial.server_error", s.server_error),
      FaultEntry("cordial.bad_gateway", s.bad_gateway),
      FaultEntry("cordial.unavailable", s.unavailable),
      FaultEntry("cordial.reset_before", s.reset_before),
      FaultEntry("cordial.reset_after", s.reset_after),
      FaultEntry("cordial.late_write", s.late_write),
      FaultEntry("cordial.cut_body", s.cut_body),
      FaultEntry("cordial.slow", s.slow),
      Number("cordial.late_ms", s.late_ms),
      Number("cordial.slow_ms", s.slow_ms),
      Number("cordial.latency_ms", s.latency_ms),
  };
}

std::vector<Entry> AmplitudeEntries(AmplitudeSwitches& s) {
  return {
      Number("amplitude.monthly_requests", s.monthly_requests),
      Number("amplitude.requests_per_ten_minutes", s.requests_per_ten_minutes),
      Number("amplitude.max_export_users", s.max_export_users),
      Number("amplitude.retry_after_seconds", s.retry_after_seconds),
      Flag("amplitude.request_answers_200", s.request_answers_200),
      Number("amplitude.unknown_cohort_status", s.unknown_cohort_status, 400),
      Number("amplitude.polls_until_done", s.polls_until_done),
      Choice("amplitude.export_outcome",
             s.export_outcome,
             {{"completes", ExportOutcome::kCompletes},
              {"stuck", ExportOutcome::kStuck},
              {"fails", ExportOutcome::kFails}}),
      FaultEntry("amplitude.poll_rate_limited", s.poll_rate_limited),
      FaultEntry("amplitude.poll_server_error", s.poll_server_error),
      Number("amplitude.file_before_done_status", s.file_before_done_status, 400),
      Number("amplitude.inline_bytes", s.inline_bytes),
      Number("amplitude.link_seconds", s.link_seconds),
      Number("amplitude.export_days", s.export_days),
      Flag("amplitude.gzip", s.gzip),
      Choice("amplitude.transfer",
             s.transfer,
             {{"content_length", Transfer::kContentLength},
              {"chunked", Transfer::kChunked},
              {"until_close", Transfer::kUntilClose}}),
      FaultEntry("amplitude.cut_download", s.cut_download),
      Flag("amplitude.csv.quote_all", s.csv.quote_all),
      Flag("amplitude.csv.duplicate_amplitude_id", s.csv.duplicate_amplitude_id),
      Flag("amplitude.csv.gp_headers", s.csv.gp_headers),
      Flag("amplitude.csv.leading_tabs", s.csv.leading_tabs),
      Flag("amplitude.csv.random_order", s.csv.random_order),
      Flag("amplitude.csv.missing_as_none", s.csv.missing_as_none),
      Flag("amplitude.csv.drop_unused_columns", s.csv.drop_unused_columns),
      FaultEntry("amplitude.rate_limited", s.rate_limited),
      FaultEntry("amplitude.server_error", s.server_error),
      FaultEntry("amplitude.gateway_timeout", s.gateway_timeout),
      FaultEntry("amplitude.reset_connection", s.reset_connection),
      FaultEntry("amplitude.slow", s.slow),
      Number("amplitude.slow_ms", s.slow_ms),
  };
}

std::vector<Entry> AllEntries(CordialSwitches& cordial, AmplitudeSwitches& amplitude) {
  std::vector<Entry> entries = CordialEntries(cordial);
  std::vector<Entry> more = AmplitudeEntries(amplitude);
  std::move(more.begin(), more.end(), std::back_inserter(entries));
  return entries;
}

std::string UnknownSwitch(const std::string& name, const std::vector<Entry>& entries) {
  std::vector<std::string> names;
  names.reserve(entries.size());
  for (const Entry& entry : entries)
    names.push_back(entry.name);
  const std::optional<std::string> closest = ClosestMatch(name, names);
  return closest ? Format("unknown switch '{}', did you mean '{}'?", Printable(name), *closest)
                 : Format("unknown switch '{}'; GET /switches lists them", Printable(name));
}

}  // namespace

std::string SwitchesAsJson(const CordialSwitches& cordial, const AmplitudeSwitches& amplitude) {
  // The entries can write as well, so they are given copies.
  CordialSwitches cordial_copy = cordial;
  AmplitudeSwitches amplitude_copy = amplitude;
  Json all = Json::object();
  for (const Entry& entry : AllEntries(cordial_copy, amplitude_copy))
    all[entry.name] = entry.get();
  return all.dump(2, ' ', false, Json::error_handler_t::replace);
}

Status SetSwitches(std::string_view json, CordialSwitches& cordial, AmplitudeSwitches& amplitude) {
  const Json parsed = Json::parse(json, nullptr, false);
  if (!parsed.is_object()) {
    return Fail(ErrorCode::kInvalidInput,
                R"(expected an object, such as {"cordial.slow_ms": 100})");
  }
  CordialSwitches new_cordial = cordial;
  AmplitudeSwitches new_amplitude = amplitude;
  const std::vector<Entry> entries = AllEntries(new_cordial, new_amplitude);
  for (const auto& item : parsed.items()) {
    const std::string& name = item.key();
    const Json& value = item.value();
    const auto entry = std::find_if(entries.begin(), entries.end(), [&](const Entry& candidate) {
      return candidate.name == name;
    });
    if (entry == entries.end()) {
      return Fail(ErrorCode::kInvalidInput, UnknownSwitch(name, entries));
    }
    const std::string expected = entry->set(value);
    if (!expected.empty()) {
      return Fail(
          ErrorCode::kInvalidInput,
          Format("switch '{}': expected {}, got {}", name, expected, Printable(value.dump())));
    }
  }
  cordial = std::move(new_cordial);
  amplitude = new_amplitude;
  return {};
}

}  // namespace cohort_sync::simulator
