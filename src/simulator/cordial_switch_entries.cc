#include "simulator/cordial_account.h"
#include "simulator/switch_entry.h"

namespace cohort_sync::simulator {
namespace {

using Entries = std::vector<SwitchEntry>;

void AddAccess(Entries& all, CordialSwitches& s) {
  all.push_back(Flag("cordial.refuse_ip",
                     s.refuse_ip,
                     "401 for every REST call, as if the caller's address were not on the key "
                     "(2.1; the answer is inferred)"));
  all.push_back(Texts("cordial.refuse_permission",
                      s.refuse_permission,
                      "403 for these endpoints, as if the key lacked them (2.1; inferred)",
                      CordialAccount::Endpoints()));
  all.push_back(Number("cordial.invalid_json_status",
                       s.invalid_json_status,
                       "status of a body that is no JSON object (2.11; 400 and 422 are plausible)",
                       400));
}

void AddLists(Entries& all, CordialSwitches& s) {
  all.push_back(Flag("cordial.missing_list_is_empty_array",
                     s.missing_list_is_empty_array,
                     "GET ?name= of no list answers 200 [] instead of 404 (2.3)"));
  all.push_back(Flag("cordial.loose_list_filter",
                     s.loose_list_filter,
                     "GET ?name= also finds lists whose name contains it (6.1; unknown)"));
  all.push_back(Flag("cordial.allow_underscore",
                     s.allow_underscore,
                     "list names may have '_' (2.3; the specification has only dashes)"));
  all.push_back(Flag("cordial.list_names_ignore_case",
                     s.list_names_ignore_case,
                     "uniqueness of list names ignores case (6.4; unknown)"));
}

void AddContacts(Entries& all, CordialSwitches& s) {
  using enum UpsertStatus;
  using enum MissingContact;
  all.push_back(Choice(
      "cordial.upsert_status",
      s.upsert_status,
      {{"by_existence", kByExistence}, {"always_201", kAlways201}, {"always_200", kAlways200}},
      "status of an accepted POST of a contact (2.5)"));
  all.push_back(Choice("cordial.missing_contact",
                       s.missing_contact,
                       {{"record_not_found_404", kRecordNotFound404},
                        {"contact_not_found_404", kContactNotFound404},
                        {"contact_not_found_422", kContactNotFound422}},
                       "answer of a PUT for a contact that does not exist (2.6)"));
  all.push_back(
      Choice("cordial.lists_place",
             s.lists_place,
             {{"top_level", ListsPlace::kTopLevel}, {"attributes", ListsPlace::kAttributes}},
             "where GET of a contact shows its lists (2.7; unverified)"));
  all.push_back(Flag("cordial.email_is_primary_key",
                     s.email_is_primary_key,
                     "a bare path value is an e-mail address, as in older accounts (2.4)"));
  all.push_back(Flag("cordial.emails_ignore_case",
                     s.emails_ignore_case,
                     "case of e-mail addresses does not matter (6.4; unknown); set it before the "
                     "first contact"));
  all.push_back(Texts("cordial.unique_attributes",
                      s.unique_attributes,
                      "attributes whose values address one contact (2.4)"));
  all.push_back(Texts("cordial.refuse_contacts",
                      s.refuse_contacts,
                      "identifier values answered with 422 on every write"));
  all.push_back(Number("cordial.visible_after_ms",
                       s.visible_after_ms,
                       "delay of GET and count behind writes (4, read after write)"));
  all.push_back(Choice("cordial.attributes_shape",
                       s.attributes_shape,
                       {{"array", AttributesShape::kArray}, {"object", AttributesShape::kObject}},
                       "shape of GET accountcontactattributes (1.4, 2.8)"));
}

void AddQueues(Entries& all, CordialSwitches& s) {
  all.push_back(Number("cordial.ingest_delay_ms",
                       s.ingest_delay_ms,
                       "from the acceptance of ingest work to its effect (0, surface B)"));
  all.push_back(Flag("cordial.ingest_answers_200",
                     s.ingest_answers_200,
                     "ingest work is answered 200 {} instead of 202 (1.3; both are mocked)"));
  all.push_back(
      Choice("cordial.ingest_list_names",
             s.ingest_list_names,
             {{"dashes", IngestListNames::kDashes}, {"removed", IngestListNames::kRemoved}},
             "what becomes of spaces in a list's name sent to the ingest service (1.2; unknown)"));
  all.push_back(Number("cordial.import_ms",
                       s.import_ms,
                       "an import is Pending for the first half of this, then Processing (2.9)"));
  all.push_back(
      Flag("cordial.import_fails", s.import_fails, "imports end as Failed; nothing is applied"));
}

void AddRateLimit(Entries& all, CordialSwitches& s) {
  all.push_back(Number("cordial.rate_limit",
                       s.rate_limit,
                       "requests per window, method and endpoint (2.10; no numbers published); 0 "
                       "is no limit"));
  all.push_back(Number(
      "cordial.rate_limit_window_ms", s.rate_limit_window_ms, "the window of rate_limit", 1));
  all.push_back(Choice("cordial.rate_limit_body",
                       s.rate_limit_body,
                       {{"json", RateLimitBody::kJson},
                        {"empty", RateLimitBody::kEmpty},
                        {"html", RateLimitBody::kHtml}},
                       "body of a 429 (2.10; not documented)"));
  all.push_back(Number("cordial.retry_after_seconds",
                       s.retry_after_seconds,
                       "Retry-After and X-Rate-Limit-Reset of the fault rate_limited (2.10)"));
}

void AddFaults(Entries& all, CordialSwitches& s) {
  all.push_back(Choice("cordial.fault_scope",
                       s.fault_scope,
                       {{"every_request", FaultScope::kEveryRequest},
                        {"contact_writes", FaultScope::kContactWrites}},
                       "which REST requests the faults may strike"));
  const auto fault = [&all](const char* name, Fault& field, const char* help) {
    all.push_back(FaultEntry(name, field, help));
  };
  fault("cordial.rate_limited", s.rate_limited, "429 although there is room");
  fault("cordial.server_error", s.server_error, "500 with a JSON body; nothing is applied");
  fault("cordial.bad_gateway", s.bad_gateway, "502 with an HTML body; nothing is applied");
  fault("cordial.unavailable", s.unavailable, "503 with an HTML body; nothing is applied");
  fault("cordial.reset_before", s.reset_before, "the connection is reset; nothing is applied");
  fault(
      "cordial.reset_after", s.reset_after, "the connection is reset after the write was applied");
  fault("cordial.late_write",
        s.late_write,
        "the connection is reset and the write applied late_ms after that");
  fault("cordial.cut_body", s.cut_body, "applied; the answer ends in the middle of its body");
  fault("cordial.slow", s.slow, "applied at once, answered slow_ms later");
  all.push_back(Number("cordial.late_ms", s.late_ms, "how late late_write is"));
  all.push_back(Number("cordial.slow_ms", s.slow_ms, "how slow slow is"));
  all.push_back(Number("cordial.latency_ms", s.latency_ms, "before every answer"));
}

}  // namespace

std::vector<SwitchEntry> CordialSwitchEntries(CordialSwitches& switches) {
  Entries all;
  AddAccess(all, switches);
  AddLists(all, switches);
  AddContacts(all, switches);
  AddQueues(all, switches);
  AddRateLimit(all, switches);
  AddFaults(all, switches);
  return all;
}

}  // namespace cohort_sync::simulator
