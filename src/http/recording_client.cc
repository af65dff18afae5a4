#include "http/recording_client.h"

#include <string_view>
#include <utility>

namespace cohort_sync::http {
namespace {

// One exchange that is going on.
class Recording {
 public:
  Recording(const std::string& base_url,
            const Request& request,
            const Clock& clock,
            std::shared_ptr<const ExchangeRecorder> recorder)
      : clock_(&clock), recorder_(std::move(recorder)), started_(clock.Steady()) {
    exchange_.base_url = base_url;
    exchange_.sent_at = clock.Now();
    exchange_.request = request;
  }

  Exchange& exchange() { return exchange_; }
  void End() {
    exchange_.took = clock_->Steady() - started_;
    (*recorder_)(exchange_);
  }

 private:
  const Clock* clock_;
  std::shared_ptr<const ExchangeRecorder> recorder_;
  SteadyPoint started_;
  Exchange exchange_{};
};

class RecordingClient final : public Client {
 public:
  RecordingClient(std::string base_url,
                  std::unique_ptr<Client> client,
                  const Clock& clock,
                  ExchangeRecorder recorder)
      : base_url_(std::move(base_url)),
        clock_(clock),
        recorder_(std::make_shared<const ExchangeRecorder>(std::move(recorder))),
        client_(std::move(client)) {}

  // Nothing of this object is captured: answers may come while it is being destroyed.
  void Send(const Request& request, std::function<void(Answer)> done) override {
    client_->Send(request,
                  [recording = Recording(base_url_, request, clock_, recorder_),
                   done = std::move(done)](Answer answer) mutable {
                    if (answer) {
                      recording.exchange().response = *answer;
                    } else {
                      recording.exchange().failure = answer.error();
                    }
                    recording.End();
                    done(std::move(answer));
                  });
  }

  [[nodiscard]] Answer Download(const Request& request,
                                std::size_t max_bytes,
                                const std::function<bool(const Response&)>& on_headers,
                                const std::function<bool(std::string_view)>& on_data,
                                const std::stop_token& stop) override {
    Recording recording(base_url_, request, clock_, recorder_);
    Exchange& exchange = recording.exchange();
    std::uint64_t bytes = 0;
    Answer answer = client_->Download(
        request,
        max_bytes,
        [&](const Response& response) {
          exchange.response = response;
          return on_headers(response);
        },
        [&](std::string_view data) {
          bytes += data.size();
          return on_data(data);
        },
        stop);
    if (answer) {
      exchange.response = *answer;
    } else {
      exchange.failure = answer.error();
    }
    exchange.downloaded = bytes;
    recording.End();
    return answer;
  }

 private:
  const std::string base_url_;
  const Clock& clock_;
  const std::shared_ptr<const ExchangeRecorder> recorder_;
  const std::unique_ptr<Client> client_;  // Last: its answers use the recorder.
};

}  // namespace

std::unique_ptr<Client> MakeRecordingClient(std::string base_url,
                                            std::unique_ptr<Client> client,
                                            const Clock& clock,
                                            ExchangeRecorder recorder) {
  return std::make_unique<RecordingClient>(
      std::move(base_url), std::move(client), clock, std::move(recorder));
}

}  // namespace cohort_sync::http
