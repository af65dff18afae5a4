// The table of bindings.
#ifndef COHORT_SYNC_STORAGE_BINDINGS_H_
#define COHORT_SYNC_STORAGE_BINDINGS_H_

#include <optional>
#include <string>
#include <vector>

#include "storage/database.h"
#include "sync/sync_store.h"

namespace cohort_sync {

// Part of a store: writes inside its caller's transaction. Throws DatabaseError.
class Bindings {
 public:
  explicit Bindings(Database& database) : database_(database) {}

  [[nodiscard]] std::optional<Binding> Find(const BindingKey& key);
  [[nodiscard]] std::optional<Binding> Get(BindingId binding);
  [[nodiscard]] std::optional<Binding> FindByList(const std::string& endpoint,
                                                  const ListName& list);
  [[nodiscard]] std::vector<Binding> All();  // In order of creation.

  // Creates the binding of the plan, or updates what an accepted snapshot may change: cohort name,
  // list id, time. The other pins stay as they are; comparing them is
  // the run's part.
  [[nodiscard]] BindingId Accept(const PlanCommit& plan);
  void SetInbox(BindingId binding, const InboxPosition& position);
  // Each false when it was so already.
  bool SetStopped(BindingId binding, const std::string& reason);
  bool SetPaused(BindingId binding, std::optional<TimePoint> since);
  bool ForgetListId(BindingId binding);
  // With everything of it but its runs.
  void Delete(BindingId binding);

 private:
  Database& database_;
};

}  // namespace cohort_sync

#endif  // COHORT_SYNC_STORAGE_BINDINGS_H_
