#include <utility>

#include "http/download_call.h"
#include "http/send_call.h"
#include "http/transport.h"

namespace cohort_sync::http {
namespace {

class TransportClient final : public Client {
 public:
  TransportClient(const ClientOptions& options, std::shared_ptr<Transport> transport)
      : options_(options), transport_(std::move(transport)), open_calls_(options) {}

  void Send(const Request& request, std::function<void(Answer)> done) override {
    const auto call = std::make_shared<SendCall>(options_, request.method, std::move(done));
    if (open_calls_.Add(call)) transport_->Begin(request, call, call->cancelled());
  }

  [[nodiscard]] Answer Download(const Request& request,
                                std::size_t max_bytes,
                                const std::function<bool(const Response&)>& on_headers,
                                const std::function<bool(std::string_view)>& on_data,
                                const std::stop_token& stop) override {
    const auto call = std::make_shared<DownloadCall>(options_, request.method, max_bytes);
    // On every way out: a function of the caller's may throw.
    const std::shared_ptr<void> on_exit(nullptr, [&](void*) { call->Abandon(); });
    transport_->Begin(request, call, call->cancelled());
    return call->Read(on_headers, on_data, stop);
  }

 private:
  const ClientOptions options_;
  const std::shared_ptr<Transport> transport_;
  OpenCalls open_calls_;
};

}  // namespace

std::unique_ptr<Client> MakeTransportClient(const ClientOptions& options,
                                            std::shared_ptr<Transport> transport) {
  return std::make_unique<TransportClient>(options, std::move(transport));
}

}  // namespace cohort_sync::http
