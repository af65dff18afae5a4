#include "web/request_router.h"

#include <utility>

#include "base/check.h"

namespace cohort_sync::web {
namespace {

http::Reply NotFound() {
  return http::ReplyWith(404, "application/json", R"({"error":"there is nothing here"})");
}

bool Fits(std::string_view pattern, std::string_view path) {
  return pattern.ends_with('/') ? path.starts_with(pattern) : path == pattern;
}

}  // namespace

void RequestRouter::Add(std::string path, http::RequestHandler& handler) {
  const bool fresh = handlers_.emplace(std::move(path), &handler).second;
  CHECK(fresh);
}

http::Admission RequestRouter::Admit(const http::Request& head) {
  if (http::RequestHandler* handler = Find(head.path())) return handler->Admit(head);
  return {.refusal = NotFound()};
}

http::Reply RequestRouter::Refuse(const http::Request& head, int status) {
  if (http::RequestHandler* handler = Find(head.path())) return handler->Refuse(head, status);
  return NotFound();
}

void RequestRouter::Handle(http::Request request, http::Responder responder) {
  if (http::RequestHandler* handler = Find(request.path()))
    return handler->Handle(std::move(request), std::move(responder));
  responder.Send(NotFound());
}

http::RequestHandler* RequestRouter::Find(std::string_view path) const {
  for (const auto& [pattern, handler] : handlers_) {
    if (Fits(pattern, path)) return handler;
  }
  return nullptr;
}

}  // namespace cohort_sync::web
