// One download under way: Client::Download.
#ifndef COHORT_SYNC_HTTP_DOWNLOAD_CALL_H_
#define COHORT_SYNC_HTTP_DOWNLOAD_CALL_H_

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "http/client.h"
#include "http/framing.h"
#include "http/transport.h"

namespace cohort_sync::http {

// Hands the body from the transport's thread to the thread that waits in Read, piece by piece: the
// next is not read from the connection before the last was taken.
class DownloadCall final : public AnswerReader {
 public:
  DownloadCall(const ClientOptions& options, std::string method, std::size_t max_bytes);

  // See Client::Download. Called once.
  Answer Read(const std::function<bool(const Response&)>& on_headers,
              const std::function<bool(std::string_view)>& on_data,
              const std::stop_token& stop);
  // After Read, or instead of the rest of it: ends the exchange if it is still under way.
  void Abandon();
  [[nodiscard]] std::stop_token cancelled() const { return cancel_.get_token(); }

  void OnHead(Response head) override;
  void OnData(std::string_view bytes, std::function<void(bool)> next) override;
  void OnEnd(std::optional<Failure> failure) override;

 private:
  enum class Event { kHead, kPiece, kEnd, kDeadline, kStop };

  Event Next(const std::stop_token& stop);
  std::optional<Failure> TakeHead(const std::function<bool(const Response&)>& on_headers);
  std::optional<Failure> TakePiece(const std::function<bool(std::string_view)>& on_data);
  [[nodiscard]] Answer End() const;
  void RestartDeadline();

  const ClientOptions options_;
  const std::string method_;
  const std::size_t max_bytes_;
  std::stop_source cancel_;

  // Of the reading thread.
  Framing framing_;
  bool head_taken_ = false;
  std::size_t received_ = 0;
  std::size_t received_at_restart_ = 0;
  std::chrono::steady_clock::time_point deadline_;

  // Written by the transport's thread. What Next has reported stays as it is until it was taken, so
  // the reading thread then needs no lock to look at it.
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::optional<Response> head_;
  std::string_view piece_;
  std::function<void(bool)> next_;  // Set while there is a piece.
  bool ended_ = false;
  std::optional<Failure> failure_;
  bool abandoned_ = false;
};

}  // namespace cohort_sync::http

#endif  // COHORT_SYNC_HTTP_DOWNLOAD_CALL_H_
