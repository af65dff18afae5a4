#include "http/connection_table.h"

#include <tuple>

namespace cohort_sync::http {

bool ConnectionTable::MakeRoom() {
  if (connections_.size() < max_connections_) return true;
  TrackedConnection* first = nullptr;
  for (const auto& [connection, owner] : connections_) {
    if (first == nullptr || EndsBefore(*connection, *first)) first = connection;
  }
  return Evict(first);
}

bool ConnectionTable::MakeRoomFor(const std::string& peer, std::size_t most) {
  std::size_t count = 0;
  TrackedConnection* first = nullptr;
  for (const auto& [connection, owner] : connections_) {
    if (connection->peer_ != peer) continue;
    ++count;
    if (first == nullptr || EndsBefore(*connection, *first)) first = connection;
  }
  return count < most || Evict(first);
}

bool ConnectionTable::EndsBefore(const TrackedConnection& a, const TrackedConnection& b) {
  return std::tie(a.phase_, a.since_) < std::tie(b.phase_, b.since_);
}

bool ConnectionTable::Evict(TrackedConnection* connection) {
  if (connection == nullptr || IsAtWork(connection->phase_)) return false;
  ++evicted_;
  connection->End();
  return true;
}

void ConnectionTable::Add(std::shared_ptr<TrackedConnection> connection) {
  connection->since_ = ++changes_;
  connections_.emplace(connection.get(), std::move(connection));
}

void ConnectionTable::Remove(TrackedConnection& connection) {
  connections_.erase(&connection);
  on_room_();
}

void ConnectionTable::Enter(TrackedConnection& connection, Phase phase) {
  connection.phase_ = phase;
  connection.since_ = ++changes_;
  if (!IsAtWork(phase)) on_room_();
}

void ConnectionTable::EndAll() {
  const Connections open = connections_;
  for (const auto& [connection, owner] : open)
    connection->End();
}

void ConnectionTable::EndWaiting() {
  const Connections open = connections_;
  for (const auto& [connection, owner] : open) {
    if (connection->phase_ == Phase::kIdle || connection->phase_ == Phase::kHeader) {
      connection->End();
    }
  }
}

bool ConnectionTable::Reserve(std::uint64_t body_bytes) {
  if (body_bytes > max_body_bytes_ - body_bytes_) return false;
  body_bytes_ += body_bytes;
  return true;
}

}  // namespace cohort_sync::http
