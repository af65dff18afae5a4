// Amplitude's answers, through the client that makes the calls. First line: the call and the status
// ("list 200", "usage 200", "request 202", "state 202", "file 302"); then headers, an empty line,
// and the body. Storage gives every link the same answer.
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "amplitude/export_client.h"
#include "base/check.h"
#include "base/text.h"
#include "base/time_text.h"
#include "fuzz/fuzz_input.h"
#include "fuzz/message_law.h"

namespace cohort_sync::amplitude {
namespace {

constexpr const char* kBaseUrl = "https://amplitude.com";

// Answers everything alike. Only the API may see the credentials, and storage is not this machine.
class OneAnswerClient final : public http::Client {
 public:
  enum class Side { kApi, kStorage };
  OneAnswerClient(Side side, std::string base_url, http::Response response)
      : side_(side), base_url_(std::move(base_url)), response_(std::move(response)) {}

  void Send(const http::Request& request, std::function<void(http::Answer)> done) override {
    CheckRequest(request);
    done(response_);
  }

  http::Answer Download(const http::Request& request,
                        std::size_t /*max_bytes*/,
                        const std::function<bool(const http::Response&)>& on_headers,
                        const std::function<bool(std::string_view)>& on_data,
                        const std::stop_token& /*stop*/) override {
    CheckRequest(request);
    http::Response head = response_;
    head.body.clear();
    if (!on_headers(head) || (!response_.body.empty() && !on_data(response_.body)))
      return tl::unexpected(http::Failure{http::FailureKind::kCutOff, "ended by the reader"});
    return head;
  }

 private:
  void CheckRequest(const http::Request& request) const {
    CHECK(request.headers.Find("Authorization").has_value() == (side_ == Side::kApi));
    CHECK(request.target.starts_with('/'));
    CHECK(base_url_.starts_with("https://") && !http::IsLoopback(base_url_));
  }

  Side side_;
  std::string base_url_;
  http::Response response_;
};

ExportClient ClientWith(const http::Response& response, const std::string& keys) {
  // As the real one: an address that cannot be used gives no client.
  const http::ClientFactory storage =
      [response](const http::ClientOptions& options) -> Result<std::unique_ptr<http::Client>> {
    if (const Status base = http::CheckBaseUrl(options.base_url); !base) return Fail(base.error());
    return std::make_unique<OneAnswerClient>(
        OneAnswerClient::Side::kStorage, options.base_url, response);
  };
  return ExportClient(
      {.base_url = kBaseUrl,
       .api_key = Secret("api key " + keys),
       .secret_key = Secret("secret key " + keys),
       .api = std::make_unique<OneAnswerClient>(OneAnswerClient::Side::kApi, kBaseUrl, response),
       .storage = storage});
}

// What is wrong, which is said to a person; empty when there is a value.
template <typename T>
std::string CheckResult(const CallResult<T>& result) {
  if (result) return {};
  const CallError& error = result.error();
  CheckMessage(error.error.message());
  CHECK(error.may_pass == (error.status == 429 || error.status >= 500));  // There was an answer.
  if (error.retry_after)
    CHECK(*error.retry_after >= Duration(0) && *error.retry_after <= std::chrono::hours(24));
  return error.error.message();
}

void CheckCohorts(const std::vector<CohortInfo>& cohorts) {
  for (const CohortInfo& cohort : cohorts) {
    CHECK(!cohort.id.value().empty());
    CHECK(!cohort.size || *cohort.size >= 0);
    // A time that can be said in the form that everything else reads.
    if (cohort.last_computed) CHECK(ParseTime(FormatTime(*cohort.last_computed)));
    const Result<CohortInfo> found = FindSyncable(cohorts, cohort.id);
    if (found) {
      CHECK(found->id == cohort.id && !found->archived && found->finished);
      CHECK(found->counted == "User");
    } else {
      CheckMessage(found.error().message());
    }
  }
  if (const auto missing = FindSyncable(cohorts, CohortId("not there \x01")); !missing)
    CheckMessage(missing.error().message());
}

std::string CheckFile(ExportClient& client, const http::Response& response) {
  std::string file;
  const CallResult<void> read = client.Download("Sf7M9j",
                                                [&file](std::string_view bytes) {
                                                  file += bytes;
                                                  return Status();
                                                },
                                                {});
  CHECK(!read || (response.status == 200 && file == response.body));
  return CheckResult(read);
}

// The text of that name in the body.
bool Says(const http::Response& response, const char* name, std::string_view text) {
  const auto json = nlohmann::json::parse(response.body, nullptr, /*allow_exceptions=*/false);
  return json.is_object() && json.contains(name) && json[name] == text;
}

// What the call fails with; empty when it does not.
std::string CheckCall(std::string_view call, const http::Response& response, ExportClient client) {
  const bool is_good = response.status == 200 || response.status == 202;
  if (call == "list") {
    const auto cohorts = client.ListCohorts({});
    if (cohorts) CheckCohorts(*cohorts);
    CHECK(!cohorts || response.status == 200);
    return CheckResult(cohorts);
  }
  if (call == "usage") {
    const auto usage = client.Usage({});
    CHECK(!usage || (response.status == 200 && usage->count >= 0 && usage->limit >= 0));
    return {};
  }
  if (call == "request") {
    const auto id = client.RequestExport(CohortId("9apg8e8f"), "email", {});
    CHECK(!id || (is_good && !id->empty() && Says(response, "request_id", *id)));
    return CheckResult(id);
  }
  if (call == "state") {
    const auto state = client.PollExport("Sf7M9j", {});
    if (state)
      CHECK(is_good && Says(response,
                            "async_status",
                            *state == ExportState::kDone ? "JOB COMPLETED" : "JOB INPROGRESS"));
    return CheckResult(state);
  }
  return CheckFile(client, response);
}

}  // namespace
}  // namespace cohort_sync::amplitude

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace cohort_sync;             // NOLINT(google-build-using-namespace)
  using namespace cohort_sync::amplitude;  // NOLINT(google-build-using-namespace)
  FuzzInput input(bytes, size);
  const auto words = input.Words(2);
  http::Response response;
  response.status = static_cast<int>(ParseInteger(words[1]).value_or(200) % 1000);
  response.headers = input.HeaderLines();
  response.body = input.Rest();
  // Whatever the keys are, the message is the same, so it cannot tell them.
  CHECK(CheckCall(words[0], response, ClientWith(response, "one")) ==
        CheckCall(words[0], response, ClientWith(response, "two")));
  return 0;
}
