#include "simulator/contact_imports.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/format.h"
#include "base/text.h"
#include "simulator/cordial_answers.h"
#include "simulator/delimited_text.h"
#include "simulator/exchange.h"
#include "simulator/json_member.h"

namespace cohort_sync::simulator {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kTransports[] = {
    "http", "https", "ftp", "sftp", "s3", "gcs", "azureblob", "snowflake"};

std::string Dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::vector<std::string> TextsMember(const Json& body, const char* key) {
  std::vector<std::string> texts;
  const auto member = body.find(key);
  if (member == body.end() || !member->is_array()) return texts;
  for (const Json& item : *member)
    if (item.is_string()) texts.push_back(item.get<std::string>());
  return texts;
}

// Why the settings cannot be accepted (2.9, the 406 texts).
std::optional<std::string> Refusal(const Json& body, const ContactStore& store) {
  const Json source = ObjectMember(body, "source");
  const std::string transport = ToLowerAscii(TextMember(source, "transport"));
  if (transport.empty()) return "The source.transport field is required.";
  if (std::find(std::begin(kTransports), std::end(kTransports), transport) ==
      std::end(kTransports)) {
    return "The selected source.transport is invalid.";
  }
  if (transport.starts_with("http") && TextMember(source, "url").empty()) {
    return "The source.url field is required.";
  }
  if (body.value("hasHeader", Json()) != true && TextsMember(body, "columns").empty()) {
    return "The columns field is required.";
  }
  const Json lists = ObjectMember(body, "lists");
  for (const char* key : {"addTo", "removeFrom"}) {
    for (const std::string& name : TextsMember(lists, key)) {
      if (store.FindList(name) == nullptr) return Format("The selected lists.{} is invalid.", key);
    }
  }
  return std::nullopt;
}

// A column's value as a REST call would say it. A list may be named by its id.
void PutColumn(const std::string& column,
               const std::string& value,
               ContactStore& store,
               Json& contact) {
  // An empty field changes nothing.
  if (column.empty() || value.empty()) return;
  const std::vector<std::string_view> parts = Split(column, '.');
  if (parts.size() == 3 && parts[0] == "channels") {
    contact["channels"][std::string(parts[1])][std::string(parts[2])] = value;
    return;
  }
  const AccountList* list = store.FindList(column);
  if (const auto id = ParseInteger(column); list == nullptr && id) list = store.FindList(*id);
  const auto attribute = store.attributes().find(column);
  if (list != nullptr) {
    contact[list->name] = value == "1" ? Json(true) : (value == "0" ? Json(false) : Json(value));
  } else if (attribute != store.attributes().end() && attribute->second.type != "string") {
    const Json parsed = Json::parse(value, nullptr, false);
    contact[column] = parsed.is_discarded() ? Json(value) : parsed;
  } else {
    contact[column] = value;
  }
}

bool IsUniqueConstraint(const ContactChange& change) {
  return std::any_of(change.problems.begin(), change.problems.end(), [](const auto& problem) {
    return problem.second.front() == "Unique constraint error";
  });
}

}  // namespace

ContactImports::ContactImports(ContactRegister& contacts,
                               const CordialSwitches& switches,
                               Clock& clock,
                               Random& random)
    : contacts_(contacts), switches_(switches), clock_(clock), random_(random) {}

http::Reply ContactImports::Post(const std::string& text) {
  const Json body = Json::parse(text);
  if (const auto refusal = Refusal(body, contacts_.store())) {
    return CordialError(406, "GENERIC_ERROR_KEY", *refusal);
  }
  const Json source = ObjectMember(body, "source");
  const bool over_http = ToLowerAscii(TextMember(source, "transport")).starts_with("http");
  Result<std::string> file = Fail(ErrorCode::kUnavailable, "not reachable from here");
  if (over_http && fetch_) file = fetch_(TextMember(source, "url"));
  if (!file) {
    // 201 with an error inside: so the contract has it.
    const Json error = {
        {"error", true},
        {"errorKey", "GENERIC_ERROR_KEY"},
        {"message", Format("Can't connect to the server ({})", file.error().message())}};
    return JsonReply(201, Dump({{"jobId", error}}));
  }
  const std::string id =
      Format("{:08x}{:016x}", static_cast<std::uint32_t>(jobs_.size() + 1), random_.Next());
  Job job;
  job.settings = text;
  job.file = *std::move(file);
  job.accepted_at = clock_.Steady();
  job.start = clock_.Now();
  jobs_.emplace(id, std::move(job));
  return JsonReply(201, Dump({{"jobId", id}}));
}

std::string ContactImports::StatusOf(const Job& job) const {
  if (!job.status.empty()) return job.status;
  const Duration age = clock_.Steady() - job.accepted_at;
  return age < Duration(switches_.import_ms / 2) ? "Pending" : "Processing";
}

http::Reply ContactImports::GetJob(const std::string& id) const {
  const auto found = jobs_.find(id);
  if (found == jobs_.end()) return RecordNotFound();
  const Job& job = found->second;
  const Json settings = Json::parse(job.settings);
  const std::int64_t total = job.inserted + job.updated + job.rejected + job.error + job.ignored;
  Json times = {{"start", CordialTime(job.start)}};
  if (!job.status.empty()) times["end"] = CordialTime(job.end);
  const Json lists = ObjectMember(settings, "lists");
  return JsonReply(200,
                   Dump({{"status", StatusOf(job)},
                         {"jobName", "ImportContacts"},
                         {"totalItems", total},
                         {"completedItems", total},
                         {"times", std::move(times)},
                         {"result",
                          {{"totalRecords", total},
                           {"updated", job.updated},
                           {"rejected", job.rejected},
                           {"inserted", job.inserted},
                           {"error", job.error},
                           {"ignored", job.ignored}}},
                         {"metadata",
                          {{"lists", TextsMember(lists, "addTo")},
                           {"importName", TextMember(settings, "importName")}}}}));
}

void ContactImports::ApplyDue() {
  for (auto& [id, job] : jobs_) {
    const Duration age = clock_.Steady() - job.accepted_at;
    if (!job.status.empty() || age < Duration(switches_.import_ms)) continue;
    job.end = clock_.Now();
    job.status = switches_.import_fails ? "Failed" : "Done";
    if (!switches_.import_fails) Apply(job);
    job.file.clear();
  }
}

void ContactImports::Apply(Job& job) {
  const Json settings = Json::parse(job.settings);
  const std::string delimiter = TextMember(settings, "delimiter");
  std::vector<Row> rows = ReadDelimited(job.file, delimiter.empty() ? ',' : delimiter.front());
  Row columns = TextsMember(settings, "columns");
  if (settings.value("hasHeader", Json()) == true && !rows.empty()) {
    columns = std::move(rows.front());
    rows.erase(rows.begin());
  }
  // Parts of a file run in parallel: the order of rows is not kept.
  for (std::size_t left = rows.size(); left > 1; --left)
    std::swap(rows[left - 1], rows[random_.Next() % left]);
  for (const Row& row : rows) {
    Json contact = Json::object();
    for (std::size_t i = 0; i < std::min(row.size(), columns.size()); ++i)
      PutColumn(columns[i], row[i], contacts_.store(), contact);
    const Json lists = ObjectMember(settings, "lists");
    for (const std::string& name : TextsMember(lists, "addTo"))
      contact[name] = true;
    for (const std::string& name : TextsMember(lists, "removeFrom"))
      contact[name] = false;
    ApplyRow(Dump(contact), TextMember(settings, "strategy"), job);
  }
}

void ContactImports::ApplyRow(const std::string& contact, const std::string& strategy, Job& job) {
  ContactChange change = ReadContactChange(contact, contacts_.store());
  for (const auto& [key, value] : change.attributes) {
    if (contacts_.IsIdentityKey(key)) change.identify_by.push_back(key);
  }
  for (const auto& [name, channel] : change.channels)
    change.identify_by.insert(change.identify_by.begin(), AddressKey(name));
  const Contact* target = change.problems.empty() ? contacts_.FindForUpsert(change) : nullptr;
  if (change.problems.empty()) contacts_.CheckTarget(target, change);
  if (!change.problems.empty()) {
    ++(IsUniqueConstraint(change) ? job.error : job.rejected);
    return;
  }
  if (strategy == (target == nullptr ? "updateOnly" : "insertOnly")) {
    ++job.ignored;
    return;
  }
  // Imports, and only they, subscribe who is new and about whom the file says nothing.
  for (auto& [name, channel] : change.channels) {
    if (target == nullptr && !channel.subscribe_status) channel.subscribe_status = "subscribed";
  }
  ++(target == nullptr ? job.inserted : job.updated);
  contacts_.Write(target == nullptr ? Contact{} : *target, change);
}

}  // namespace cohort_sync::simulator
