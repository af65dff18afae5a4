#include "simulator/cordial_account.h"

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/format.h"
#include "base/text.h"
#include "simulator/contact_change.h"
#include "simulator/cordial_answers.h"
#include "simulator/exchange.h"

namespace cohort_sync::simulator {
namespace {

// Only these two media types are taken (contracts/cordial.md 2.2).
bool IsAcceptedMediaType(const http::Request& request) {
  const std::string_view header = request.headers.Find("Content-Type").value_or("");
  const std::string type = ToLowerAscii(Trim(header.substr(0, header.find(';'))));
  return type == "application/json" || type == "application/x-www-form-urlencoded";
}

bool IsJsonObject(const std::string& body) {
  return nlohmann::json::parse(body, nullptr, false).is_object();
}

bool CarriesBody(std::string_view method, std::string_view pattern) {
  return method == "POST" || (method == "PUT" && !pattern.ends_with("/clear"));
}

std::string NameOf(std::string_view method, std::string_view pattern) {
  return Format("{} {}", method, pattern);
}

std::string ShownIdentity(const Contact& contact) {
  const auto email = contact.channels.find("email");
  if (email != contact.channels.end()) return email->second.address;
  return contact.identities.empty() ? contact.cid : contact.identities.front();
}

}  // namespace

CordialAccount::CordialAccount(std::string api_key, Clock& clock, Random& random)
    : api_key_(std::move(api_key)),
      clock_(clock),
      random_(random),
      contacts_(switches_, clock, random),
      ingest_(api_key_, contacts_, switches_, clock),
      imports_(contacts_, switches_, clock, random) {
  for (const char* key : {"customer_id", "first_name", "last_name"}) {
    contacts_.store().AddAttribute({.key = key, .name = key});
  }
}

const std::vector<CordialAccount::Route>& CordialAccount::Routes() {
  static const std::vector<Route> routes = {
      {"POST", "/v2/contacts", &CordialAccount::PostContact, true},
      {"PUT", "/v2/contacts/{key}", &CordialAccount::PutContact, true},
      {"GET", "/v2/contacts/{key}", &CordialAccount::GetContact, false},
      {"DELETE", "/v2/contacts/{key}", &CordialAccount::DeleteContact, true},
      {"POST", "/v2/accountlists", &CordialAccount::PostList, false},
      {"GET", "/v2/accountlists", &CordialAccount::GetLists, false},
      {"GET", "/v2/accountlists/{id}", &CordialAccount::GetList, false},
      {"GET", "/v2/accountlists/{id}/count", &CordialAccount::GetListCount, false},
      {"PUT", "/v2/accountlists/{id}", &CordialAccount::PutList, false},
      {"PUT", "/v2/accountlists/{id}/clear", &CordialAccount::ClearList, false},
      {"DELETE", "/v2/accountlists/{id}", &CordialAccount::DeleteList, false},
      {"GET", "/v2/accountcontactattributes", &CordialAccount::GetAttributes, false},
      {"POST", "/v2/accountcontactattributes", &CordialAccount::PostAttribute, false},
      {"POST", "/v2/contactimports", &CordialAccount::PostImport, false},
      {"GET", "/v2/jobs/{id}", &CordialAccount::GetJob, false},
  };
  return routes;
}

std::vector<std::string> CordialAccount::Endpoints() {
  std::vector<std::string> names;
  for (const Route& route : Routes())
    names.push_back(NameOf(route.method, route.pattern));
  return names;
}

http::Reply CordialAccount::Handle(const http::Request& request) {
  ApplyDue();
  http::Reply reply =
      CordialIngest::Owns(request.path()) ? ingest_.Answer(request) : Answer(request);
  reply.delay += Duration(switches_.latency_ms);
  log_.Add(clock_.Now(), request, reply);
  return reply;
}

std::optional<std::pair<CordialAccount::Route, std::string>> CordialAccount::FindRoute(
    const http::Request& request) {
  const auto segments = PathSegments(request.path());
  if (!segments) return std::nullopt;
  for (const Route& route : Routes()) {
    if (route.method != request.method) continue;
    if (std::optional<std::string> parameter = MatchPath(route.pattern, *segments)) {
      return std::pair(route, *std::move(parameter));
    }
  }
  return std::nullopt;
}

http::Reply CordialAccount::Answer(const http::Request& request) {
  // Before the path is looked at: unknown paths without a key are 401 too (2.1).
  const std::optional<BasicCredential> credential = ReadBasicCredential(request);
  if (switches_.refuse_ip || !credential || credential->user != api_key_) return AccessDenied(401);

  const auto found = FindRoute(request);
  if (!found) return CordialPlainError(404, Format("'{}' is not found.", request.path()));
  const auto& [route, parameter] = *found;
  const auto& refused = switches_.refuse_permission;
  const std::string name = NameOf(route.method, route.pattern);
  if (std::find(refused.begin(), refused.end(), name) != refused.end()) return AccessDenied(403);
  if (std::optional<http::Reply> limited = Limit(route)) return *std::move(limited);
  return PerformWithFaults(route, {.request = request, .parameter = parameter});
}

http::Reply CordialAccount::Perform(const Route& route, const Call& call) {
  if (CarriesBody(route.method, route.pattern)) {
    if (!IsAcceptedMediaType(call.request)) {
      return CordialError(415,
                          "UNSUPPORTED_MEDIA_TYPE",
                          "Unsupported Media Type: Content-Type header must be application/json or "
                          "application/x-www-form-urlencoded.");
    }
    if (!IsJsonObject(call.request.body)) {
      return CordialError(static_cast<int>(switches_.invalid_json_status),
                          "INVALID_JSON_PROVIDED",
                          "Invalid JSON provided.");
    }
  }
  return (this->*route.handler)(call);
}

http::Reply CordialAccount::PostImport(const Call& call) {
  return imports_.Post(call.request.body);
}

http::Reply CordialAccount::GetJob(const Call& call) {
  return imports_.GetJob(call.parameter);
}

void CordialAccount::ApplyDue() {
  ApplyLateWrites();
  ingest_.ApplyDue();
  imports_.ApplyDue();
}

void CordialAccount::ApplyLateWrites() {
  const SteadyPoint now = clock_.Steady();
  std::stable_sort(late_writes_.begin(),
                   late_writes_.end(),
                   [](const LateWrite& a, const LateWrite& b) { return a.due < b.due; });
  const auto later = std::find_if(late_writes_.begin(),
                                  late_writes_.end(),
                                  [now](const LateWrite& write) { return write.due > now; });
  std::vector<LateWrite> due(std::make_move_iterator(late_writes_.begin()),
                             std::make_move_iterator(later));
  late_writes_.erase(late_writes_.begin(), later);
  for (const LateWrite& write : due) {
    const auto found = FindRoute(write.request);
    if (!found) continue;
    // Nobody waits for the answer any more.
    static_cast<void>(Perform(found->first, {write.request, found->second}));
  }
}

Status CordialAccount::Prefill(const std::vector<std::string>& emails,
                               const std::vector<std::string>& lists) {
  ApplyDue();
  for (const std::string& email : emails) {
    if (!LooksLikeEmail(email)) {
      return Fail(ErrorCode::kInvalidInput,
                  Format("'{}' is not an e-mail address", Printable(email)));
    }
  }
  for (const std::string& name : lists) {
    if (contacts_.store().FindList(name) != nullptr) continue;
    if (const auto reason = contacts_.RefuseListName(name, 0)) {
      return Fail(ErrorCode::kInvalidInput, Format("list '{}': {}", Printable(name), *reason));
    }
  }
  ContactChange change;
  for (const std::string& name : lists) {
    const AccountList* list = contacts_.store().FindList(name);
    change.lists[list != nullptr ? list->id : contacts_.store().AddList(name, true)] = true;
  }
  for (const std::string& email : emails) {
    change.channels["email"].address = email;
    const Contact* existing = contacts_.FindBy("email", email);
    contacts_.Write(existing != nullptr ? *existing : Contact{}, change);
  }
  return {};
}

Status CordialAccount::RemoveList(const std::string& name) {
  const AccountList* list = contacts_.store().FindList(name);
  if (list == nullptr) {
    return Fail(ErrorCode::kNotFound, Format("no list '{}'", Printable(name)));
  }
  contacts_.store().EraseList(list->id);
  return {};
}

Status CordialAccount::RemoveContact(const std::string& email) {
  const Contact* contact = contacts_.FindBy("email", email);
  if (contact == nullptr) {
    return Fail(ErrorCode::kNotFound, Format("no contact '{}'", Printable(email)));
  }
  const std::string cid = contact->cid;
  contacts_.store().Erase(cid);
  return {};
}

Status CordialAccount::Unsubscribe(const std::string& email) {
  const Contact* contact = contacts_.FindBy("email", email);
  if (contact == nullptr) {
    return Fail(ErrorCode::kNotFound, Format("no contact '{}'", Printable(email)));
  }
  ContactChange change;
  change.channels["email"].subscribe_status = "unsubscribed";
  contacts_.Write(*contact, change);
  return {};
}

std::optional<ListContent> CordialAccount::ReadList(const std::string& name) {
  ApplyDue();
  const AccountList* list = contacts_.store().FindList(name);
  if (list == nullptr) return std::nullopt;
  ListContent content{.list = *list, .contacts = {}};
  for (const Contact* contact : contacts_.store().MembersOf(list->id)) {
    content.contacts.push_back(ShownIdentity(*contact));
  }
  std::sort(content.contacts.begin(), content.contacts.end());
  return content;
}

std::vector<AccountList> CordialAccount::Lists() {
  ApplyDue();
  std::vector<AccountList> lists;
  for (const auto& [id, list] : contacts_.store().lists())
    lists.push_back(list);
  return lists;
}

}  // namespace cohort_sync::simulator
