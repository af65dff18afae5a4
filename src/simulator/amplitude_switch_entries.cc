#include "simulator/switch_entry.h"

namespace cohort_sync::simulator {
namespace {

using Entries = std::vector<SwitchEntry>;

void AddLimits(Entries& all, AmplitudeSwitches& s) {
  const auto number = [&all](const char* name, std::int64_t& field, const char* help) {
    all.push_back(Number(name, field, help));
  };
  all.push_back(Flag("amplitude.other_region",
                     s.other_region,
                     "every key is unknown, as if it were the other region's: 403 (1.8)"));
  number("amplitude.monthly_requests",
         s.monthly_requests,
         "export requests per calendar month, UTC (1.2)");
  number("amplitude.requests_per_ten_minutes",
         s.requests_per_ten_minutes,
         "export requests per 10 minutes (1.2); 0 is no limit");
  all.push_back(Flag("amplitude.polls_count",
                     s.polls_count,
                     "polls and downloads take of these, too (1.2; unknown)"));
  number("amplitude.parallel_exports",
         s.parallel_exports,
         "exports of the last minute that may be running at once (1.2, '4 parallel requests per "
         "minute'; the reading is inferred); 0 is no limit");
  number("amplitude.concurrent_requests",
         s.concurrent_requests,
         "requests of the export API that may be waiting for their answer at once (1.2); 0 is no "
         "limit");
  number("amplitude.max_export_users",
         s.max_export_users,
         "a larger cohort is refused with 400 (1.2; the status is inferred)");
  number("amplitude.retry_after_seconds",
         s.retry_after_seconds,
         "Retry-After of a 429 (1.2; unknown); 0 sends none");
}

void AddExports(Entries& all, AmplitudeSwitches& s) {
  all.push_back(Flag("amplitude.request_answers_200",
                     s.request_answers_200,
                     "a started export is answered 200 instead of 202 (1.4)"));
  all.push_back(Number("amplitude.unknown_cohort_status",
                       s.unknown_cohort_status,
                       "status for an unknown cohort (1.4; not stated)",
                       400));
  all.push_back(Number("amplitude.polls_until_done",
                       s.polls_until_done,
                       "so many polls are answered 202 before the 200 (1.5)"));
  all.push_back(Number("amplitude.export_ms",
                       s.export_ms,
                       "an export also takes at least so long (1.2: 30 to 60 s and more)"));
  all.push_back(Choice("amplitude.export_outcome",
                       s.export_outcome,
                       {{"completes", ExportOutcome::kCompletes},
                        {"stuck", ExportOutcome::kStuck},
                        {"fails", ExportOutcome::kFails}},
                       "how an export ends (1.5; the text of a failed one is unknown)"));
  all.push_back(FaultEntry(
      "amplitude.poll_rate_limited", s.poll_rate_limited, "429 on a poll (1.5: not an error)"));
  all.push_back(
      FaultEntry("amplitude.poll_server_error", s.poll_server_error, "500 on a poll (1.5)"));
}

void AddDownload(Entries& all, AmplitudeSwitches& s) {
  all.push_back(Number("amplitude.file_before_done_status",
                       s.file_before_done_status,
                       "status of /file before completion (1.6; 404 or 400)",
                       400));
  all.push_back(Number("amplitude.inline_bytes",
                       s.inline_bytes,
                       "larger files are answered 302 to the storage (1.6; threshold unknown)"));
  all.push_back(
      Number("amplitude.link_seconds", s.link_seconds, "how long the link of a 302 works (1.2)"));
  all.push_back(
      Number("amplitude.export_days", s.export_days, "how long a request id works (1.2)"));
  all.push_back(
      Flag("amplitude.gzip", s.gzip, "Content-Encoding: gzip on both ways of download (1.7)"));
  all.push_back(Choice("amplitude.transfer",
                       s.transfer,
                       {{"content_length", Transfer::kContentLength},
                        {"chunked", Transfer::kChunked},
                        {"until_close", Transfer::kUntilClose}},
                       "how the end of a downloaded body is marked"));
  all.push_back(FaultEntry(
      "amplitude.cut_download", s.cut_download, "the transfer ends in the middle of the file"));
}

void AddCsv(Entries& all, CsvFormat& csv) {
  const auto flag = [&all](const char* name, bool& field, const char* help) {
    all.push_back(Flag(name, field, help));
  };
  flag("amplitude.csv.quote_all",
       csv.quote_all,
       "every field in quotes (1.7), or only where the content needs them");
  flag("amplitude.csv.duplicate_amplitude_id",
       csv.duplicate_amplitude_id,
       "a second column amplitude_id after the two ids (1.7)");
  flag("amplitude.csv.gp_headers",
       csv.gp_headers,
       "property columns are headed gp:NAME (1.7; unknown)");
  flag("amplitude.csv.leading_tabs", csv.leading_tabs, "a tab before every header and value (1.7)");
  flag("amplitude.csv.random_order", csv.random_order, "rows shuffled (1.7: order unspecified)");
  flag("amplitude.csv.missing_as_none",
       csv.missing_as_none,
       "a missing property is (none) instead of empty (1.7; unknown)");
  flag("amplitude.csv.drop_unused_columns",
       csv.drop_unused_columns,
       "no column for a property that nobody has (1.7; unknown)");
}

void AddPushRequests(Entries& all, PushSwitches& s) {
  const auto number = [&all](const char* name, std::int64_t& field, const char* help) {
    all.push_back(Number(name, field, help));
  };
  all.push_back(
      Number("amplitude.push.parallel", s.parallel, "requests of a push at once (2.3)", 1));
  all.push_back(Number("amplitude.push.timeout_ms",
                       s.timeout_ms,
                       "how long an answer is waited for (3.3: 1 to 2 s; for lists unknown)",
                       1));
  number("amplitude.push.retries", s.retries, "repeats of a request that failed (2.3); 0 is none");
  number("amplitude.push.first_retry_ms",
         s.first_retry_ms,
         "pause before the first repeat, doubled for each later one (2.3); 0 repeats at once");
  all.push_back(Flag("amplitude.push.retry_refusals",
                     s.retry_refusals,
                     "a 4xx is repeated, too (2.3: 'on failure'); 408 and 429 always are"));
  all.push_back(
      FaultEntry("amplitude.push.answer_lost",
                 s.answer_lost,
                 "of messages: the first answer never arrives, so it is sent again (3.3)"));
  number("amplitude.push.pause_after",
         s.pause_after,
         "so many runs in a row that met an unknown list (404) pause the push (2.4: 'may'); 0 "
         "never");
}

void AddPushMessages(Entries& all, PushSwitches& s) {
  const auto flag = [&all](const char* name, bool& field, const char* help) {
    all.push_back(Flag(name, field, help));
  };
  flag("amplitude.push.shuffled", s.shuffled, "messages of a run in random order (3.3)");
  all.push_back(FaultEntry("amplitude.push.duplicates",
                           s.duplicates,
                           "of messages: sent once more after all the others (3.3)"));
  all.push_back(Choice("amplitude.push.properties",
                       s.properties,
                       {{"always", PushedProperties::kAlways},
                        {"on_enter", PushedProperties::kOnEnter},
                        {"never", PushedProperties::kNever}},
                       "which users of a webhook have the selected properties (3.1; unknown for "
                       "those who leave)"));
  flag("amplitude.push.exits_as_entered",
       s.exits_as_entered,
       "who leaves has the properties it entered with, not the newest (3.1; unknown)");
  flag("amplitude.push.in_cohort_as_text",
       s.in_cohort_as_text,
       "\"true\" and \"false\" in quotes (3.1)");
  flag("amplitude.push.computed_time_as_number",
       s.computed_time_as_number,
       "computed_time without quotes (3.1)");
  all.push_back(Choice("amplitude.push.webhook_template",
                       s.webhook_template,
                       {{"default", WebhookTemplate::kDefault},
                        {"broken_json", WebhookTemplate::kBrokenJson},
                        {"flat_array", WebhookTemplate::kFlatArray}},
                       "the body of a webhook: as documented, with ' instead of \", or an array of "
                       "users (3.1)"));
  all.push_back(
      Choice("amplitude.push.list_id_path",
             s.list_id_path,
             {{"nested", ListIdPath::kNested}, {"flat", ListIdPath::kFlat}},
             "where the id of a new list is looked for: response.listId or listId (2.2)"));
  all.push_back(Choice("amplitude.push.list_items",
                       s.list_items,
                       {{"userIds", ListItemsKey::kUserIds},
                        {"user_ids", ListItemsKey::kUserIdsSnakeCase},
                        {"users", ListItemsKey::kUsers},
                        {"items", ListItemsKey::kItems}},
                       "what the array of identifiers is called (2.1)"));
  flag("amplitude.push.list_items_as_objects",
       s.list_items_as_objects,
       "identifiers as {\"PROPERTY\": \"VALUE\"} (2.1)");
  all.push_back(Choice("amplitude.push.trait_name",
                       s.trait_name,
                       {{"documented", TraitName::kDocumented},
                        {"bare", TraitName::kBare},
                        {"brackets", TraitName::kBrackets}},
                       "what an identify call calls a cohort: \"[Amplitude] NAME: ID\", "
                       "\"NAME:ID\" or \"[Amplitude] NAME (ID)\" (2.5)"));
}

void AddFaults(Entries& all, AmplitudeSwitches& s) {
  const auto fault = [&all](const char* name, Fault& field, const char* help) {
    all.push_back(FaultEntry(name, field, help));
  };
  fault("amplitude.rate_limited", s.rate_limited, "429 although there is room");
  fault("amplitude.server_error", s.server_error, "500 with a JSON body; nothing is counted");
  fault(
      "amplitude.gateway_timeout", s.gateway_timeout, "504 with an HTML body; nothing is counted");
  fault("amplitude.reset_connection",
        s.reset_connection,
        "the connection is reset instead of an answer; nothing is counted");
  fault("amplitude.slow", s.slow, "answered slow_ms later");
  all.push_back(Number("amplitude.slow_ms", s.slow_ms, "how slow slow is"));
}

}  // namespace

std::vector<SwitchEntry> AmplitudeSwitchEntries(AmplitudeSwitches& switches) {
  Entries all;
  AddLimits(all, switches);
  AddExports(all, switches);
  AddDownload(all, switches);
  AddCsv(all, switches.csv);
  AddPushRequests(all, switches.push);
  AddPushMessages(all, switches.push);
  AddFaults(all, switches);
  return all;
}

}  // namespace cohort_sync::simulator
