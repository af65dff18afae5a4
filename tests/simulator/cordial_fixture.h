// A Cordial stand-in with a clock that is turned by hand, driven without sockets.
#ifndef COHORT_SYNC_TESTS_SIMULATOR_CORDIAL_FIXTURE_H_
#define COHORT_SYNC_TESTS_SIMULATOR_CORDIAL_FIXTURE_H_

#include <string>
#include <string_view>
#include <utility>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/format.h"
#include "base/text.h"
#include "simulator/cordial_account.h"
#include "support/fake_clock.h"
#include "support/fake_random.h"

namespace cohort_sync::simulator {

class CordialFixture : public ::testing::Test {
 protected:
  using Json = nlohmann::json;

  http::Reply Send(std::string method, std::string target, std::string body = "") {
    http::Request request;
    request.method = std::move(method);
    request.target = std::move(target);
    request.headers.Add("Authorization", "Basic " + Base64Encode("key-1:"));
    if (!body.empty()) request.headers.Add("Content-Type", "application/json");
    request.body = std::move(body);
    return account_.Handle(request);
  }

  static Json BodyOf(const http::Reply& reply) {
    return Json::parse(reply.response.body, nullptr, false);
  }
  static std::string HeaderOf(const http::Reply& reply, std::string_view name) {
    return std::string(reply.response.headers.Find(name).value_or("(none)"));
  }

  std::int64_t MakeList(const std::string& name) {
    return BodyOf(Send("POST", "/v2/accountlists", Json{{"name", name}, {"enhanced", true}}.dump()))
        .at("id");
  }
  http::Reply Add(const std::string& email, const std::string& list) {
    return Send("POST",
                "/v2/contacts",
                Json{{"channels", {{"email", {{"address", email}}}}},
                     {"identifyBy", {"email"}},
                     {list, true}}
                    .dump());
  }
  http::Reply Remove(const std::string& email, const std::string& list) {
    return Send("PUT", "/v2/contacts/email:" + PercentEncode(email), Json{{list, false}}.dump());
  }
  std::vector<std::string> Members(const std::string& list) {
    return account_.ReadList(list).value().contacts;
  }
  CordialSwitches& switches() { return account_.switches(); }

  FakeClock clock_;
  FakeRandom random_;
  CordialAccount account_{"key-1", clock_, random_};
};

}  // namespace cohort_sync::simulator

#endif  // COHORT_SYNC_TESTS_SIMULATOR_CORDIAL_FIXTURE_H_
