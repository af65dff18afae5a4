// The dashboard over HTTP: the page, what it shows as JSON, and what people do there.
#ifndef COHORT_SYNC_WEB_DASHBOARD_H_
#define COHORT_SYNC_WEB_DASHBOARD_H_

#include <functional>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "base/secret.h"
#include "http/guarded_server.h"
#include "web/command_executor.h"
#include "web/dashboard_actions.h"
#include "web/dashboard_route.h"
#include "web/dashboard_source.h"

namespace cohort_sync::web {

struct DashboardOptions {
  // The token as it is now. Asked for on the server's thread, whenever a request brings one.
  std::function<Result<Secret>()> token;
  // Everything but the page itself needs it: for addresses that other machines reach. Otherwise
  // only actions and whole identifiers do.
  bool reading_needs_token = false;
  CommandExecutor* executor = nullptr;  // Outlives it. None: actions are answered 503.
};

// The handler of a GuardedServer for "/". The state is read on a thread of its own, because the
// server's one thread also receives pushes. Every answer has the headers of design/faults.md 5.5;
// every error is `{"error": "..."}`. Documents have an ETag.
class Dashboard final : public http::RequestHandler {
 public:
  // `source` is called on the dashboard's thread only. `clock` outlives it.
  Dashboard(DashboardOptions options, std::unique_ptr<DashboardSource> source, const Clock& clock);
  // After its server. Commands may still be under way.
  ~Dashboard() override;
  Dashboard(const Dashboard&) = delete;
  Dashboard& operator=(const Dashboard&) = delete;

  http::Admission Admit(const http::Request& head) override;
  http::Reply Refuse(const http::Request& head, int status) override;
  void Handle(http::Request request, http::Responder responder) override;

 private:
  class Reader;

  // The answer when it may not be handled.
  [[nodiscard]] std::optional<http::Reply> Objection(const http::Request& head,
                                                     const DashboardRoute& route) const;
  [[nodiscard]] std::optional<http::Reply> ObjectionToToken(const http::Request& head) const;
  void Act(const std::string& body, http::Responder responder);

  const DashboardOptions options_;
  const std::shared_ptr<ActionLog> actions_;  // Shared with commands that are under way.
  const std::unique_ptr<Reader> reader_;
};

}  // namespace cohort_sync::web

#endif  // COHORT_SYNC_WEB_DASHBOARD_H_
