#include "sync/observed_destination.h"

#include <utility>

namespace cohort_sync {
namespace {

class ObservedDestination final : public ListDestination {
 public:
  ObservedDestination(DestinationName name,
                      std::unique_ptr<ListDestination> destination,
                      CallObserver& observer)
      : name_(std::move(name)),
        observer_(observer),
        remove_lane_(destination->LaneOf(OperationKind::kRemove)),
        add_lane_(destination->LaneOf(OperationKind::kAdd)),
        destination_(std::move(destination)) {}

  [[nodiscard]] const std::string& endpoint() const override { return destination_->endpoint(); }
  [[nodiscard]] Result<ListName> ListNameFor(const std::string& cohort_name) const override {
    return destination_->ListNameFor(cohort_name);
  }
  [[nodiscard]] Result<ListName> CheckListName(const std::string& name) const override {
    return destination_->CheckListName(name);
  }
  [[nodiscard]] Result<std::optional<ListInfo>> FindList(const ListName& name) override {
    return destination_->FindList(name);
  }
  [[nodiscard]] Result<ListInfo> EnsureList(const ListName& name) override {
    return destination_->EnsureList(name);
  }
  [[nodiscard]] Result<std::optional<std::int64_t>> CountContacts(ListId list) override {
    return destination_->CountContacts(list);
  }
  [[nodiscard]] Status ClearList(ListId list) override { return destination_->ClearList(list); }
  [[nodiscard]] Result<std::optional<std::vector<std::string>>> AttributeKeys() override {
    return destination_->AttributeKeys();
  }

  void Deliver(const Delivery& delivery, std::function<void(DeliveryAnswer)> done) override {
    destination_->Deliver(
        delivery, [this, kind = delivery.kind, done = std::move(done)](DeliveryAnswer answer) {
          const std::string& lane = kind == OperationKind::kRemove ? remove_lane_ : add_lane_;
          observer_.Called({name_, kind, lane, answer});
          done(std::move(answer));
        });
  }
  [[nodiscard]] std::string LaneOf(OperationKind kind) const override {
    return destination_->LaneOf(kind);
  }
  [[nodiscard]] Duration request_timeout() const override {
    return destination_->request_timeout();
  }

 private:
  const DestinationName name_;
  CallObserver& observer_;
  const std::string remove_lane_;
  const std::string add_lane_;
  const std::unique_ptr<ListDestination> destination_;  // Last: its answers use the others.
};

}  // namespace

std::unique_ptr<ListDestination> ObserveCalls(DestinationName name,
                                              std::unique_ptr<ListDestination> destination,
                                              CallObserver& observer) {
  return std::make_unique<ObservedDestination>(std::move(name), std::move(destination), observer);
}

}  // namespace cohort_sync
