#include "simulator/control.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/format.h"
#include "base/text.h"
#include "base/time_text.h"
#include "simulator/control_answers.h"
#include "simulator/exchange.h"
#include "simulator/switch_table.h"

namespace cohort_sync::simulator {
namespace {

using Json = nlohmann::ordered_json;

http::Reply Answer(int status, const Json& json) {
  return JsonReply(status, json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
}

// The array of texts under `key`; absent is empty.
Result<std::vector<std::string>> ReadTexts(const Json& body, const char* key) {
  const auto member = body.find(key);
  if (member == body.end()) return std::vector<std::string>();
  const bool texts =
      member->is_array() && std::all_of(member->begin(), member->end(), [](const Json& item) {
        return item.is_string();
      });
  if (!texts) {
    return Fail(ErrorCode::kInvalidInput, Format("'{}': expected an array of texts", key));
  }
  return member->get<std::vector<std::string>>();
}

// An object with no other keys than `known`.
Result<Json> ReadObject(const http::Request& request, const std::vector<std::string>& known) {
  Json body = Json::parse(request.body, nullptr, false);
  if (!body.is_object()) return Fail(ErrorCode::kInvalidInput, "expected a JSON object");
  for (const auto& [key, value] : body.items()) {
    if (std::find(known.begin(), known.end(), key) == known.end()) {
      return Fail(ErrorCode::kInvalidInput,
                  Format("unexpected '{}'; known: {}", Printable(key), Join(known, ", ")));
    }
  }
  return body;
}

Json RequestJson(const LoggedRequest& request) {
  Json headers = Json::object();
  for (const auto& [name, value] : request.headers.fields())
    headers[name] = value;
  return {{"number", request.number},
          {"time", FormatTime(request.time)},
          {"method", request.method},
          {"target", request.target},
          {"headers", std::move(headers)},
          {"body", request.body},
          {"status", request.status}};
}

Json RequestsJson(const std::vector<LoggedRequest>& requests, std::size_t limit) {
  Json counts = Json::object();
  for (const LoggedRequest& request : requests) {
    Json& count = counts[Format("{} {}", request.method, request.status)];
    count = count.is_null() ? 1 : count.get<std::int64_t>() + 1;
  }
  Json shown = Json::array();
  const std::size_t first = requests.size() - std::min(limit, requests.size());
  for (std::size_t i = first; i < requests.size(); ++i)
    shown.push_back(RequestJson(requests[i]));
  return {{"matching", requests.size()}, {"counts", counts}, {"requests", shown}};
}

}  // namespace

http::Reply ControlProblem(int status, const std::string& message) {
  return Answer(status, {{"error", message}});
}

http::Reply ControlProblem(const Error& error) {
  int status = 422;
  if (error.code() == ErrorCode::kNotFound) status = 404;
  if (error.code() == ErrorCode::kRejected) status = 409;
  if (error.code() == ErrorCode::kInterrupted) status = 503;
  return ControlProblem(status, error.message());
}

http::Reply Control::Handle(const http::Request& request) {
  const auto segments = PathSegments(request.path());
  const auto route = [&](std::string_view method,
                         std::string_view pattern) -> std::optional<std::string> {
    if (request.method != method || !segments) return std::nullopt;
    return MatchPath(pattern, *segments);
  };
  if (route("GET", "/")) return Overview();
  if (const auto name = route("GET", "/lists/{name}")) return GetList(*name);
  if (route("POST", "/contacts")) return PostContacts(request);
  if (const auto id = route("PUT", "/cohorts/{id}")) return PutCohort(*id, request);
  if (const auto id = route("POST", "/cohorts/{id}/enter")) return Move(*id, request, true);
  if (const auto id = route("POST", "/cohorts/{id}/leave")) return Move(*id, request, false);
  if (route("GET", "/requests")) return GetRequests(request);
  if (route("DELETE", "/requests")) return DeleteRequests();
  if (route("GET", "/switches")) return GetSwitches();
  if (route("GET", "/switches/help")) return JsonReply(200, SwitchesHelp() + "\n");
  if (route("PUT", "/switches")) return PutSwitches(request);
  if (segments) {
    if (std::optional<http::Reply> reply = RoutePushes(request, *segments)) {
      return *std::move(reply);
    }
  }
  return ControlProblem(404,
                        Format("no route '{} {}'; GET / lists them",
                               Printable(request.method),
                               Printable(request.path())));
}

http::Reply Control::Overview() {
  Json lists = Json::array();
  access_.cordial([&](CordialAccount& account) {
    for (const AccountList& list : account.Lists()) {
      lists.push_back({{"name", list.name}, {"id", list.id}, {"count", list.members}});
    }
  });
  Json cohorts = Json::array();
  access_.amplitude([&](AmplitudeProject& project) {
    for (const CohortSummary& cohort : project.Summaries()) {
      cohorts.push_back({{"id", cohort.id},
                         {"name", cohort.name},
                         {"members", cohort.members},
                         {"archived", cohort.archived}});
    }
  });
  const Json routes = {
      "GET /lists/{name}",
      "POST /contacts {\"emails\":[],\"lists\":[]}",
      "PUT /cohorts/{id} {\"name\":\"\",\"members\":[{\"user_id\":\"\"}]}",
      "POST /cohorts/{id}/enter {\"emails\":[]}",
      "POST /cohorts/{id}/leave {\"emails\":[]}",
      "PUT /pushes/{cohort}?wait=false {\"kind\":\"webhook\",\"url\":\"\"}",
      "POST /pushes/{cohort}/run?wait=false",
      "POST /pushes/{cohort}/resume",
      "GET /pushes",
      "GET /pushes/{cohort}",
      "DELETE /pushes/{cohort}",
      "GET /requests?service=cordial|amplitude|pushes&method=PUT&path=/v2/contacts",
      "DELETE /requests",
      "GET /switches",
      "GET /switches/help",
      "PUT /switches {\"cordial.server_error\":{\"next\":1}}"};
  return Answer(200, {{"cohorts", cohorts}, {"lists", lists}, {"routes", routes}});
}

http::Reply Control::GetList(const std::string& name) {
  std::optional<ListContent> content;
  access_.cordial([&](CordialAccount& account) { content = account.ReadList(name); });
  if (!content) return ControlProblem(404, Format("no list '{}'", Printable(name)));
  return Answer(200,
                {{"name", content->list.name},
                 {"id", content->list.id},
                 {"count", content->list.members},
                 {"contacts", content->contacts}});
}

http::Reply Control::PostContacts(const http::Request& request) {
  const Result<Json> body = ReadObject(request, {"emails", "lists"});
  if (!body) return ControlProblem(body.error());
  const auto emails = ReadTexts(*body, "emails");
  const auto lists = ReadTexts(*body, "lists");
  if (!emails) return ControlProblem(emails.error());
  if (!lists) return ControlProblem(lists.error());
  Status filled;
  access_.cordial([&](CordialAccount& account) { filled = account.Prefill(*emails, *lists); });
  if (!filled) return ControlProblem(filled.error());
  return Answer(200, {{"contacts", emails->size()}});
}

http::Reply Control::PutCohort(const std::string& id, const http::Request& request) {
  Result<Cohort> cohort = ParseCohort(id, request.body);
  if (!cohort) return ControlProblem(cohort.error());
  const std::size_t members = cohort->members.size();
  access_.amplitude([&](AmplitudeProject& project) { project.PutCohort(*std::move(cohort)); });
  return Answer(200, {{"id", id}, {"members", members}});
}

http::Reply Control::Move(const std::string& id, const http::Request& request, bool enter) {
  const Result<Json> body = ReadObject(request, {"emails"});
  if (!body) return ControlProblem(body.error());
  const auto emails = ReadTexts(*body, "emails");
  if (!emails) return ControlProblem(emails.error());
  Result<std::size_t> changed = 0;
  access_.amplitude([&](AmplitudeProject& project) {
    changed = enter ? project.Enter(id, *emails) : project.Leave(id, *emails);
  });
  if (!changed) return ControlProblem(changed.error());
  return Answer(200, {{"changed", *changed}});
}

http::Reply Control::GetRequests(const http::Request& request) {
  constexpr std::int64_t kDefaultLimit = 1000;
  const std::string service = request.QueryValue("service").value_or("");
  const RequestFilter filter{.method = request.QueryValue("method").value_or(""),
                             .path_prefix = request.QueryValue("path").value_or("")};
  const std::optional<std::int64_t> limit =
      ParseInteger(request.QueryValue("limit").value_or(std::to_string(kDefaultLimit)));
  if (!limit) return ControlProblem(422, "'limit': expected a whole number");
  std::vector<LoggedRequest> requests;
  if (service == "cordial") {
    access_.cordial([&](CordialAccount& account) { requests = account.log().Matching(filter); });
  } else if (service == "amplitude") {
    access_.amplitude(
        [&](AmplitudeProject& project) { requests = project.log().Matching(filter); });
  } else if (service == "pushes" && access_.pushes != nullptr) {
    requests = access_.pushes->Sent(filter);
  } else {
    return ControlProblem(
        422,
        Format("'service': expected cordial, amplitude or pushes, got '{}'", Printable(service)));
  }
  return Answer(200, RequestsJson(requests, static_cast<std::size_t>(*limit)));
}

http::Reply Control::DeleteRequests() {
  access_.cordial([](CordialAccount& account) { account.log().Clear(); });
  access_.amplitude([](AmplitudeProject& project) { project.log().Clear(); });
  if (access_.pushes != nullptr) access_.pushes->ClearLog();
  return Answer(200, Json::object());
}

http::Reply Control::GetSwitches() {
  CordialSwitches cordial;
  AmplitudeSwitches amplitude;
  access_.cordial([&](CordialAccount& account) { cordial = account.switches(); });
  access_.amplitude([&](AmplitudeProject& project) { amplitude = project.switches(); });
  return JsonReply(200, SwitchesAsJson(std::move(cordial), amplitude) + "\n");
}

http::Reply Control::PutSwitches(const http::Request& request) {
  const Status set = SetSwitches(request.body, access_);
  return set ? GetSwitches() : ControlProblem(set.error());
}

Status SetSwitches(std::string_view json, const ControlAccess& access) {
  CordialSwitches cordial;
  AmplitudeSwitches amplitude;
  if (Status checked = SetSwitches(json, cordial, amplitude); !checked) return checked;
  // Set once more where each service lives, so that only the named ones change: a fault that is
  // counting down elsewhere goes on from where it is.
  access.cordial([&](CordialAccount& account) {
    static_cast<void>(SetSwitches(json, account.switches(), amplitude));
  });
  access.amplitude([&](AmplitudeProject& project) {
    static_cast<void>(SetSwitches(json, cordial, project.switches()));
  });
  return {};
}

}  // namespace cohort_sync::simulator
