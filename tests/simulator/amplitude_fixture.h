// An Amplitude stand-in with a clock that is turned by hand, driven without sockets.
#ifndef COHORT_SYNC_TESTS_SIMULATOR_AMPLITUDE_FIXTURE_H_
#define COHORT_SYNC_TESTS_SIMULATOR_AMPLITUDE_FIXTURE_H_

#include <string>
#include <utility>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "simulator/amplitude_project.h"
#include "support/fake_clock.h"
#include "support/fake_random.h"

namespace cohort_sync::simulator {

class AmplitudeFixture : public ::testing::Test {
 protected:
  using Json = nlohmann::json;

  AmplitudeFixture() {
    Cohort cohort;
    cohort.id = "vip1";
    cohort.name = "very important";
    cohort.members = {UserWithEmail("a@example.com"), UserWithEmail("b@example.com")};
    project_.PutCohort(std::move(cohort));
    project_.set_storage_url("http://127.0.0.1:9");
    project_.switches().gzip = false;
  }

  http::Reply Get(std::string target, const std::string& credential = "key:secret") {
    http::Request request;
    request.target = std::move(target);
    if (!credential.empty()) {
      request.headers.Add("Authorization", "Basic " + Base64Encode(credential));
    }
    return project_.Handle(request);
  }
  http::Reply FromStorage(const std::string& location, bool authorized = false) {
    http::Request request;
    request.target = location.substr(std::string("http://127.0.0.1:9").size());
    if (authorized) request.headers.Add("Authorization", "Basic abc");
    return project_.HandleStorage(request);
  }
  static Json BodyOf(const http::Reply& reply) {
    return Json::parse(reply.response.body, nullptr, false);
  }

  std::string Request(const std::string& query = "") {
    return BodyOf(Get("/api/5/cohorts/request/vip1" + query)).at("request_id");
  }
  http::Reply Poll(const std::string& id) { return Get("/api/5/cohorts/request-status/" + id); }
  http::Reply File(const std::string& id) { return Get("/api/5/cohorts/request/" + id + "/file"); }
  // Request, polls and download; the answer of /file.
  http::Reply Download(const std::string& query = "") {
    const std::string id = Request(query);
    while (Poll(id).response.status == 202) {
    }
    return File(id);
  }
  AmplitudeSwitches& switches() { return project_.switches(); }

  FakeClock clock_;
  FakeRandom random_;
  AmplitudeProject project_{{.api_key = "key", .secret_key = "secret"}, clock_, random_};
};

}  // namespace cohort_sync::simulator

#endif  // COHORT_SYNC_TESTS_SIMULATOR_AMPLITUDE_FIXTURE_H_
