// What a peer sends to the server. First line: how many bytes come at a time; the rest is the bytes
// of its connection.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "base/text.h"
#include "fuzz/fuzz_input.h"
#include "fuzz/message_law.h"
#include "http/header_gate.h"
#include "http/request_reader.h"

namespace cohort_sync::http {
namespace {

constexpr std::size_t kMaxBodyBytes = 1'000;

const std::vector<std::string>& Hosts() {
  static const std::vector<std::string> hosts = {"localhost", "[::1]:80"};
  return hosts;
}

void CheckHead(const RequestHead& head) {
  const Request& request = head.request;
  CHECK(IsToken(request.method));
  CHECK(request.target.starts_with('/'));
  CHECK(request.target.find_first_of(" \r\n\t") == std::string::npos);
  int hosts = 0;
  int lengths = 0;
  for (const auto& [name, value] : request.headers.fields()) {
    CHECK(IsToken(name) && IsFieldValue(value));
    const std::string lower = ToLowerAscii(name);
    hosts += lower == "host" ? 1 : 0;
    lengths += lower == "content-length" || lower == "transfer-encoding" ? 1 : 0;
  }
  CHECK(hosts == 1 && lengths <= 1);
  CHECK(IsServedHost(*request.headers.Find("Host"), Hosts()));
  const auto length = request.headers.Find("Content-Length");
  CHECK(length.has_value() == head.content_length.has_value());
}

// What is read of `bytes` when `piece` of them come at a time: a line for each head, body and
// refusal. Stops where a server does.
std::vector<std::string> Read(std::string_view bytes, std::size_t piece) {
  std::vector<std::string> events;
  RequestReader reader(Hosts());
  const auto more = [&] {
    if (bytes.empty()) return false;
    const auto [room, size] = reader.Prepare();
    const std::size_t count = std::min({size, piece, bytes.size()});
    std::memcpy(room, bytes.data(), count);
    bytes.remove_prefix(count);
    reader.Commit(count);
    return true;
  };
  while (true) {
    auto head = reader.ReadHead();
    if (!head) {
      if (!more()) return events;
      continue;
    }
    if (!*head) {
      CHECK(head->error().status == 400 || head->error().status == 431);
      CheckMessage(head->error().reason);
      events.push_back(std::to_string(head->error().status));
      return events;
    }
    CheckHead(**head);
    events.push_back((*head)->request.method + " " + (*head)->request.target);
    BodyState state = reader.ReadBody(kMaxBodyBytes);
    while (state == BodyState::kPartial && more())
      state = reader.ReadBody(kMaxBodyBytes);
    CHECK(reader.body_size() <= kMaxBodyBytes);
    if (state != BodyState::kWhole) {
      events.push_back(std::to_string(static_cast<int>(state)));
      return events;
    }
    const std::string body = reader.TakeBody();
    const auto length = (*head)->content_length;
    CHECK(!length || *length == body.size());
    events.push_back(body);
  }
}

}  // namespace
}  // namespace cohort_sync::http

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace cohort_sync;  // NOLINT(google-build-using-namespace)
  FuzzInput input(bytes, size);
  const std::int64_t asked = ParseInteger(input.Line()).value_or(1);
  const auto piece = static_cast<std::size_t>(1 + asked % 1'000);
  // How the bytes are cut decides nothing.
  CHECK(http::Read(input.Rest(), piece) == http::Read(input.Rest(), 65'536));
  return 0;
}
