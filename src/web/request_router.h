// Which handler of one server answers which path.
#ifndef COHORT_SYNC_WEB_REQUEST_ROUTER_H_
#define COHORT_SYNC_WEB_REQUEST_ROUTER_H_

#include <map>
#include <string>
#include <string_view>

#include "http/guarded_server.h"

namespace cohort_sync::web {

// The handler of a GuardedServer. A path that nobody has is answered 404.
class RequestRouter final : public http::RequestHandler {
 public:
  // `path` ends with '/' and stands for all paths that begin with it, or is one path itself. The
  // longest that fits decides. Before the server starts; `handler` outlives it. REQUIRES: nobody
  // has `path` yet.
  void Add(std::string path, http::RequestHandler& handler);

  http::Admission Admit(const http::Request& head) override;
  http::Reply Refuse(const http::Request& head, int status) override;
  void Handle(http::Request request, http::Responder responder) override;

 private:
  [[nodiscard]] http::RequestHandler* Find(std::string_view path) const;

  // The longest first, among those of one length in their order.
  struct LongestFirst {
    bool operator()(std::string_view left, std::string_view right) const {
      return left.size() != right.size() ? left.size() > right.size() : left < right;
    }
  };
  std::map<std::string, http::RequestHandler*, LongestFirst> handlers_;
};

}  // namespace cohort_sync::web

#endif  // COHORT_SYNC_WEB_REQUEST_ROUTER_H_
