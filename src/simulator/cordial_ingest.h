// The ingest service that Segment's Cordial destination speaks to (contracts/cordial.md 1.1 to 1.3
// and 6.3, item 10). Work is accepted first and done later; its outcome is never told.
#ifndef COHORT_SYNC_SIMULATOR_CORDIAL_INGEST_H_
#define COHORT_SYNC_SIMULATOR_CORDIAL_INGEST_H_

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "http/message.h"
#include "http/server.h"
#include "simulator/contact_register.h"
#include "simulator/cordial_switches.h"

namespace cohort_sync::simulator {

// Not safe from several threads. What it is made from outlives it.
class CordialIngest {
 public:
  CordialIngest(std::string api_key,
                ContactRegister& contacts,
                const CordialSwitches& switches,
                Clock& clock);

  // Is `path` one of this service and not of the REST API?
  [[nodiscard]] static bool Owns(std::string_view path) { return path.starts_with("/api/"); }
  // One request. REQUIRES: Owns(its path).
  [[nodiscard]] http::Reply Answer(const http::Request& request);
  // Does what was accepted `ingest_delay_ms` ago, in the order of arrival.
  void ApplyDue();

 private:
  struct Work {
    SteadyPoint due;
    std::string action;
    std::string body;
  };

  void Apply(const Work& work);
  void AddToList(std::string_view text);
  void RemoveFromList(std::string_view text);
  void Merge(std::string_view text);
  // The list of the group, made when there is none; 0 when its name is not acceptable.
  [[nodiscard]] std::int64_t ListOfGroup(const std::string& group, const std::string& name);
  // The attribute that the Segment user id is kept in, set to `id`.
  [[nodiscard]] const Contact* FindBySegmentId(std::string_view body, const std::string& id) const;

  std::string api_key_;
  ContactRegister& contacts_;
  const CordialSwitches& switches_;
  Clock& clock_;
  std::deque<Work> accepted_;
  std::map<std::string, std::int64_t> groups_;  // Segment's group id to list id.
};

}  // namespace cohort_sync::simulator

#endif  // COHORT_SYNC_SIMULATOR_CORDIAL_INGEST_H_
