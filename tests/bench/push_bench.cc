// How fast a pushed batch is checked before it is stored, and read when it is planned.
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <string>

#include "amplitude/json_push_format.h"
#include "base/format.h"

namespace cohort_sync {
namespace {

constexpr int kUsers = 1000;

std::string Batch() {
  std::string body = R"({"cohort_name":"bench","cohort_id":"7khm89cz","in_cohort":true,)"
                     R"("computed_time":"1692206763","message_id":"9baaa88f::enter::0","users":[)";
  for (int i = 0; i < kUsers; ++i)
    body += Format(R"({}{{"user_id":"u{:06}","user_properties":{{"email":"m{:06}@b.c"}}}})",
                   i == 0 ? "" : ",",
                   i,
                   i);
  return body + "]}";
}

template <typename Step>
void Measure(const char* name, const std::string& body, const Step& step) {
  constexpr int kRounds = 2000;
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < kRounds; ++i) {
    if (step()) continue;
    std::cerr << "push_bench: " << name << " failed\n";
    std::exit(1);  // NOLINT(concurrency-mt-unsafe)
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  std::cout << Format("{:<12} {:>6.0f} MB/s {:>8.1f} us a batch of {} bytes\n",
                      name,
                      static_cast<double>(body.size()) * kRounds / took.count() / 1e6,
                      took.count() / kRounds * 1e6,
                      body.size());
}

}  // namespace
}  // namespace cohort_sync

int main() {
  using namespace cohort_sync;  // NOLINT(google-build-using-namespace)
  const std::string body = Batch();
  const amplitude::JsonPushFormat format;
  const IdentifierMapping email = {"email", "email"};
  Measure("ReadWebhook", body, [&] { return format.ReadWebhook(body).has_value(); });
  Measure("ReadChanges", body, [&] {
    return format.ReadChanges(PushKind::kWebhook, body, email).has_value();
  });
}
