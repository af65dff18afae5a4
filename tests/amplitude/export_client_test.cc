#include "amplitude/export_client.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/server.h"
#include "support/scripted_http_client.h"

namespace cohort_sync::amplitude {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kBase = "https://amplitude.com";
constexpr const char* kFile = "GET /api/5/cohorts/request/Sf7M9j/file";
constexpr const char* kLink = "https://storage.example/bucket/file?X-Amz-Signature=5ec2e7";

http::Response Redirect(const std::string& location, int status = 302) {
  return {status, {{"Location", location}}, ""};
}

class ExportClientTest : public testing::Test {
 protected:
  ExportClient Make(const std::string& base_url = kBase) {
    return ExportClient({base_url,
                         Secret("the-api-key"),
                         Secret("the-secret-key"),
                         script_.MakeClient(base_url),
                         script_.Factory()});
  }
  // What the sink got, or the error.
  std::string Download(const std::string& base_url = kBase) {
    std::string seen;
    const auto result = Make(base_url).Download("Sf7M9j",
                                                [&seen](std::string_view bytes) {
                                                  seen += bytes;
                                                  return Status();
                                                },
                                                {});
    return result ? seen : "error: " + result.error().error.message();
  }

  HttpScript script_;
};

TEST(BaseUrlOf, KnowsTwoRegions) {
  EXPECT_EQ(BaseUrlOf("us"), "https://amplitude.com");
  EXPECT_EQ(BaseUrlOf("eu"), "https://analytics.eu.amplitude.com");
  EXPECT_EQ(BaseUrlOf("US"), std::nullopt);
}

TEST_F(ExportClientTest, UsageIsTwoCountsOrNotKnown) {
  const auto usage_of = [this](const std::string& body) {
    script_.On("GET /api/3/cohorts/usage", {http::Response{200, {}, body}});
    return Make().Usage({});
  };
  const auto usage = usage_of(R"({"limit":500,"count":12})");
  ASSERT_TRUE(usage);
  EXPECT_EQ(usage->limit, 500);
  EXPECT_EQ(usage->count, 12);
  EXPECT_FALSE(usage_of(R"({"limit":500})"));
  EXPECT_FALSE(usage_of(R"({"limit":500,"count":-1})"));
  EXPECT_FALSE(usage_of(R"({"limit":18446744073709551615,"count":12})"));
}

TEST_F(ExportClientTest, EveryCallCarriesBothKeys) {
  script_.On("GET /api/3/cohorts", {http::Response{200, {}, R"({"cohorts":[{"id":"a"}]})"}});
  const auto cohorts = Make().ListCohorts({});
  ASSERT_TRUE(cohorts);
  EXPECT_EQ(cohorts->size(), 1U);
  EXPECT_EQ(script_.requests().at(0).request.headers.Find("Authorization"),
            "Basic dGhlLWFwaS1rZXk6dGhlLXNlY3JldC1rZXk=");
}

TEST_F(ExportClientTest, RefusedCredentialsAreExplainedAndNotShown) {
  script_.On(
      "GET /api/3/cohorts",
      {http::Response{
          403, {}, R"({"error":{"http_code":403,"metadata":{"details":"Invalid API Key"}}})"}});
  const auto cohorts = Make().ListCohorts({});
  ASSERT_FALSE(cohorts);
  EXPECT_EQ(cohorts.error().error.code(), ErrorCode::kUnauthorized);
  EXPECT_THAT(cohorts.error().error.message(),
              HasSubstr("most likely the project is in the other"));
  EXPECT_THAT(cohorts.error().error.message(), Not(HasSubstr("the-api-key")));
}

TEST_F(ExportClientTest, PageInsteadOfAListIsAnError) {
  script_.On("GET /api/3/cohorts", {http::Response{200, {}, "<html>"}});
  EXPECT_EQ(Make().ListCohorts({}).error().error.message(),
            "list cohorts: https://amplitude.com: not a list of cohorts; the answer begins with "
            "'<html>'");
}

TEST_F(ExportClientTest, RequestAsksForThePropertyOnly) {
  script_.On("GET /api/5/cohorts/request/a%2Fb?props=1&propKeys=e%20mail%26x",
             {http::Response{202, {}, R"({"request_id":"Sf7M9j","cohort_id":"a/b"})"}});
  EXPECT_EQ(Make().RequestExport(CohortId("a/b"), "e mail&x", {}), "Sf7M9j");
}

TEST_F(ExportClientTest, RequestForTheUserIdAsksForNoProperty) {
  script_.On("GET /api/5/cohorts/request/abc", {http::Response{200, {}, R"({"request_id":"r"})"}});
  EXPECT_EQ(Make().RequestExport(CohortId("abc"), "user_id", {}), "r");
}

TEST_F(ExportClientTest, RequestWithoutAnIdInItsAnswerIsAnError) {
  script_.On("GET /api/5/cohorts/request/abc",
             {http::Response{202, {}, R"({"request_id":7})"}, http::Response{404, {}, ""}});
  ExportClient client = Make();
  EXPECT_THAT(client.RequestExport(CohortId("abc"), "user_id", {}).error().error.message(),
              HasSubstr(R"(answered 202 with '{"request_id":7}', which is not what it documents)"));
  EXPECT_EQ(client.RequestExport(CohortId("abc"), "user_id", {}).error().status, 404);
}

TEST_F(ExportClientTest, PollBelievesTheWordsOfTheAnswer) {
  const auto answer = [](int status, const std::string& state) {
    return http::Response{status, {}, R"({"async_status":")" + state + R"("})"};
  };
  script_.On("GET /api/5/cohorts/request-status/r%2F1",
             {answer(202, "JOB INPROGRESS"),
              answer(200, "JOB INPROGRESS"),
              answer(200, "JOB COMPLETED"),
              answer(200, "JOB FAILED"),
              http::Response{200, {}, "{}"},
              http::Response{429, {}, ""}});
  ExportClient client = Make();
  EXPECT_EQ(client.PollExport("r/1", {}), ExportState::kRunning);
  EXPECT_EQ(client.PollExport("r/1", {}), ExportState::kRunning);
  EXPECT_EQ(client.PollExport("r/1", {}), ExportState::kDone);
  EXPECT_EQ(client.PollExport("r/1", {}).error().error.message(),
            "ask for the export's state: https://amplitude.com answered 'JOB FAILED'; look at the "
            "cohort in Amplitude, the next run asks for a new export");
  EXPECT_THAT(client.PollExport("r/1", {}).error().error.message(), HasSubstr("with '{}'"));
  EXPECT_EQ(client.PollExport("r/1", {}).error().status, 429);
}

TEST_F(ExportClientTest, DownloadsASmallFileFromTheApi) {
  script_.On(kFile, {http::Response{200, {}, "\"email\"\n\"a@x.com\"\n"}});
  EXPECT_EQ(Download(), "\"email\"\n\"a@x.com\"\n");
}

TEST_F(ExportClientTest, FollowsALinkToStorageWithoutCredentials) {
  for (const int status : {301, 302, 303, 307, 308}) {
    HttpScript script;
    script.On(kFile, {Redirect(kLink, status)});
    script.On(std::string("GET ") + kLink, {http::Response{200, {}, "content"}});
    ExportClient client(
        {kBase, Secret("the-api-key"), Secret("s"), script.MakeClient(kBase), script.Factory()});
    std::string seen;
    ASSERT_TRUE(client.Download("Sf7M9j",
                                [&seen](std::string_view bytes) {
                                  seen += bytes;
                                  return Status();
                                },
                                {}));
    EXPECT_EQ(seen, "content");
    EXPECT_EQ(script.requests().at(1).origin, "https://storage.example");
    EXPECT_EQ(script.requests().at(1).request.headers.fields().size(), 0U);
  }
}

TEST_F(ExportClientTest, FollowsThreeRedirectsAndNotFour) {
  script_.On(kFile, {Redirect("https://a.example/1"), Redirect("https://a.example/1")});
  script_.Always("GET https://a.example/1", Redirect("/2"));
  script_.On("GET https://a.example/2",
             {Redirect("https://b.example/3"), Redirect("https://b.example/3")});
  script_.On("GET https://b.example/3", {http::Response{200, {}, "content"}, Redirect("/4")});
  EXPECT_EQ(Download(), "content");
  EXPECT_EQ(Download(), "error: download export: more than 3 redirects in a row");
}

TEST_F(ExportClientTest, RefusesRedirectsToPlainHttpAndToThisMachine) {
  script_.On(kFile,
             {Redirect("http://storage.example/f?sig=5ec2e7"),
              Redirect("https://127.0.0.1:9/f"),
              Redirect("http://localhost/f"),
              Redirect("ftp://storage.example/f"),
              Redirect("//storage.example/f"),
              Redirect("")});
  const std::string from = "error: download export: redirected from https://amplitude.com to ";
  EXPECT_EQ(Download(), from + "'http://storage.example', which is not https, refused");
  EXPECT_EQ(Download(), from + "this machine ('https://127.0.0.1:9'), refused");
  EXPECT_EQ(Download(), from + "this machine ('http://localhost'), refused");
  EXPECT_EQ(Download(), from + "'ftp://storage.example', which is not https, refused");
  EXPECT_EQ(Download(), from + "'', which is not https, refused");
  EXPECT_EQ(Download(), from + "'', which is not https, refused");
  EXPECT_EQ(script_.CountOf("GET /f"), 0U);
}

TEST_F(ExportClientTest, StandInOnThisMachineMayRedirectToThisMachine) {
  const std::string base = "http://127.0.0.1:8001";
  script_.On(kFile, {Redirect("http://127.0.0.1:8002/f")});
  script_.On("GET http://127.0.0.1:8002/f", {http::Response{200, {}, "content"}});
  EXPECT_EQ(Download(base), "content");
}

TEST_F(ExportClientTest, ExpiredLinkIsAskedForAgain) {
  const http::Response expired{403, {}, "<Error><Code>AccessDenied</Code></Error>"};
  script_.Always(kFile, Redirect(kLink));
  script_.On(std::string("GET ") + kLink,
             {expired, expired, expired, http::Response{200, {}, "content"}});
  EXPECT_EQ(Download(), "content");
  EXPECT_EQ(script_.CountOf(kFile), 4U);
}

TEST_F(ExportClientTest, GivesUpWhenEveryLinkHasExpired) {
  script_.Always(kFile, Redirect(kLink));
  script_.Always(std::string("GET ") + kLink, http::Response{403, {}, "<Error>late</Error>"});
  EXPECT_EQ(Download(),
            "error: download export: the storage at https://storage.example answered 403 "
            "'<Error>late</Error>' to 4 links in a row; try again later");
  EXPECT_EQ(script_.CountOf(kFile), 4U);
}

TEST_F(ExportClientTest, RefusalOfTheApiIsNotAnExpiredLink) {
  script_.On(kFile, {http::Response{403, {}, ""}});
  EXPECT_THAT(Download(), HasSubstr("https://amplitude.com answered 403: check 'region'"));
  EXPECT_EQ(script_.CountOf(kFile), 1U);
}

TEST_F(ExportClientTest, LongRefusalIsNotReadToItsEnd) {
  script_.piece_bytes = 1000;
  script_.On(kFile, {http::Response{500, {}, std::string(100'000, 'x')}});
  EXPECT_THAT(Download(), HasSubstr("answered 500 'xxxx"));
}

TEST_F(ExportClientTest, CutDownloadIsAnErrorThatMayPass) {
  ScriptedAnswer cut(http::Response{200, {}, "\"email\"\n\"a@x.com\"\n"});
  cut.cut_after = 8;
  script_.On(kFile, {cut});
  const auto result = Make().Download("Sf7M9j", [](std::string_view) { return Status(); }, {});
  ASSERT_FALSE(result);
  EXPECT_TRUE(result.error().may_pass);
  EXPECT_EQ(result.error().error.message(),
            "download export: no whole answer from https://amplitude.com: the connection ended "
            "before the answer did");
}

TEST_F(ExportClientTest, FailureOfTheSinkIsReturnedAndFinal) {
  script_.On(kFile, {http::Response{200, {}, "content"}});
  const auto result = Make().Download(
      "Sf7M9j",
      [](std::string_view) { return Status(Fail(ErrorCode::kInvalidInput, "no CSV")); },
      {});
  ASSERT_FALSE(result);
  EXPECT_FALSE(result.error().may_pass);
  EXPECT_EQ(result.error().error, Error(ErrorCode::kInvalidInput, "no CSV"));
}

// The same over sockets, with the real client: storage that refuses a request with credentials.
TEST(ExportClientOverSockets, FollowsALinkAndNeverTakesACutFileAsWhole) {
  bool cut = false;
  auto storage = http::Server::Start({}, [&cut](const http::Request& request) {
    http::Reply reply;
    reply.response.body = "whole file";
    if (request.headers.Find("Authorization")) reply.response.status = 400;
    if (cut) reply.cut_after = 5;
    return reply;
  });
  ASSERT_TRUE(storage) << storage.error().message();
  auto api = http::Server::Start({}, [&storage](const http::Request& request) {
    http::Reply reply;
    reply.response = Redirect((*storage)->url() + "/bucket?signature=1");
    if (!request.headers.Find("Authorization")) reply.response.status = 403;
    return reply;
  });
  ASSERT_TRUE(api) << api.error().message();
  const std::string base = (*api)->url();
  auto client = http::MakeClient(ApiClientOptions(base));
  ASSERT_TRUE(client) << client.error().message();
  ExportClient exports({base, Secret("k"), Secret("s"), std::move(*client), http::MakeClient});
  std::string seen;
  const auto sink = [&seen](std::string_view bytes) {
    seen += bytes;
    return Status();
  };
  EXPECT_TRUE(exports.Download("Sf7M9j", sink, {}));
  EXPECT_EQ(seen, "whole file");
  (*storage)->Run([&cut] { cut = true; });
  EXPECT_FALSE(exports.Download("Sf7M9j", sink, {}));
}

}  // namespace
}  // namespace cohort_sync::amplitude
