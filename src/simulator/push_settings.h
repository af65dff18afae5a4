// What a person sets up at Amplitude so that it pushes a cohort to a destination
// (contracts/amplitude.md 2, 3, 4).
#ifndef COHORT_SYNC_SIMULATOR_PUSH_SETTINGS_H_
#define COHORT_SYNC_SIMULATOR_PUSH_SETTINGS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "http/message.h"

namespace cohort_sync::simulator {

// kWebhook: one URL gets who enters and who leaves (3). kLists: a list is created, then identifiers
// are added and removed (2). kIdentify: one URL gets a property of each user (2.5).
enum class PushKind { kWebhook, kLists, kIdentify };
enum class PushFrequency { kOnce, kHourly, kDaily, kRealTime };

struct PushSettings {
  PushKind kind = PushKind::kWebhook;
  std::string base_url;                 // "http://127.0.0.1:8321"; this machine only.
  std::string target;                   // The URL's, or that of the lists, without final '/'.
  http::Headers headers;                // At most five (3.1), the one of the secret among them.
  std::vector<std::string> properties;  // Not of kLists: sent with each user; at most 50 (3.1).
  std::string identifier = "user_id";   // kLists: the property that is sent.
  std::int64_t batch_size = 1'000;      // Up to 10,000 (2.3); 1 of kIdentify is no batch (2.5).
  PushFrequency frequency = PushFrequency::kHourly;
};

// Reads {"kind": "webhook" | "lists" | "identify", "url", "secret", "secret_style": "basic" |
// "bearer", "headers": {…}, "properties": […], "identifier", "batch_size", "frequency": "once" |
// "hourly" | "daily" | "real_time"}; only the url is needed. A secret goes into Authorization: as
// Bearer for webhooks and as the user name of Basic for the others, unless its style says
// otherwise. kInvalidInput names the member.
[[nodiscard]] Result<PushSettings> ParsePushSettings(std::string_view json);

[[nodiscard]] std::string_view KindName(PushKind kind);
[[nodiscard]] std::string_view FrequencyName(PushFrequency frequency);
// Between two runs; 0 for kOnce.
[[nodiscard]] Duration PeriodOf(PushFrequency frequency);

}  // namespace cohort_sync::simulator

#endif  // COHORT_SYNC_SIMULATOR_PUSH_SETTINGS_H_
