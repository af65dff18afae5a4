// Cordial's REST API as a destination (contracts/cordial.md 2, 6.1).
#ifndef COHORT_SYNC_CORDIAL_CORDIAL_DESTINATION_H_
#define COHORT_SYNC_CORDIAL_CORDIAL_DESTINATION_H_

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "base/secret.h"
#include "cordial/contact_request.h"
#include "cordial/list_client.h"
#include "http/client.h"
#include "sync/list_destination.h"

namespace cohort_sync::cordial {

struct CordialSettings {
  std::string endpoint;  // As a person writes it; see ParseEndpoint.
  Secret api_key;
  IdentifierMapping identifier;
  bool create_missing_contacts = true;
  Duration request_timeout{30'000};  // What `client` was made with.
  std::stop_token stop{};            // Ends the blocking calls with kInterrupted.
};

// Deliver is safe from several threads; the blocking calls are for one thread at a time. Errors are
// those of endpoint.h, contact_request.h, list_name.h and list_client.h.
class CordialDestination final : public ListDestination {
 public:
  // `client` is made for ParseEndpoint(settings.endpoint)->origin. `clock` and `random` outlive the
  // destination; `random` is used by the blocking calls only. `clock` also outlives `client`'s last
  // answer. kConfiguration for an endpoint, an identifier name or an empty key that cannot work.
  [[nodiscard]] static Result<std::unique_ptr<CordialDestination>> Create(
      const CordialSettings& settings,
      std::unique_ptr<http::Client> client,
      Clock& clock,
      Random& random);

  // In one spelling, whatever the settings wrote: "https://api.cordial.io/v2".
  [[nodiscard]] const std::string& endpoint() const override { return endpoint_; }
  [[nodiscard]] Result<ListName> ListNameFor(const std::string& cohort_name) const override;
  [[nodiscard]] Result<ListName> CheckListName(const std::string& name) const override;

  [[nodiscard]] Result<std::optional<ListInfo>> FindList(const ListName& name) override;
  [[nodiscard]] Result<ListInfo> EnsureList(const ListName& name) override;
  [[nodiscard]] Result<std::optional<std::int64_t>> CountContacts(ListId list) override;
  [[nodiscard]] Status ClearList(ListId list) override;
  [[nodiscard]] Result<std::optional<std::vector<std::string>>> AttributeKeys() override;

  // A contact that cannot be sent at all is kRefused, without a call.
  void Deliver(const Delivery& delivery, std::function<void(DeliveryAnswer)> done) override;
  // "POST /contacts" or "PUT /contacts".
  [[nodiscard]] std::string LaneOf(OperationKind kind) const override;
  [[nodiscard]] Duration request_timeout() const override { return request_timeout_; }

 private:
  CordialDestination(std::string endpoint,
                     ContactCallSettings calls,
                     Duration request_timeout,
                     std::unique_ptr<http::Client> client,
                     Clock& clock,
                     Random& random,
                     std::stop_token stop);

  std::string endpoint_;
  ContactCallSettings calls_;
  Duration request_timeout_;
  Clock& clock_;
  std::unique_ptr<http::Client> client_;
  ListClient lists_;
};

}  // namespace cohort_sync::cordial

#endif  // COHORT_SYNC_CORDIAL_CORDIAL_DESTINATION_H_
