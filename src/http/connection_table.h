// Which connections a server has and which of them ends when there is no room for another one.
#ifndef COHORT_SYNC_HTTP_CONNECTION_TABLE_H_
#define COHORT_SYNC_HTTP_CONNECTION_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>

namespace cohort_sync::http {

// In the order in which they end for others; from kBody on they are at work and stay.
enum class Phase {
  kLingering,  // Has its answer; what still comes is read and dropped.
  kIdle,       // Kept for another request, of which nothing came.
  kHeader,
  kBody,
  kHandled,  // The handler has the request.
  kWriting,
};

[[nodiscard]] constexpr bool IsAtWork(Phase phase) {
  return phase >= Phase::kBody;
}

class TrackedConnection {
 public:
  // `peer`: whose it is, for the limit of MakeRoomFor.
  explicit TrackedConnection(std::string peer = {}) : peer_(std::move(peer)) {}
  virtual ~TrackedConnection() = default;
  // Closes it at once and calls ConnectionTable::Remove. Calling it again does nothing.
  virtual void End() = 0;

 private:
  friend class ConnectionTable;
  const std::string peer_;
  Phase phase_ = Phase::kHeader;
  std::int64_t since_ = 0;  // Grows with each change of any connection's phase.
};

// One thread's. Also counts the bytes of bodies that connections hold.
class ConnectionTable {
 public:
  // `on_room` is called when a connection ended, or may be ended for another one by now.
  ConnectionTable(std::size_t max_connections,
                  std::size_t max_body_bytes,
                  std::function<void()> on_room)
      : max_connections_(max_connections),
        max_body_bytes_(max_body_bytes),
        on_room_(std::move(on_room)) {}

  // Ends the connection that is first in the order above, and of those of its phase the oldest,
  // where there are as many as there may be. False when all are at work.
  [[nodiscard]] bool MakeRoom();
  // The same among the connections of `peer`, of which there may be `most`.
  [[nodiscard]] bool MakeRoomFor(const std::string& peer, std::size_t most);
  void Add(std::shared_ptr<TrackedConnection> connection);
  void Remove(TrackedConnection& connection);
  void Enter(TrackedConnection& connection, Phase phase);
  [[nodiscard]] static Phase PhaseOf(const TrackedConnection& connection) {
    return connection.phase_;
  }

  void EndAll();
  // Those of which no request is known.
  void EndWaiting();

  // False, and nothing is counted, when there would be more than there may be.
  [[nodiscard]] bool Reserve(std::uint64_t body_bytes);
  void Release(std::uint64_t body_bytes) { body_bytes_ -= body_bytes; }

  [[nodiscard]] std::size_t size() const { return connections_.size(); }
  [[nodiscard]] std::int64_t evicted() const { return evicted_; }

 private:
  using Connections = std::unordered_map<TrackedConnection*, std::shared_ptr<TrackedConnection>>;

  [[nodiscard]] static bool EndsBefore(const TrackedConnection& a, const TrackedConnection& b);
  // Not one that is at work; nullptr is none.
  [[nodiscard]] bool Evict(TrackedConnection* connection);

  const std::size_t max_connections_;
  const std::uint64_t max_body_bytes_;
  const std::function<void()> on_room_;
  Connections connections_;
  std::uint64_t body_bytes_ = 0;
  std::int64_t changes_ = 0;
  std::int64_t evicted_ = 0;
};

}  // namespace cohort_sync::http

#endif  // COHORT_SYNC_HTTP_CONNECTION_TABLE_H_
