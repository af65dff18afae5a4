#include "support/scripted_http_client.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include <gtest/gtest.h>

namespace cohort_sync {

class ScriptedHttpClient final : public http::Client {
 public:
  ScriptedHttpClient(HttpScript* script, std::string base_url)
      : script_(script), base_url_(std::move(base_url)) {}

  void Send(const http::Request& request, std::function<void(http::Answer)> done) override {
    ScriptedAnswer scripted = script_->Take(base_url_, request);
    if (scripted.before_answer) scripted.before_answer();
    done(std::move(scripted.answer));
  }

  [[nodiscard]] http::Answer Download(const http::Request& request,
                                      std::size_t max_bytes,
                                      const std::function<bool(const http::Response&)>& on_headers,
                                      const std::function<bool(std::string_view)>& on_data,
                                      const std::stop_token& stop) override {
    const ScriptedAnswer scripted = script_->Take(base_url_, request);
    if (scripted.before_answer) scripted.before_answer();
    if (!scripted.answer) return scripted.answer;
    http::Response head = *scripted.answer;
    const std::string body = std::exchange(head.body, {});
    if (!on_headers(head)) return Failed(http::FailureKind::kCutOff, "ended by the reader");
    const std::size_t end = std::min({body.size(), scripted.cut_after, max_bytes});
    for (std::size_t at = 0; at < end; at += script_->piece_bytes) {
      if (stop.stop_requested()) return Failed(http::FailureKind::kInterrupted, "interrupted");
      if (!on_data(std::string_view(body).substr(at, std::min(script_->piece_bytes, end - at))))
        return Failed(http::FailureKind::kCutOff, "ended by the reader");
    }
    if (end == body.size()) return head;
    if (end == max_bytes) return Failed(http::FailureKind::kTooLarge, "answer too large");
    return Failed(http::FailureKind::kCutOff, "the connection ended before the answer did");
  }

 private:
  static http::Answer Failed(http::FailureKind kind, const std::string& message) {
    return tl::unexpected<http::Failure>(http::Failure{kind, message});
  }

  HttpScript* script_;
  std::string base_url_;
};

void HttpScript::On(const std::string& request, std::vector<ScriptedAnswer> answers) {
  const std::lock_guard lock(mutex_);
  for (ScriptedAnswer& answer : answers)
    queued_[request].push_back(std::move(answer));
}

void HttpScript::Always(const std::string& request, ScriptedAnswer answer) {
  const std::lock_guard lock(mutex_);
  always_.insert_or_assign(request, std::move(answer));
}

std::unique_ptr<http::Client> HttpScript::MakeClient(const std::string& base_url) {
  return std::make_unique<ScriptedHttpClient>(this, base_url);
}

http::ClientFactory HttpScript::Factory() {
  return [this](const http::ClientOptions& options) -> Result<std::unique_ptr<http::Client>> {
    return MakeClient(options.base_url);
  };
}

std::vector<RecordedRequest> HttpScript::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

std::vector<std::string> HttpScript::lines() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> lines;
  for (const RecordedRequest& recorded : requests_)
    lines.push_back(recorded.request.method + " " + recorded.request.target);
  return lines;
}

std::size_t HttpScript::CountOf(const std::string& line) const {
  const std::vector<std::string> all = lines();
  return static_cast<std::size_t>(std::count(all.begin(), all.end(), line));
}

ScriptedAnswer HttpScript::Take(const std::string& origin, const http::Request& request) {
  const std::lock_guard lock(mutex_);
  requests_.push_back({origin, request});
  for (const std::string& key :
       {request.method + " " + origin + request.target, request.method + " " + request.target}) {
    if (const auto queued = queued_.find(key); queued != queued_.end() && !queued->second.empty()) {
      ScriptedAnswer answer = std::move(queued->second.front());
      queued->second.pop_front();
      return answer;
    }
    if (const auto always = always_.find(key); always != always_.end()) return always->second;
  }
  ADD_FAILURE() << "no scripted answer for " << request.method << " " << origin << request.target;
  return http::Failure{http::FailureKind::kNotSent, "no scripted answer"};
}

}  // namespace cohort_sync
