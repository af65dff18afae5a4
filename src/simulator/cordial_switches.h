// How the Cordial stand-in behaves where the contract leaves doubt, and how it misbehaves on
// request. The defaults are what the contract documents, with no limit and no fault. Section
// numbers are those of contracts/cordial.md.
#ifndef COHORT_SYNC_SIMULATOR_CORDIAL_SWITCHES_H_
#define COHORT_SYNC_SIMULATOR_CORDIAL_SWITCHES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "simulator/fault.h"

namespace cohort_sync::simulator {

// The status of an accepted POST /v2/contacts (2.5: 201 in the specification, 200 in recordings).
enum class UpsertStatus { kByExistence, kAlways201, kAlways200 };
// The answer for a contact that does not exist (2.6; the status beside the second key is unknown).
enum class MissingContact { kRecordNotFound404, kContactNotFound404, kContactNotFound422 };
// Where GET of a contact shows its lists (2.7: unverified).
enum class ListsPlace { kTopLevel, kAttributes };
// The shape of GET accountcontactattributes (1.4, 2.8).
enum class AttributesShape { kArray, kObject };
// The body of a 429 (2.10: not documented).
enum class RateLimitBody { kJson, kEmpty, kHtml };
// What the ingest service makes of the spaces in a list's name (1.2: done by the server, how is
// unknown; 1.4: Cordial's own older client put a dash).
enum class IngestListNames { kDashes, kRemoved };
// Which requests the faults below may strike.
enum class FaultScope { kEveryRequest, kContactWrites };

struct CordialSwitches {
  // --- Access (2.1) ---
  bool refuse_ip = false;                      // As if the caller's address were not on the key.
  std::vector<std::string> refuse_permission;  // Endpoints, as "PUT /v2/contacts/{key}": 403.

  // --- Bodies (2.11: 400 and 422 are both plausible) ---
  std::int64_t invalid_json_status = 400;

  // --- Lists (2.3) ---
  bool missing_list_is_empty_array = false;  // GET ?name= of no list: 200 [] instead of 404.
  bool loose_list_filter = false;            // GET ?name= also finds names that contain it.
  bool allow_underscore = true;              // In list names; the specification has only dashes.
  bool list_names_ignore_case = false;       // For uniqueness; the rule is unknown (6.4).

  // --- Contacts (2.4 to 2.7) ---
  UpsertStatus upsert_status = UpsertStatus::kByExistence;
  MissingContact missing_contact = MissingContact::kRecordNotFound404;
  ListsPlace lists_place = ListsPlace::kTopLevel;
  bool email_is_primary_key = false;  // 2.4: cID by default, email in older accounts.
  // Case of addresses when contacts are looked up; the rule is unknown (6.4). To be chosen before
  // the first contact is made.
  bool emails_ignore_case = true;
  // Attributes whose values address one contact (2.4), for example custID.
  std::vector<std::string> unique_attributes = {"customer_id"};
  std::vector<std::string> refuse_contacts;  // Identifier values answered with 422 on every write.
  std::int64_t visible_after_ms = 0;         // Delay of GET and count behind writes (4).

  // --- Attributes (2.8) ---
  AttributesShape attributes_shape = AttributesShape::kArray;

  // --- The ingest service (1) ---
  std::int64_t ingest_delay_ms = 0;  // From the acceptance to its effect.
  bool ingest_answers_200 = false;   // 200 {} instead of 202 with a body; both are in its tests.
  IngestListNames ingest_list_names = IngestListNames::kDashes;

  // --- Bulk imports (2.9) ---
  std::int64_t import_ms = 2000;  // A job is Pending for the first half, then Processing.
  bool import_fails = false;      // Jobs end as Failed, with nothing applied.

  // --- Rate limit per method and endpoint (2.10: no numbers are published); 0 is no limit ---
  std::int64_t rate_limit = 0;
  std::int64_t rate_limit_window_ms = 1000;
  RateLimitBody rate_limit_body = RateLimitBody::kJson;
  std::int64_t retry_after_seconds = 1;  // Said by the fault `rate_limited`.

  // --- Faults (6.3, item 8) ---
  FaultScope fault_scope = FaultScope::kEveryRequest;
  Fault rate_limited;  // 429 although there is room.
  Fault server_error;  // 500 with a JSON body; nothing is applied.
  Fault bad_gateway;   // 502 with an HTML body; nothing is applied.
  Fault unavailable;   // 503 with an HTML body; nothing is applied.
  Fault reset_before;  // The connection is reset; nothing is applied.
  Fault reset_after;   // The connection is reset after the write was applied.
  Fault late_write;    // The connection is reset and the write applied late_ms after that.
  Fault cut_body;      // Applied; the answer ends in the middle of its body.
  Fault slow;          // Applied at once, answered slow_ms later.
  std::int64_t late_ms = 5000;
  std::int64_t slow_ms = 5000;
  std::int64_t latency_ms = 0;  // Before every answer.
};

}  // namespace cohort_sync::simulator

#endif  // COHORT_SYNC_SIMULATOR_CORDIAL_SWITCHES_H_
