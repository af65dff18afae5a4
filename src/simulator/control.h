// The door for people and tests: looks into the stand-ins and changes them. Speaks JSON on a port
// of its own, clearly apart from the two imitated services. `GET /` lists what there is.
#ifndef COHORT_SYNC_SIMULATOR_CONTROL_H_
#define COHORT_SYNC_SIMULATOR_CONTROL_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "http/message.h"
#include "http/server.h"
#include "simulator/amplitude_project.h"
#include "simulator/cordial_account.h"
#include "simulator/pusher.h"

namespace cohort_sync::simulator {

// How the door reaches the stand-ins: runs the function where they may be touched, and waits.
struct ControlAccess {
  std::function<void(const std::function<void(CordialAccount&)>&)> cordial;
  ProjectAccess amplitude;
  Pusher* pushes = nullptr;  // Outlives the user of this; nullptr: there are none.
};

// Sets the switches that the JSON object names, of both stand-ins, and leaves the others: all or
// none. kInvalidInput as of the SetSwitches in switch_table.h.
Status SetSwitches(std::string_view json, const ControlAccess& access);

// Not safe from several threads.
//
//   GET    /                     what there is
//   GET    /lists/{name}         {"name","id","count","contacts":[sorted]}
//   POST   /contacts             {"emails":[…],"lists":[…]}: fills Cordial
//   PUT    /cohorts/{id}         {"name","members":[{"user_id","properties"}],"archived",…}
//   POST   /cohorts/{id}/enter   {"emails":[…]} -> {"changed": 2}
//   POST   /cohorts/{id}/leave   {"emails":[…]} -> {"changed": 2}
//   PUT    /pushes/{cohort}      push_settings.h: makes the push and runs it for the first time
//   POST   /pushes/{cohort}/run  the next run: as if its hour, day or minute had passed
//   POST   /pushes/{cohort}/resume, DELETE /pushes/{cohort}
//   GET    /pushes, GET /pushes/{cohort}
//          settings, state and runs (push_run.h). PUT and run answer with the run, once it is over,
//          and meanwhile this door waits; with ?wait=false at once, with 202
//   GET    /requests?service=cordial|amplitude|pushes[&method=PUT][&path=/v2/contacts][&limit=1000]
//          {"matching","counts":{"PUT 200":3},"requests":[newest `limit`, oldest first]}; status 0
//          is a connection that was reset; downloads from the storage are under amplitude; pushes
//          are the requests that were sent, status 0 is no answer
//   DELETE /requests             forgets the log of all
//   GET    /switches, PUT /switches, GET /switches/help (switch_table.h)
//
// Answers 200, or {"error": "…"} with 404 for an unknown route, list, cohort or push, with 409 for
// a push that is under way or paused, and with 422 for a body that cannot be used.
class Control {
 public:
  explicit Control(ControlAccess access) : access_(std::move(access)) {}

  [[nodiscard]] http::Reply Handle(const http::Request& request);

 private:
  [[nodiscard]] http::Reply Overview();
  [[nodiscard]] http::Reply GetList(const std::string& name);
  [[nodiscard]] http::Reply PostContacts(const http::Request& request);
  [[nodiscard]] http::Reply PutCohort(const std::string& id, const http::Request& request);
  [[nodiscard]] http::Reply Move(const std::string& id, const http::Request& request, bool enter);
  // nullopt when it is no such route.
  [[nodiscard]] std::optional<http::Reply> RoutePushes(const http::Request& request,
                                                       const std::vector<std::string>& segments);
  [[nodiscard]] http::Reply PushAnswer(const std::string& cohort,
                                       const Result<std::int64_t>& begun,
                                       const http::Request& request);
  [[nodiscard]] http::Reply GetPush(const std::string& cohort);
  [[nodiscard]] http::Reply GetRequests(const http::Request& request);
  [[nodiscard]] http::Reply DeleteRequests();
  [[nodiscard]] http::Reply GetSwitches();
  [[nodiscard]] http::Reply PutSwitches(const http::Request& request);

  ControlAccess access_;
};

}  // namespace cohort_sync::simulator

#endif  // COHORT_SYNC_SIMULATOR_CONTROL_H_
