// A stand-in for one Cordial account behind REST API v2 (contracts/cordial.md 2 and 6.3) and behind
// the ingest service that Segment uses (1). No sockets and no threads of its own.
#ifndef COHORT_SYNC_SIMULATOR_CORDIAL_ACCOUNT_H_
#define COHORT_SYNC_SIMULATOR_CORDIAL_ACCOUNT_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "http/message.h"
#include "http/server.h"
#include "simulator/contact_imports.h"
#include "simulator/contact_register.h"
#include "simulator/cordial_ingest.h"
#include "simulator/cordial_switches.h"
#include "simulator/rate_window.h"
#include "simulator/request_log.h"

namespace cohort_sync::simulator {

// Not safe from several threads. `clock` and `random` outlive it.
class CordialAccount {
 public:
  CordialAccount(std::string api_key, Clock& clock, Random& random);

  // One request of either surface, logged, and its answer. Late writes, accepted work and imports
  // that are due by then are applied before it.
  [[nodiscard]] http::Reply Handle(const http::Request& request);

  // "POST /v2/contacts" and so on: the names for `refuse_permission`.
  [[nodiscard]] static std::vector<std::string> Endpoints();

  // For the control door, past the imitated API: contacts with these addresses exist and are on
  // these lists, which are made when missing. kInvalidInput for a name or address that the API
  // would refuse, before anything is changed.
  Status Prefill(const std::vector<std::string>& emails, const std::vector<std::string>& lists);
  // As a person does it in Cordial's own pages. kNotFound when there is no such list or contact.
  Status RemoveList(const std::string& name);
  Status RemoveContact(const std::string& email);
  Status Unsubscribe(const std::string& email);
  // What is true, whatever readers see yet. nullopt when there is no such list.
  [[nodiscard]] std::optional<ListContent> ReadList(const std::string& name);
  [[nodiscard]] std::vector<AccountList> Lists();

  // How the files of imports are fetched; none can be until this is set.
  void set_fetch(FetchFile fetch) { imports_.set_fetch(std::move(fetch)); }
  [[nodiscard]] CordialSwitches& switches() { return switches_; }
  [[nodiscard]] RequestLog& log() { return log_; }

 private:
  // A request that reached its route: the {…} part of the path, decoded.
  struct Call {
    const http::Request& request;
    const std::string& parameter;
  };
  struct Route {
    std::string_view method;
    std::string_view pattern;
    http::Reply (CordialAccount::*handler)(const Call&);
    bool contact_write;
  };
  struct LateWrite {
    SteadyPoint due;
    http::Request request;
  };

  [[nodiscard]] static const std::vector<Route>& Routes();
  static std::optional<std::pair<Route, std::string>> FindRoute(const http::Request& request);
  [[nodiscard]] http::Reply Answer(const http::Request& request);
  [[nodiscard]] http::Reply Perform(const Route& route, const Call& call);
  void ApplyDue();
  void ApplyLateWrites();
  [[nodiscard]] std::optional<http::Reply> Limit(const Route& route);
  [[nodiscard]] http::Reply RateLimited(std::int64_t limit, std::int64_t seconds) const;
  [[nodiscard]] http::Reply PerformWithFaults(const Route& route, const Call& call);
  [[nodiscard]] std::optional<http::Reply> StrikeBefore();
  [[nodiscard]] http::Reply PostList(const Call& call);
  [[nodiscard]] http::Reply GetLists(const Call& call);
  [[nodiscard]] http::Reply GetList(const Call& call);
  [[nodiscard]] http::Reply GetListCount(const Call& call);
  [[nodiscard]] http::Reply PutList(const Call& call);
  [[nodiscard]] http::Reply ClearList(const Call& call);
  [[nodiscard]] http::Reply DeleteList(const Call& call);
  [[nodiscard]] http::Reply GetAttributes(const Call& call);
  [[nodiscard]] http::Reply PostAttribute(const Call& call);
  [[nodiscard]] http::Reply PostImport(const Call& call);
  [[nodiscard]] http::Reply GetJob(const Call& call);
  [[nodiscard]] AccountList* ListOf(const Call& call);
  [[nodiscard]] http::Reply PostContact(const Call& call);
  [[nodiscard]] http::Reply PutContact(const Call& call);
  [[nodiscard]] http::Reply GetContact(const Call& call);
  [[nodiscard]] http::Reply DeleteContact(const Call& call);

  std::string api_key_;
  Clock& clock_;
  Random& random_;
  CordialSwitches switches_;
  RequestLog log_;
  ContactRegister contacts_;
  CordialIngest ingest_;
  ContactImports imports_;
  std::map<std::string, RateWindow> windows_;  // By endpoint.
  std::vector<LateWrite> late_writes_;
};

}  // namespace cohort_sync::simulator

#endif  // COHORT_SYNC_SIMULATOR_CORDIAL_ACCOUNT_H_
