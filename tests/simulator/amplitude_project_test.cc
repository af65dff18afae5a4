#include "simulator/amplitude_project.h"

#include <gmock/gmock.h>

#include "simulator/amplitude_fixture.h"

namespace cohort_sync::simulator {
namespace {

using ::testing::HasSubstr;
using Json = nlohmann::json;

class AmplitudeProjectTest : public AmplitudeFixture {};

Json Refusal(const char* details) {
  return {{"error",
           {{"http_code", 403}, {"type", "unspecified"}, {"metadata", {{"details", details}}}}}};
}

TEST_F(AmplitudeProjectTest, WrongCredentialsAreTheTwo403s) {
  for (const char* credential : {"", "other:secret"}) {
    const http::Reply reply = Get("/api/3/cohorts", credential);
    EXPECT_EQ(reply.response.status, 403);
    EXPECT_EQ(BodyOf(reply), Refusal("Invalid API Key"));
  }
  for (const char* credential : {"key", "key:", "key:other"}) {
    const http::Reply reply = Get("/api/3/cohorts", credential);
    EXPECT_EQ(reply.response.status, 403);
    EXPECT_EQ(BodyOf(reply), Refusal("Invalid API/Secret Key combination"));
  }
}

TEST_F(AmplitudeProjectTest, ListsACohortWithEveryRecordedField) {
  const Json cohort = BodyOf(Get("/api/3/cohorts")).at("cohorts").at(0);
  for (const char* key : {"appId",
                          "archived",
                          "definition",
                          "description",
                          "finished",
                          "id",
                          "name",
                          "published",
                          "type",
                          "lastMod",
                          "createdAt",
                          "lastComputed",
                          "hidden",
                          "metadata",
                          "view_count",
                          "popularity",
                          "last_viewed",
                          "chart_id",
                          "edit_id",
                          "is_predictive",
                          "is_official_content",
                          "location_id",
                          "shortcut_ids",
                          "per_app_metadata",
                          "cohort_definition_type",
                          "cohort_output_type",
                          "is_generated_content",
                          "owners",
                          "viewers",
                          "size"}) {
    EXPECT_TRUE(cohort.contains(key)) << key;
  }
  EXPECT_EQ(cohort.size(), 30U);
  EXPECT_EQ(cohort.at("id"), "vip1");
  EXPECT_EQ(cohort.at("name"), "very important");
  EXPECT_EQ(cohort.at("size"), 2);
  EXPECT_EQ(cohort.at("lastComputed"), 1'795'240'800);
  EXPECT_EQ(cohort.at("definition").at("countGroup").at("name"), "User");
}

TEST_F(AmplitudeProjectTest, SyncInfoIsThereOnRequest) {
  EXPECT_TRUE(BodyOf(Get("/api/3/cohorts?includeSyncInfo=true"))
                  .at("cohorts")
                  .at(0)
                  .at("syncMetadata")
                  .is_array());
}

TEST_F(AmplitudeProjectTest, ANeverComputedCohortHasNulls) {
  Cohort cohort;
  cohort.id = "vip1";
  cohort.name = "new";
  cohort.computed = false;
  project_.PutCohort(cohort);
  const Json listed = BodyOf(Get("/api/3/cohorts")).at("cohorts").at(0);
  EXPECT_EQ(listed.at("finished"), false);
  EXPECT_TRUE(listed.at("lastComputed").is_null());
  EXPECT_TRUE(listed.at("size").is_null());
}

TEST_F(AmplitudeProjectTest, ArchivedIsFlaggedAndUnpublishedHidden) {
  Cohort cohort;
  cohort.id = "vip1";
  cohort.name = "old";
  cohort.archived = true;
  project_.PutCohort(cohort);
  EXPECT_EQ(BodyOf(Get("/api/3/cohorts")).at("cohorts").at(0).at("archived"), true);
  cohort.published = false;
  project_.PutCohort(cohort);
  EXPECT_TRUE(BodyOf(Get("/api/3/cohorts")).at("cohorts").empty());
}

TEST_F(AmplitudeProjectTest, RequestingComputesAndListingDoesNot) {
  project_.Enter("vip1", {"c@example.com"}).value();
  clock_.Advance(std::chrono::seconds(90));
  EXPECT_EQ(BodyOf(Get("/api/3/cohorts")).at("cohorts").at(0).at("lastComputed"), 1'795'240'800);
  EXPECT_EQ(BodyOf(Get("/api/3/cohorts")).at("cohorts").at(0).at("size"), 2);
  Request();
  EXPECT_EQ(BodyOf(Get("/api/3/cohorts")).at("cohorts").at(0).at("lastComputed"), 1'795'240'890);
  EXPECT_EQ(BodyOf(Get("/api/3/cohorts")).at("cohorts").at(0).at("size"), 3);
}

TEST_F(AmplitudeProjectTest, UsageCountsRequestsAndStartsAgainEachMonth) {
  switches().monthly_requests = 2;
  Request();
  EXPECT_EQ(BodyOf(Get("/api/3/cohorts/usage")), (Json{{"limit", 2}, {"count", 1}}));
  Request();
  const http::Reply reply = Get("/api/5/cohorts/request/vip1");
  EXPECT_EQ(reply.response.status, 429);
  EXPECT_THAT(reply.response.body, HasSubstr("monthly limit"));
  EXPECT_FALSE(reply.response.headers.Find("Retry-After"));
  clock_.Advance(std::chrono::days(10));  // 1 December.
  EXPECT_EQ(BodyOf(Get("/api/3/cohorts/usage")), (Json{{"limit", 2}, {"count", 0}}));
  EXPECT_EQ(Get("/api/5/cohorts/request/vip1").response.status, 202);
}

TEST_F(AmplitudeProjectTest, SixtyRequestsFitInTenMinutes) {
  switches().parallel_exports = 0;
  for (int i = 0; i < 60; ++i)
    EXPECT_EQ(Get("/api/5/cohorts/request/vip1").response.status, 202);
  switches().retry_after_seconds = 30;
  const http::Reply reply = Get("/api/5/cohorts/request/vip1");
  EXPECT_EQ(reply.response.status, 429);
  EXPECT_EQ(reply.response.headers.Find("Retry-After"), "30");
  EXPECT_EQ(BodyOf(Get("/api/3/cohorts/usage")).at("count"), 60);
  clock_.Advance(std::chrono::minutes(10));
  EXPECT_EQ(Get("/api/5/cohorts/request/vip1").response.status, 202);
}

TEST_F(AmplitudeProjectTest, PollsAndDownloadsCountWhenToldSo) {
  switches().requests_per_ten_minutes = 4;
  switches().polls_count = true;
  const std::string first = Request();
  EXPECT_EQ(Poll(first).response.status, 202);
  EXPECT_EQ(Poll(first).response.status, 200);
  EXPECT_EQ(Get("/api/5/cohorts/request/" + first + "/file").response.status, 200);
  EXPECT_EQ(Poll(first).response.status, 429);
  EXPECT_EQ(Get("/api/5/cohorts/request/" + first + "/file").response.status, 429);
  EXPECT_EQ(Get("/api/5/cohorts/request/vip1").response.status, 429);
  EXPECT_EQ(BodyOf(Get("/api/3/cohorts/usage")).at("count"), 1);
}

TEST_F(AmplitudeProjectTest, AFifthExportWaitsUntilOneIsDoneOrAMinuteOld) {
  const std::string first = Request();
  for (int i = 0; i < 3; ++i)
    Request();
  const http::Reply fifth = Get("/api/5/cohorts/request/vip1");
  EXPECT_EQ(fifth.response.status, 429);
  EXPECT_THAT(fifth.response.body, HasSubstr("parallel cohort requests"));
  Poll(first);
  EXPECT_EQ(Poll(first).response.status, 200);
  EXPECT_EQ(Get("/api/5/cohorts/request/vip1").response.status, 202);
  EXPECT_EQ(Get("/api/5/cohorts/request/vip1").response.status, 429);
  clock_.Advance(std::chrono::minutes(1));
  EXPECT_EQ(Get("/api/5/cohorts/request/vip1").response.status, 202);
}

TEST_F(AmplitudeProjectTest, ASixthConcurrentRequestIsLimitedAndTheListIsNot) {
  switches().parallel_exports = 0;
  switches().slow.next = 5;
  for (int i = 0; i < 5; ++i)
    EXPECT_EQ(Get("/api/5/cohorts/request/vip1").response.status, 202);
  const http::Reply sixth = Get("/api/5/cohorts/request/vip1");
  EXPECT_EQ(sixth.response.status, 429);
  EXPECT_THAT(sixth.response.body, HasSubstr("concurrent requests"));
  EXPECT_EQ(Get("/api/3/cohorts").response.status, 200);
  clock_.Advance(Duration(switches().slow_ms));
  EXPECT_EQ(Get("/api/5/cohorts/request/vip1").response.status, 202);
}

TEST_F(AmplitudeProjectTest, KeysOfTheOtherRegionAreUnknown) {
  switches().other_region = true;
  const http::Reply reply = Get("/api/3/cohorts");
  EXPECT_EQ(reply.response.status, 403);
  EXPECT_EQ(BodyOf(reply).at("error").at("metadata").at("details"), "Invalid API Key");
}

TEST_F(AmplitudeProjectTest, AnExportTakesItsTimeHoweverOftenItIsPolled) {
  switches().export_ms = 30'000;
  const std::string id = Request();
  Poll(id);
  clock_.Advance(std::chrono::seconds(29));
  EXPECT_EQ(Poll(id).response.status, 202);
  clock_.Advance(std::chrono::seconds(1));
  EXPECT_EQ(Poll(id).response.status, 200);
}

TEST_F(AmplitudeProjectTest, FaultsStrikeAnyCallAndCountNothing) {
  switches().rate_limited.next = 1;
  EXPECT_EQ(Get("/api/5/cohorts/request/vip1").response.status, 429);
  switches().server_error.next = 1;
  EXPECT_EQ(Get("/api/5/cohorts/request/vip1").response.status, 500);
  switches().gateway_timeout.next = 1;
  const http::Reply html = Get("/api/5/cohorts/request/vip1");
  EXPECT_EQ(html.response.status, 504);
  EXPECT_THAT(html.response.body, HasSubstr("<html>"));
  switches().reset_connection.next = 1;
  EXPECT_TRUE(Get("/api/5/cohorts/request/vip1").reset_connection);
  EXPECT_EQ(BodyOf(Get("/api/3/cohorts/usage")).at("count"), 0);
  switches().slow.next = 1;
  switches().slow_ms = 250;
  EXPECT_EQ(Get("/api/3/cohorts").delay, Duration(250));
}

TEST_F(AmplitudeProjectTest, EnterAndLeaveChangeOnlyWhoTheyMust) {
  EXPECT_EQ(project_.Enter("vip1", {"a@example.com", "c@example.com"}).value(), 1U);
  EXPECT_EQ(project_.Leave("vip1", {"a@example.com", "x@example.com"}).value(), 1U);
  EXPECT_EQ(project_.Summaries().at(0).members, 2U);
  EXPECT_EQ(project_.Enter("none", {}).error().message(), "no cohort 'none'");
  EXPECT_EQ(project_.Leave("none", {}).error().message(), "no cohort 'none'");
}

TEST_F(AmplitudeProjectTest, AUserWhoComesBackKeepsTheAmplitudeId) {
  const auto row_of_a = [&] {
    const std::string csv = Download().response.body;
    const std::size_t at = csv.find("\",\"a@example.com\"");
    return csv.substr(at - 12, 12);
  };
  const std::string before = row_of_a();
  project_.Leave("vip1", {"a@example.com"}).value();
  project_.Enter("vip1", {"a@example.com"}).value();
  EXPECT_EQ(row_of_a(), before);
}

TEST_F(AmplitudeProjectTest, UnknownPathsAndMethodsAre404) {
  EXPECT_EQ(Get("/api/9/cohorts").response.status, 404);
  http::Request request;
  request.method = "POST";
  request.target = "/api/3/cohorts";
  request.headers.Add("Authorization", "Basic " + Base64Encode("key:secret"));
  EXPECT_EQ(project_.Handle(request).response.status, 404);
}

}  // namespace
}  // namespace cohort_sync::simulator
