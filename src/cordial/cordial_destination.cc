#include "cordial/cordial_destination.h"

#include <utility>

#include "cordial/answer.h"
#include "cordial/endpoint.h"
#include "cordial/list_name.h"

namespace cohort_sync::cordial {
namespace {

CallRecord Answered(CallRecord record, http::Answer answer) {
  record.request_body = RecordedBody(std::move(record.request_body));
  if (answer) {
    record.http_status = answer->status;
    record.answer = RecordedBody(std::move(answer->body));
  } else {
    record.answer = std::move(answer.error().message);
  }
  return record;
}

}  // namespace

Result<std::unique_ptr<CordialDestination>> CordialDestination::Create(
    const CordialSettings& settings,
    std::unique_ptr<http::Client> client,
    Clock& clock,
    Random& random) {
  const auto endpoint = ParseEndpoint(settings.endpoint);
  if (!endpoint) return Fail(endpoint.error());
  if (const Status name = CheckIdentifierName(settings.identifier.name); !name) {
    return Fail(name.error());
  }
  if (settings.api_key.empty()) {
    return Fail(ErrorCode::kConfiguration,
                "api_key: it is empty; set it to a key from Cordial's Settings > API Keys");
  }
  ContactCallSettings calls{
      .path_prefix = endpoint->path_prefix,
      // The key is the user name, the password is blank (contracts/cordial.md 2.1).
      .authorization = http::BasicAuthorization(settings.api_key.Reveal(), ""),
      .identifier = settings.identifier,
      .create_missing_contacts = settings.create_missing_contacts};
  return std::unique_ptr<CordialDestination>(new CordialDestination(endpoint->Url(),
                                                                    std::move(calls),
                                                                    settings.request_timeout,
                                                                    std::move(client),
                                                                    clock,
                                                                    random,
                                                                    settings.stop));
}

CordialDestination::CordialDestination(std::string endpoint,
                                       ContactCallSettings calls,
                                       Duration request_timeout,
                                       std::unique_ptr<http::Client> client,
                                       Clock& clock,
                                       Random& random,
                                       std::stop_token stop)
    : endpoint_(std::move(endpoint)),
      calls_(std::move(calls)),
      request_timeout_(request_timeout),
      clock_(clock),
      client_(std::move(client)),
      lists_(*client_, clock, random, calls_.path_prefix, calls_.authorization, std::move(stop)) {}

Result<ListName> CordialDestination::ListNameFor(const std::string& cohort_name) const {
  return DeriveListName(cohort_name, calls_.identifier.name);
}

Result<ListName> CordialDestination::CheckListName(const std::string& name) const {
  return cordial::CheckListName(name, calls_.identifier.name);
}

Result<std::optional<ListInfo>> CordialDestination::FindList(const ListName& name) {
  return lists_.FindList(name);
}

Result<ListInfo> CordialDestination::EnsureList(const ListName& name) {
  return lists_.EnsureList(name);
}

Result<std::optional<std::int64_t>> CordialDestination::CountContacts(ListId list) {
  return lists_.CountContacts(list);
}

Status CordialDestination::ClearList(ListId list) {
  return lists_.ClearList(list);
}

Result<std::optional<std::vector<std::string>>> CordialDestination::AttributeKeys() {
  return lists_.AttributeKeys();
}

void CordialDestination::Deliver(const Delivery& delivery,
                                 std::function<void(DeliveryAnswer)> done) {
  const Result<http::Request> request = MakeContactRequest(calls_, delivery);
  if (!request) {
    done({.verdict = Verdict::kRefused,
          .reason = request.error().message(),
          .retry_after = std::nullopt,
          .http_status = 0});
    return;
  }
  // Nothing of this object is captured: answers may come while it is being destroyed. The request
  // is copied, because the client may still read it while the answer takes the record away.
  client_->Send(*request,
                [call = ContactCall{.kind = delivery.kind,
                                    .creates_contact = CreatesContact(calls_, delivery.kind),
                                    .list = delivery.list},
                 record = CallRecord{.sent_at = clock_.Now(),
                                     .method = request->method,
                                     .target = request->target,
                                     .request_body = request->body},
                 sent = clock_.Steady(),
                 clock = &clock_,
                 done = std::move(done)](http::Answer answer) mutable {
                  DeliveryAnswer told = Classify(call, answer, clock->Now());
                  record.took = clock->Steady() - sent;
                  told.call = Answered(std::move(record), std::move(answer));
                  done(std::move(told));
                });
}

std::string CordialDestination::LaneOf(OperationKind kind) const {
  return CreatesContact(calls_, kind) ? "POST /contacts" : "PUT /contacts";
}

}  // namespace cohort_sync::cordial
