#include "http/connection_table.h"

#include <algorithm>
#include <tuple>

namespace cohort_sync::http {

bool ConnectionTable::MakeRoom() {
  if (connections_.size() < max_connections_) return true;
  const auto first =
      std::min_element(connections_.begin(), connections_.end(), [](const auto& a, const auto& b) {
        return std::tie(a.first->phase_, a.first->since_) <
               std::tie(b.first->phase_, b.first->since_);
      });
  if (first == connections_.end() || IsAtWork(first->first->phase_)) return false;
  ++evicted_;
  first->first->End();
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
