// Bulk imports of the Cordial stand-in: a file that it fetches, and a job that applies it later
// (contracts/cordial.md 2.9 and 6.3, item 9).
#ifndef COHORT_SYNC_SIMULATOR_CONTACT_IMPORTS_H_
#define COHORT_SYNC_SIMULATOR_CONTACT_IMPORTS_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "http/server.h"
#include "simulator/contact_register.h"
#include "simulator/cordial_switches.h"

namespace cohort_sync::simulator {

// The content behind an http or https URL, or why there is none.
using FetchFile = std::function<Result<std::string>(const std::string& url)>;

// Not safe from several threads. What it is made from outlives it.
class ContactImports {
 public:
  ContactImports(ContactRegister& contacts,
                 const CordialSwitches& switches,
                 Clock& clock,
                 Random& random);

  // Until it is set, no file can be fetched. Called on the thread of the account.
  void set_fetch(FetchFile fetch) { fetch_ = std::move(fetch); }
  // REQUIRES: `text` is a JSON object. Only files of http and https can be had.
  [[nodiscard]] http::Reply Post(const std::string& text);
  [[nodiscard]] http::Reply GetJob(const std::string& id) const;
  // Ends the jobs that were accepted `import_ms` ago.
  void ApplyDue();

 private:
  using Row = std::vector<std::string>;
  struct Job {
    std::string settings;  // The body of the request.
    std::string file;
    SteadyPoint accepted_at;
    TimePoint start;
    TimePoint end;
    std::string status;  // "Done" or "Failed"; empty until then.
    std::int64_t inserted = 0;
    std::int64_t updated = 0;
    std::int64_t rejected = 0;  // A value that cannot be.
    std::int64_t error = 0;     // An identity of another contact.
    std::int64_t ignored = 0;   // By the strategy.
  };

  void Apply(Job& job);
  void ApplyRow(const std::string& contact, const std::string& strategy, Job& job);
  [[nodiscard]] std::string StatusOf(const Job& job) const;

  ContactRegister& contacts_;
  const CordialSwitches& switches_;
  Clock& clock_;
  Random& random_;
  FetchFile fetch_;
  std::map<std::string, Job> jobs_;  // By id.
};

}  // namespace cohort_sync::simulator

#endif  // COHORT_SYNC_SIMULATOR_CONTACT_IMPORTS_H_
