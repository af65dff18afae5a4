#include "web/dashboard.h"

#include <string>
#include <tuple>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "web/dashboard_world.h"

namespace cohort_sync::web {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

const std::string bearer = Format("Authorization: Bearer {}\r\n", kToken);

std::string ErrorOf(const Answered& answer) {
  return nlohmann::json::parse(answer.body).at("error").get<std::string>();
}
std::string EtagOf(const Answered& answer) {
  const std::size_t begin = answer.head.find("ETag: ") + 6;
  return answer.head.substr(begin, answer.head.find('\r', begin) - begin);
}

void ExpectSecured(const Answered& answer, const std::string& request) {
  for (const std::string line :
       {"Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; img-src "
        "'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
        "X-Content-Type-Options: nosniff",
        "Referrer-Policy: no-referrer",
        "Cache-Control: no-store",
        "Cross-Origin-Opener-Policy: same-origin",
        "Cross-Origin-Resource-Policy: same-origin"})
    EXPECT_THAT(answer.head, HasSubstr("\r\n" + line + "\r\n")) << request;
}

TEST(Dashboard, EveryAnswerHasTheSecurityHeaders) {
  const DashboardWorld world;
  const std::string etag = EtagOf(world.Get("/v1/status"));
  const std::string page = DashboardWorld::PageFields();
  const std::vector<std::tuple<int, std::string, std::string, std::string, std::string>> requests{
      {200, "GET", "/", "", ""},
      {200, "GET", "/style.css", "", ""},
      {200, "GET", "/app.js", "", ""},
      {200, "GET", "/icon.svg", "", ""},
      {200, "HEAD", "/", "Connection: close\r\n", ""},
      {200, "GET", "/v1/status", "", ""},
      {304, "GET", "/v1/status", "If-None-Match: " + etag + "\r\n", ""},
      {200, "GET", "/v1/runs?cohort=vip&limit=3", "", ""},
      {200, "GET", "/v1/runs/7", "", ""},
      {404, "GET", "/v1/runs/404", "", ""},
      {200, "GET", "/v1/bindings/1/sizes", "", ""},
      {200, "GET", "/v1/bindings/1/parked?reason=refused", "", ""},
      {200, "GET", "/v1/bindings/1/hold?after=100", "", ""},
      {200, "GET", "/v1/bindings/1/calls", "", ""},
      {200, "GET", "/v1/bindings/1/members", "", ""},
      {200, "GET", "/v1/bindings/1/waiting", "", ""},
      {200, "GET", "/v1/runs/1/rows", "", ""},
      {401, "GET", "/v1/bindings/1/parked.csv", "", ""},
      {200, "GET", "/v1/bindings/1/parked.csv", bearer, ""},
      {401, "GET", "/v1/bindings/1/calls?reveal=1", "", ""},
      {400, "GET", "/v1/bindings/1/parked?reason=boredom", "", ""},
      {404, "GET", "/v1/bindings/1/nothing", "", ""},
      {404, "GET", "/v1/", "", ""},
      {404, "GET", "/nothing", "", ""},
      {404, "GET", "/../etc/passwd", "", ""},
      {405, "POST", "/", "", "{}"},
      {405, "DELETE", "/v1/status", "", ""},
      {405, "PUT", "/v1/actions", page, "{}"},
      {200, "GET", "/v1/actions", "", ""},
      {200, "POST", "/v1/actions", page, R"({"action":"pause","cohort":"vip"})"},
      {400, "POST", "/v1/actions", page, "{}"},
      {403, "POST", "/v1/actions", "Sec-Fetch-Site: cross-site\r\n", "{}"},
      {413, "POST", "/v1/actions", page, std::string(5'000, 'x')},
      {415, "POST", "/v1/actions", "Sec-Fetch-Site: same-origin\r\n", "{}"},
  };
  for (const auto& [status, method, target, fields, body] : requests) {
    const Answered answer = world.Ask(method, target, fields, body);
    EXPECT_EQ(answer.status, status) << method << ' ' << target;
    ExpectSecured(answer, method + ' ' + target);
  }
}

TEST(Dashboard, WhatHasNotChangedIsNotSentAgain) {
  DashboardWorld world;
  const Answered first = world.Get("/v1/status");
  const std::string condition = "If-None-Match: " + EtagOf(first) + "\r\n";
  EXPECT_EQ(world.Get("/v1/status", condition).status, 304);
  world.script.Answer(R"({"syncs":[1]})");
  const Answered changed = world.Get("/v1/status", condition);
  EXPECT_EQ(changed.status, 200);
  EXPECT_EQ(changed.body, R"({"syncs":[1]})");
}

TEST(Dashboard, SeveralRequestsShareAConnection) {
  const DashboardWorld world;
  http::RawConnection connection = http::RawConnection::To(world.server->port());
  for (int i = 0; i < 3; ++i) {
    connection.Write("GET /v1/status HTTP/1.1\r\nHost: localhost\r\n\r\n");
    EXPECT_EQ(DashboardWorld::Read(connection).status, 200);
  }
}

TEST(Dashboard, AReadOfTheStateHoldsNobodyElseUp) {
  DashboardWorld world;
  world.script.Hold(true);
  http::RawConnection slow = world.Send("GET", "/v1/status");
  world.script.WaitForOne();
  EXPECT_EQ(world.Get("/app.js").status, 200);
  std::vector<http::RawConnection> waiting;
  waiting.reserve(32);
  for (int i = 0; i < 32; ++i)
    waiting.push_back(world.Send("GET", "/v1/status"));
  // One of them is the first too many, whichever the server reads last.
  waiting.push_back(world.Send("GET", "/v1/status"));
  int refused = 0;
  for (http::RawConnection& connection : waiting) {
    if (connection.ClosedWithin(0)) ++refused;
  }
  world.script.Hold(false);
  EXPECT_EQ(DashboardWorld::Read(slow).status, 200);
  int full = 0;
  for (http::RawConnection& connection : waiting) {
    const Answered answer = DashboardWorld::Read(connection);
    if (answer.status != 503) continue;
    ++full;
    EXPECT_EQ(ErrorOf(answer), "too many requests at once; try again");
  }
  EXPECT_LE(full, 1);
}

TEST(Dashboard, AStateThatCannotBeReadIs503WithoutItsReason) {
  DashboardWorld world;
  world.script.FailFromNowOn();
  const Answered answer = world.Get("/v1/status");
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(ErrorOf(answer), "the state cannot be read at the moment; the log says why");
}

TEST(Dashboard, TheQueryReachesTheSource) {
  DashboardWorld world;
  EXPECT_EQ(
      world.Get("/v1/bindings/12/parked?reason=exhausted&search=No%20Such&after=7&reveal=1", bearer)
          .status,
      200);
  const std::vector<DashboardQuery> asked = world.script.asked();
  ASSERT_THAT(asked, SizeIs(1));
  EXPECT_EQ(asked[0].view, DashboardView::kParked);
  EXPECT_EQ(asked[0].binding, BindingId(12));
  EXPECT_EQ(asked[0].reason, ParkReason::kExhausted);
  EXPECT_EQ(asked[0].search, "no such");
  EXPECT_EQ(asked[0].after, (PageEnd{7, 0, 0}));
  EXPECT_TRUE(asked[0].reveal);
}

// ---- The token ----

TEST(DashboardToken, WholeIdentifiersNeedIt) {
  DashboardWorld world;
  const std::vector<std::pair<std::string, int>> tries{
      {"", 401},
      {"Authorization: Bearer \r\n", 401},
      {"Authorization: Bearer wrong\r\n", 401},
      {Format("Authorization: Bearer {}0\r\n", kToken), 401},
      {Format("Authorization: Basic {}\r\n", kToken), 401},
      {Format("Authorization: {}\r\n", kToken), 401},
      {Format("X-Cohort-Sync-Secret: {}\r\n", kToken), 401},
      {Format("Cookie: token={}\r\n", kToken), 401},
      {bearer, 200},
      {Format("authorization: bearer   {}\r\n", kToken), 200},
  };
  for (const auto& [fields, status] : tries) {
    for (const std::string target : {"/v1/bindings/1/parked?reveal=1", "/v1/bindings/1/parked.csv"})
      EXPECT_EQ(world.Get(target, fields).status, status) << target << ' ' << fields;
  }
  const Answered refused = world.Get("/v1/runs/1?reveal=1");
  EXPECT_EQ(ErrorOf(refused), "this needs the token; 'cohort-sync dashboard token' prints it");
  EXPECT_THAT(refused.head, HasSubstr("WWW-Authenticate: Bearer realm=\"cohort-sync\""));
  EXPECT_THAT(world.script.asked(), SizeIs(4)) << "only those that brought it";
}

TEST(DashboardToken, NoRowIsWholeWithoutIt) {
  DashboardWorld world;
  for (const std::string rows :
       {"/v1/runs/1/rows", "/v1/bindings/1/members", "/v1/bindings/1/pending"}) {
    EXPECT_EQ(world.Get(rows).status, 200) << rows;
    EXPECT_EQ(world.Get(rows + "?reveal=1").status, 401) << rows;
    EXPECT_EQ(world.Get(rows + ".csv").status, 401) << rows;
    EXPECT_EQ(world.Get(rows + ".csv", bearer).status, 200) << rows;
  }
  EXPECT_EQ(world.Get("/v1/bindings/1/waiting").status, 200);
}

TEST(Dashboard, APartOfACsvSaysWhereTheNextOneBegins) {
  DashboardWorld world;
  world.script.AnswerPart("\"contact\"\n\"anna\"\n", "12.34");
  const Answered first = world.Get("/v1/bindings/1/members.csv", bearer);
  EXPECT_THAT(first.head, HasSubstr("Next-After: 12.34\r\n"));
  EXPECT_THAT(first.head, HasSubstr("Content-Type: text/csv; charset=utf-8\r\n"));
  world.script.AnswerPart("\"bert\"\n", "");
  const Answered last = world.Get("/v1/bindings/1/members.csv?after=12.34", bearer);
  EXPECT_THAT(last.head, ::testing::Not(HasSubstr("Next-After")));
}

TEST(DashboardToken, WhereOthersReachItEverythingButThePageNeedsIt) {
  const DashboardWorld world({.reading_needs_token = true});
  for (const std::string target : {"/", "/app.js", "/style.css", "/icon.svg"})
    EXPECT_EQ(world.Get(target).status, 200) << target;
  for (const std::string target : {"/v1/status",
                                   "/v1/runs",
                                   "/v1/runs/1",
                                   "/v1/actions",
                                   "/v1/bindings/1/sizes",
                                   "/v1/bindings/1/hold"}) {
    EXPECT_EQ(world.Get(target).status, 401) << target;
    EXPECT_EQ(world.Get(target, bearer).status, 200) << target;
  }
}

TEST(DashboardToken, WithoutATokenNobodyHasIt) {
  const DashboardWorld world({.has_token = false});
  EXPECT_EQ(world.Get("/v1/status").status, 200);
  EXPECT_EQ(world.Get("/v1/runs/1?reveal=1", bearer).status, 401);
  EXPECT_EQ(world.Get("/v1/runs/1?reveal=1", "Authorization: Bearer \r\n").status, 401);
}

// ---- Actions ----

TEST(DashboardActions, OnlyOurOwnPageAndProgramsMayAsk) {
  DashboardWorld world;
  const std::string rest = "Content-Type: application/json\r\n" + bearer;
  const std::vector<std::pair<std::string, int>> origins{
      {"Sec-Fetch-Site: same-origin\r\n", 200},
      {"Sec-Fetch-Site: none\r\n", 200},
      {"Sec-Fetch-Site: same-site\r\n", 403},
      {"Sec-Fetch-Site: cross-site\r\n", 403},
      {"Sec-Fetch-Site: \r\n", 403},
      {"Sec-Fetch-Site: cross-site\r\nOrigin: http://localhost\r\n", 403},
      {"Sec-Fetch-Site: same-origin\r\nOrigin: https://evil.example\r\n", 200},
      {"Origin: http://localhost\r\n", 200},
      {"Origin: https://localhost\r\n", 200},
      {"Origin: http://localhost:81\r\n", 403},
      {"Origin: http://localhost.evil.example\r\n", 403},
      {"Origin: https://evil.example\r\n", 403},
      {"Origin: null\r\n", 403},
      {"Origin: \r\n", 403},
      {"", 403},
      {"Referer: http://localhost/\r\n", 403},
  };
  std::size_t taken = 0;
  for (const auto& [fields, status] : origins) {
    const Answered answer =
        world.Ask("POST", "/v1/actions", fields + rest, R"({"action":"pause","cohort":"vip"})");
    EXPECT_EQ(answer.status, status) << fields;
    taken += status == 200 ? 1U : 0U;
    EXPECT_THAT(world.executor.words(), SizeIs(taken)) << fields;
  }
  const auto error = [&](const std::string& fields) {
    return ErrorOf(world.Ask("POST", "/v1/actions", fields + rest, "{}"));
  };
  EXPECT_EQ(error("Sec-Fetch-Site: cross-site\r\n"),
            "the request comes from another site ('cross-site')");
  EXPECT_EQ(error("Origin: https://evil.example\r\n"),
            "the request comes from another origin ('https://evil.example')");
  EXPECT_EQ(error(""),
            "the request does not say where it comes from; a program sends 'Sec-Fetch-Site: none'");
}

TEST(DashboardActions, NeedTheTokenAndJson) {
  DashboardWorld world;
  const std::string body = R"({"action":"pause","cohort":"vip"})";
  const auto status = [&](const std::string& fields) {
    return world.Ask("POST", "/v1/actions", "Sec-Fetch-Site: same-origin\r\n" + fields, body)
        .status;
  };
  const std::string json = "Content-Type: application/json\r\n";
  EXPECT_EQ(status(json), 401);
  EXPECT_EQ(status(json + "Authorization: Bearer wrong\r\n"), 401);
  EXPECT_EQ(status(bearer), 415);
  EXPECT_EQ(status("Content-Type: text/plain\r\n" + bearer), 415);
  EXPECT_EQ(status("Content-Type: application/x-www-form-urlencoded\r\n" + bearer), 415);
  EXPECT_EQ(status("Content-Type: application/jsonp\r\n" + bearer), 415);
  EXPECT_THAT(world.executor.words(), IsEmpty());
  EXPECT_EQ(status("Content-Type: Application/JSON; charset=utf-8\r\n" + bearer), 200);
  EXPECT_EQ(ErrorOf(world.Ask("POST", "/v1/actions", "Sec-Fetch-Site: none\r\n", body)),
            "an action is sent as Content-Type: application/json");
}

TEST(DashboardActions, NothingChangesByReading) {
  DashboardWorld world;
  for (const std::string target :
       {"/v1/actions?action=pause&cohort=vip", "/v1/actions", "/v1/status"})
    EXPECT_EQ(world.Get(target, DashboardWorld::PageFields()).status, 200);
  EXPECT_THAT(world.executor.words(), IsEmpty());
  EXPECT_EQ(ErrorOf(world.Ask("PUT", "/v1/actions", DashboardWorld::PageFields())),
            "this is read with GET");
}

TEST(DashboardActions, BecomeTheWordsOfACommandLine) {
  DashboardWorld world;
  const std::vector<std::pair<std::string, std::vector<std::string>>> actions{
      {R"({"action":"sync","cohort":"9apg8e8f"})", {"sync", "9apg8e8f"}},
      {R"({"action":"pause","cohort":"active users"})", {"pause", "active users"}},
      {R"({"action":"resume","cohort":"vip"})", {"resume", "vip"}},
      {R"({"action":"retry","cohort":"vip"})", {"retry", "vip"}},
      {R"({"action":"approve","run":12})", {"approve", "12"}},
      {R"({"action":"discard","run":12,"cohort":"vip"})", {"discard", "12"}},
  };
  for (const auto& [body, words] : actions) {
    EXPECT_LT(world.Act(body).status, 300) << body;
    EXPECT_EQ(world.executor.words().back(), words);
  }
}

TEST(DashboardActions, WhatCouldBeReadAsSomethingElseIsRefused) {
  DashboardWorld world;
  const std::vector<std::pair<std::string, std::string>> refusals{
      {"", "the body is not a JSON object"},
      {"[]", "the body is not a JSON object"},
      {"{\"action\":", "the body is not a JSON object"},
      {"{}", "'action' is none of sync, pause, resume, retry, approve and discard"},
      {R"({"action":"forget","cohort":"vip"})",
       "'action' is none of sync, pause, resume, retry, approve and discard"},
      {R"({"action":["sync"],"cohort":"vip"})",
       "'action' is none of sync, pause, resume, retry, approve and discard"},
      {R"({"action":"sync"})", "'cohort' is not the id of a cohort"},
      {R"({"action":"sync","cohort":""})", "'cohort' is not the id of a cohort"},
      {R"({"action":"sync","cohort":"--approve"})", "'cohort' is not the id of a cohort"},
      {R"({"action":"sync","cohort":"-"})", "'cohort' is not the id of a cohort"},
      {R"({"action":"sync","cohort":"a\u0000b"})", "'cohort' is not the id of a cohort"},
      {R"({"action":"sync","cohort":"a\nb"})", "'cohort' is not the id of a cohort"},
      {R"({"action":"sync","cohort":["vip"]})", "'cohort' is not the id of a cohort"},
      {R"({"action":"approve"})", "'run' is not the number of a run"},
      {R"({"action":"approve","run":0})", "'run' is not the number of a run"},
      {R"({"action":"approve","run":-1})", "'run' is not the number of a run"},
      {R"({"action":"approve","run":1.5})", "'run' is not the number of a run"},
      {R"({"action":"approve","run":"12"})", "'run' is not the number of a run"},
      {R"({"action":"approve","run":18446744073709551615})", "'run' is not the number of a run"},
  };
  for (const auto& [body, error] : refusals) {
    const Answered answer = world.Act(body.empty() ? " " : body);
    EXPECT_EQ(answer.status, 400) << body;
    EXPECT_EQ(ErrorOf(answer), error) << body;
  }
  EXPECT_EQ(ErrorOf(world.Act(std::string(5'000, ' '))), "the body is too large for an action");
  EXPECT_THAT(world.executor.words(), IsEmpty());
}

TEST(DashboardActions, QuickOnesAnswerWithTheCommandsWords) {
  DashboardWorld world;
  world.executor.EndWith({.exit_code = 0, .out = "cohort 'vip' is paused\n", .err = ""});
  const Answered answer = world.Act(R"({"action":"pause","cohort":"vip"})");
  EXPECT_EQ(answer.status, 200);
  const auto json = nlohmann::json::parse(answer.body);
  EXPECT_EQ(json.at("text"), "cohort 'vip' is paused");
  EXPECT_EQ(json.at("exit_code"), 0);
  EXPECT_FALSE(json.at("ended_at").is_null());
}

TEST(DashboardActions, LongOnesAreAnsweredAtOnceAndSeenToEndLater) {
  DashboardWorld world;
  world.executor.Hold();
  world.executor.EndWith(
      {.exit_code = 1, .out = "", .err = "cohort of anna@example.com: not found\n"});
  const Answered answer = world.Act(R"({"action":"sync","cohort":"vip"})");
  EXPECT_EQ(answer.status, 202);
  EXPECT_TRUE(nlohmann::json::parse(answer.body).at("ended_at").is_null());
  world.executor.End(0);
  const auto actions = nlohmann::json::parse(world.Get("/v1/actions").body).at("actions");
  ASSERT_THAT(actions, SizeIs(1));
  EXPECT_EQ(actions[0].at("action"), "sync");
  EXPECT_EQ(actions[0].at("exit_code"), 1);
  EXPECT_EQ(actions[0].at("text"), "cohort of a***@e***.com: not found");
}

TEST(DashboardActions, TheLastTwentyAreKeptAndThoseUnderWay) {
  DashboardWorld world;
  for (int i = 0; i < 25; ++i)
    EXPECT_EQ(world.Act(Format(R"({{"action":"approve","run":{}}})", i + 1)).status, 202);
  const auto actions = nlohmann::json::parse(world.Get("/v1/actions").body).at("actions");
  ASSERT_THAT(actions, SizeIs(20));
  EXPECT_EQ(actions[0].at("run"), 25);
}

TEST(DashboardActions, ACommandMayEndWhenTheDashboardHasGone) {
  RecordingExecutor executor;
  executor.Hold();
  const FakeClock clock;
  {
    SourceScript script;
    Dashboard dashboard(
        {.token = [] { return Result<Secret>(Secret(kToken)); }, .executor = &executor},
        std::make_unique<ScriptedSource>(script),
        clock);
    const auto server = http::GuardedServer::Start({}, dashboard).value();
    http::RawConnection connection = http::RawConnection::To(server->port());
    const std::string body = R"({"action":"sync","cohort":"vip"})";
    connection.Write(
        Format("POST /v1/actions HTTP/1.1\r\nHost: localhost\r\nContent-Length: "
               "{}\r\n{}\r\n{}",
               body.size(),
               DashboardWorld::PageFields(),
               body));
    EXPECT_EQ(DashboardWorld::Read(connection).status, 202);
  }
  executor.End(0);
}

TEST(DashboardActions, AreRefusedWhereNothingCarriesThemOut) {
  const DashboardWorld world({.acts = false});
  const Answered answer = world.Act(R"({"action":"pause","cohort":"vip"})");
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(ErrorOf(answer), "this daemon takes no actions; use the command line");
}

}  // namespace
}  // namespace cohort_sync::web
