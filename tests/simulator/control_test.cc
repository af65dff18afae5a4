#include "simulator/control.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "support/fake_clock.h"
#include "support/fake_random.h"

namespace cohort_sync::simulator {
namespace {

using Json = nlohmann::json;

class ControlTest : public ::testing::Test {
 protected:
  http::Reply Send(const char* method, const char* target, const char* body = "") {
    http::Request request;
    request.method = method;
    request.target = target;
    request.body = body;
    return control_.Handle(request);
  }
  static Json BodyOf(const http::Reply& reply) { return Json::parse(reply.response.body); }
  Json Get(const char* target) { return BodyOf(Send("GET", target)); }
  void ExpectProblem(const http::Reply& reply, int status, const char* message) {
    EXPECT_EQ(reply.response.status, status);
    EXPECT_EQ(BodyOf(reply), (Json{{"error", message}}));
  }
  // A request of the imitated Cordial.
  void AskCordial(const char* method, const char* target) {
    http::Request request;
    request.method = method;
    request.target = target;
    request.headers.Add("Authorization", "Basic " + Base64Encode("k:"));
    static_cast<void>(cordial_.Handle(request));
  }

  FakeClock clock_;
  FakeRandom random_;
  CordialAccount cordial_{"k", clock_, random_};
  AmplitudeProject amplitude_{{}, clock_, random_};
  Control control_{{.cordial = [this](const auto& task) { task(cordial_); },
                    .amplitude = [this](const auto& task) { task(amplitude_); }}};
};

TEST_F(ControlTest, FillsCordialAndReadsTheListBack) {
  EXPECT_EQ(
      Send("POST", "/contacts", R"({"emails":["b@example.com","a@example.com"],"lists":["vip"]})")
          .response.status,
      200);
  EXPECT_EQ(Get("/lists/vip"),
            (Json{{"name", "vip"},
                  {"id", 101},
                  {"count", 2},
                  {"contacts", {"a@example.com", "b@example.com"}}}));
  ExpectProblem(Send("GET", "/lists/gold"), 404, "no list 'gold'");
}

TEST_F(ControlTest, RefusesBodiesThatCannotBeUsed) {
  ExpectProblem(Send("POST", "/contacts", "{"), 422, "expected a JSON object");
  ExpectProblem(Send("POST", "/contacts", R"({"mails":[]})"),
                422,
                "unexpected 'mails'; known: emails, lists");
  ExpectProblem(
      Send("POST", "/contacts", R"({"emails":"a"})"), 422, "'emails': expected an array of texts");
  ExpectProblem(
      Send("POST", "/contacts", R"({"emails":["a"]})"), 422, "'a' is not an e-mail address");
  ExpectProblem(Send("PUT", "/cohorts/c", "{}"), 422, "'name' is missing");
  ExpectProblem(Send("PUT", "/switches", R"({"cordial.sloww":{}})"),
                422,
                "unknown switch 'cordial.sloww', did you mean 'cordial.slow'?");
}

TEST_F(ControlTest, ExplainsItsSwitches) {
  EXPECT_EQ(Get("/switches/help").at("cordial.slow").at("does"),
            "applied at once, answered slow_ms later");
}

TEST_F(ControlTest, MakesCohortsAndMovesTheirMembers) {
  EXPECT_EQ(BodyOf(Send("PUT", "/cohorts/c1", R"({"name":"n","members":[{"user_id":"a@b.co"}]})")),
            (Json{{"id", "c1"}, {"members", 1}}));
  EXPECT_EQ(BodyOf(Send("POST", "/cohorts/c1/enter", R"({"emails":["a@b.co","c@b.co"]})")),
            (Json{{"changed", 1}}));
  EXPECT_EQ(BodyOf(Send("POST", "/cohorts/c1/leave", R"({"emails":["a@b.co"]})")),
            (Json{{"changed", 1}}));
  EXPECT_EQ(amplitude_.Summaries().at(0).members, 1U);
  ExpectProblem(Send("POST", "/cohorts/c2/enter", R"({"emails":[]})"), 404, "no cohort 'c2'");
}

TEST_F(ControlTest, ShowsTheLogWithCountsAndFilters) {
  AskCordial("GET", "/v2/accountlists");
  AskCordial("PUT", "/v2/contacts/email:a@example.com");
  AskCordial("PUT", "/v2/contacts/email:b@example.com");
  const Json all = Get("/requests?service=cordial");
  EXPECT_EQ(all.at("matching"), 3);
  EXPECT_EQ(all.at("counts"), (Json{{"GET 200", 1}, {"PUT 415", 2}}));
  const Json puts = Get("/requests?service=cordial&method=PUT&path=%2Fv2%2Fcontacts&limit=1");
  EXPECT_EQ(puts.at("matching"), 2);
  ASSERT_EQ(puts.at("requests").size(), 1U);
  EXPECT_EQ(puts.at("requests").at(0),
            (Json{{"number", 3},
                  {"time", "2026-11-21T06:00:00Z"},
                  {"method", "PUT"},
                  {"target", "/v2/contacts/email:b@example.com"},
                  {"headers", Json::object()},
                  {"body", ""},
                  {"status", 415}}));
  EXPECT_EQ(Send("DELETE", "/requests").response.status, 200);
  EXPECT_EQ(Get("/requests?service=cordial").at("matching"), 0);
  EXPECT_EQ(Get("/requests?service=amplitude").at("matching"), 0);
  ExpectProblem(Send("GET", "/requests?service=x"),
                422,
                "'service': expected cordial, amplitude or pushes, got 'x'");
  ExpectProblem(
      Send("GET", "/requests?service=cordial&limit=x"), 422, "'limit': expected a whole number");
}

TEST_F(ControlTest, SetsSwitchesOfBothServices) {
  cordial_.switches().server_error.next = 4;
  const http::Reply reply =
      Send("PUT", "/switches", R"({"cordial.slow":{"next":2},"amplitude.gzip":false})");
  EXPECT_EQ(reply.response.status, 200);
  EXPECT_EQ(BodyOf(reply), Get("/switches"));
  EXPECT_EQ(cordial_.switches().slow.next, 2);
  EXPECT_EQ(cordial_.switches().server_error.next, 4);
  EXPECT_FALSE(amplitude_.switches().gzip);
  EXPECT_EQ(Get("/switches").at("amplitude.gzip"), false);
}

TEST_F(ControlTest, SaysWhatThereIs) {
  Send("POST", "/contacts", R"({"emails":["a@example.com"],"lists":["vip"]})");
  Send("PUT", "/cohorts/c1", R"({"name":"n"})");
  const Json overview = Get("/");
  EXPECT_EQ(overview.at("lists"), (Json::array({{{"name", "vip"}, {"id", 101}, {"count", 1}}})));
  EXPECT_EQ(overview.at("cohorts"),
            (Json::array({{{"id", "c1"}, {"name", "n"}, {"members", 0}, {"archived", false}}})));
  EXPECT_FALSE(overview.at("routes").empty());
  ExpectProblem(Send("PATCH", "/x"), 404, "no route 'PATCH /x'; GET / lists them");
}

}  // namespace
}  // namespace cohort_sync::simulator
