#include <gmock/gmock.h>

#include "simulator/amplitude_fixture.h"
#include "simulator/amplitude_project.h"

namespace cohort_sync::simulator {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;
using Json = nlohmann::json;

class AmplitudeExportsTest : public AmplitudeFixture {
 protected:
  // Where the 302 of a finished export leads.
  std::string LinkOf(const http::Reply& reply) {
    EXPECT_EQ(reply.response.status, 302);
    return std::string(reply.response.headers.Find("Location").value_or(""));
  }
};

TEST_F(AmplitudeExportsTest, RequestPollAndDownloadFollowTheContract) {
  const http::Reply requested = Get("/api/5/cohorts/request/vip1?props=1&propKeys=email");
  EXPECT_EQ(requested.response.status, 202);
  const std::string id = BodyOf(requested).at("request_id");
  EXPECT_EQ(BodyOf(requested), (Json{{"request_id", id}, {"cohort_id", "vip1"}}));

  http::Reply poll = Poll(id);
  EXPECT_EQ(poll.response.status, 202);
  EXPECT_EQ(BodyOf(poll),
            (Json{{"request_id", id}, {"cohort_id", "vip1"}, {"async_status", "JOB INPROGRESS"}}));
  poll = Poll(id);
  EXPECT_EQ(poll.response.status, 200);
  EXPECT_EQ(BodyOf(poll).at("async_status"), "JOB COMPLETED");

  const http::Reply file = File(id);
  EXPECT_EQ(file.response.status, 200);
  EXPECT_EQ(file.response.body,
            "\"amplitude_id\",\"user_id\",\"email\"\n"
            "\"356890000001\",\"a@example.com\",\"a@example.com\"\n"
            "\"356890000002\",\"b@example.com\",\"b@example.com\"\n");
}

TEST_F(AmplitudeExportsTest, TheNumberOfPollsIsASwitch) {
  switches().polls_until_done = 3;
  const std::string id = Request();
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(Poll(id).response.status, 202);
  EXPECT_EQ(Poll(id).response.status, 200);
}

TEST_F(AmplitudeExportsTest, RequestMayAnswer200) {
  switches().request_answers_200 = true;
  EXPECT_EQ(Get("/api/5/cohorts/request/vip1").response.status, 200);
}

TEST_F(AmplitudeExportsTest, TheContentIsFixedWhenTheExportIsRequested) {
  const std::string id = Request();
  project_.Enter("vip1", {"c@example.com"}).value();
  project_.Leave("vip1", {"a@example.com"}).value();
  Poll(id);
  Poll(id);
  EXPECT_THAT(File(id).response.body, HasSubstr("a@example.com"));
  EXPECT_EQ(File(id).response.body.find("c@example.com"), std::string::npos);
}

TEST_F(AmplitudeExportsTest, AStuckExportNeverCompletes) {
  switches().export_outcome = ExportOutcome::kStuck;
  const std::string id = Request();
  for (int i = 0; i < 50; ++i)
    EXPECT_EQ(Poll(id).response.status, 202);
  EXPECT_EQ(File(id).response.status, 404);
}

TEST_F(AmplitudeExportsTest, AFailedExportSaysSoAndHasNoFile) {
  switches().export_outcome = ExportOutcome::kFails;
  const std::string id = Request();
  EXPECT_EQ(BodyOf(Poll(id)).at("async_status"), "JOB FAILED");
  EXPECT_EQ(File(id).response.status, 404);
}

TEST_F(AmplitudeExportsTest, PollsCanBeRefusedForAWhile) {
  const std::string id = Request();
  switches().poll_rate_limited.next = 1;
  EXPECT_EQ(Poll(id).response.status, 429);
  switches().poll_server_error.next = 1;
  EXPECT_EQ(Poll(id).response.status, 500);
  EXPECT_EQ(Poll(id).response.status, 202);
  EXPECT_EQ(Poll(id).response.status, 200);
}

TEST_F(AmplitudeExportsTest, TheFileIsNotThereBeforeTheExportIsDone) {
  const std::string id = Request();
  EXPECT_EQ(File(id).response.status, 404);
  switches().file_before_done_status = 400;
  EXPECT_EQ(File(id).response.status, 400);
}

TEST_F(AmplitudeExportsTest, LargeFilesAreRedirectedToALinkThatWorksForAMinute) {
  switches().inline_bytes = 20;
  const std::string link = LinkOf(Download());
  EXPECT_THAT(link, StartsWith("http://127.0.0.1:9/cohort-exports/"));
  EXPECT_THAT(FromStorage(link).response.body, HasSubstr("a@example.com"));
  clock_.Advance(std::chrono::seconds(59));
  EXPECT_EQ(FromStorage(link).response.status, 200);
  clock_.Advance(std::chrono::seconds(1));
  const http::Reply expired = FromStorage(link);
  EXPECT_EQ(expired.response.status, 403);
  EXPECT_THAT(expired.response.body,
              HasSubstr("<Code>AccessDenied</Code><Message>Request has expired</Message>"));
}

TEST_F(AmplitudeExportsTest, AskingForTheFileAgainGivesAFreshLink) {
  switches().inline_bytes = 20;
  const std::string id = Request();
  Poll(id);
  Poll(id);
  const std::string first = LinkOf(File(id));
  clock_.Advance(std::chrono::minutes(2));
  const std::string second = LinkOf(File(id));
  EXPECT_NE(first, second);
  EXPECT_EQ(FromStorage(first).response.status, 403);
  EXPECT_EQ(FromStorage(second).response.status, 200);
}

TEST_F(AmplitudeExportsTest, TheStorageRefusesCredentialsAndUnknownLinks) {
  switches().inline_bytes = 20;
  const std::string link = LinkOf(Download());
  EXPECT_EQ(FromStorage(link, true).response.status, 400);
  EXPECT_EQ(FromStorage(link + "0").response.status, 403);
}

TEST_F(AmplitudeExportsTest, ARequestIdWorksForSevenDays) {
  const std::string id = Request();
  Poll(id);
  Poll(id);
  clock_.Advance(std::chrono::days(7) - Duration(1));
  EXPECT_EQ(File(id).response.status, 200);
  clock_.Advance(Duration(1));
  EXPECT_EQ(File(id).response.status, 404);
  EXPECT_EQ(Poll(id).response.status, 404);
}

TEST_F(AmplitudeExportsTest, BothWaysOfDownloadAreGzipByDefault) {
  switches().gzip = true;
  const http::Reply direct = Download();
  EXPECT_EQ(direct.response.headers.Find("Content-Encoding"), "gzip");
  EXPECT_THAT(direct.response.body, StartsWith("\x1f\x8b"));
  switches().inline_bytes = 20;
  const http::Reply stored = FromStorage(LinkOf(Download()));
  EXPECT_EQ(stored.response.headers.Find("Content-Encoding"), "gzip");
  EXPECT_THAT(stored.response.body, StartsWith("\x1f\x8b"));
}

TEST_F(AmplitudeExportsTest, TheTransferCanBeChunkedOpenEndedOrCut) {
  switches().transfer = Transfer::kChunked;
  EXPECT_TRUE(Download().chunked);
  switches().transfer = Transfer::kUntilClose;
  EXPECT_TRUE(Download().close_delimited);
  switches().transfer = Transfer::kContentLength;
  switches().cut_download.next = 1;
  const http::Reply cut = Download();
  EXPECT_EQ(cut.cut_after, cut.response.body.size() / 2);
  EXPECT_FALSE(cut.chunked);
}

TEST_F(AmplitudeExportsTest, PropertiesAreColumnsInTheOrderAskedFor) {
  Cohort cohort;
  cohort.id = "vip1";
  cohort.name = "n";
  Member member = UserWithEmail("a@example.com");
  member.properties["city"] = "Ulm";
  cohort.members = {member};
  project_.PutCohort(cohort);
  EXPECT_THAT(Download("?props=1&propKeys=first+name&propKeys=city").response.body,
              StartsWith("\"amplitude_id\",\"user_id\",\"first name\",\"city\"\n"));
  EXPECT_THAT(Download("?props=1").response.body,
              StartsWith("\"amplitude_id\",\"user_id\",\"city\",\"email\"\n"));
  EXPECT_THAT(Download("?propKeys=city").response.body,
              StartsWith("\"amplitude_id\",\"user_id\"\n"));
}

TEST_F(AmplitudeExportsTest, EveryDownloadOfOneExportIsTheSameFile) {
  std::vector<std::string> emails;
  for (int i = 0; i < 100; ++i)
    emails.push_back(std::to_string(i) + "@example.com");
  project_.Enter("vip1", emails).value();
  switches().csv.random_order = true;
  const std::string id = Request();
  Poll(id);
  Poll(id);
  const std::string file = File(id).response.body;
  EXPECT_EQ(File(id).response.body, file);
  EXPECT_NE(Download().response.body, file);
}

TEST_F(AmplitudeExportsTest, AGroupCohortHasTheTabbedGroupColumn) {
  Cohort cohort;
  cohort.id = "vip1";
  cohort.name = "companies";
  cohort.group_type = "company";
  cohort.members = {{.amplitude_id = 1, .user_id = "acme", .properties = {}}};
  project_.PutCohort(cohort);
  EXPECT_EQ(Download().response.body, "\"\tgroup_value\"\n\"\tacme\"\n");
}

TEST_F(AmplitudeExportsTest, UnknownAndTooLargeCohortsAreRefusedAndNotCounted) {
  EXPECT_EQ(Get("/api/5/cohorts/request/none").response.status, 404);
  switches().unknown_cohort_status = 400;
  EXPECT_EQ(Get("/api/5/cohorts/request/none").response.status, 400);
  switches().max_export_users = 1;
  const http::Reply reply = Get("/api/5/cohorts/request/vip1");
  EXPECT_EQ(reply.response.status, 400);
  EXPECT_THAT(reply.response.body, HasSubstr("maximum of 1 users"));
  EXPECT_EQ(BodyOf(Get("/api/3/cohorts/usage")).at("count"), 0);
}

}  // namespace
}  // namespace cohort_sync::simulator
