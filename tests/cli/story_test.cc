// The product's story, told by its commands against stand-ins on real sockets.
#include <gmock/gmock.h>

#include "base/format.h"
#include "cli/cli_fixture.h"
#include "http/client.h"

namespace cohort_sync {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

class StoryTest : public CliTest {};

TEST_F(StoryTest, TenUsersBecomeTenContacts) {
  const CommandResult result = Run({"sync", "9apg8e8f"});
  EXPECT_EQ(result.code, ExitCode::kDone) << result.err;
  EXPECT_THAT(result.out, HasSubstr("active users (9apg8e8f) → activeusers\n"));
  EXPECT_THAT(result.out, HasSubstr("10 rows, 10 contacts"));
  EXPECT_THAT(result.out, HasSubstr("run 1      succeeded, took "));
  EXPECT_THAT(ListAtCordial("activeusers"), SizeIs(10));
}

TEST_F(StoryTest, OnlyTheDifferenceIsSent) {
  ASSERT_EQ(Run({"sync", "9apg8e8f"}).code, ExitCode::kDone);
  Leave("9apg8e8f", {"user01@example.com", "user02@example.com"});
  Enter("9apg8e8f", {"user11@example.com", "user12@example.com", "user13@example.com"});
  ForgetRequests();
  ASSERT_EQ(Run({"sync", "active users"}).code, ExitCode::kDone);
  EXPECT_EQ(ContactCalls(), 5U);
  EXPECT_THAT(ListAtCordial("activeusers"), SizeIs(11));
  ForgetRequests();
  ASSERT_EQ(Run({"sync", "9apg8e8f"}).code, ExitCode::kDone);
  EXPECT_EQ(ContactCalls(), 0U);
}

TEST_F(StoryTest, MassRemovalIsHeldUntilItsNumberIsApproved) {
  ASSERT_EQ(Run({"sync", "7khm89cz"}).code, ExitCode::kDone);
  std::vector<std::string> gone;
  for (int i = 1; i <= 900; ++i)
    gone.push_back(Format("spender{:04}@example.com", i));
  Leave("7khm89cz", gone);

  const CommandResult held = Run({"sync", "7khm89cz"});
  EXPECT_EQ(held.code, ExitCode::kHeld);
  EXPECT_THAT(held.out, HasSubstr("900 removals until approved"));
  EXPECT_THAT(held.out, HasSubstr("'cohort-sync sync 7khm89cz --approve 900'"));
  EXPECT_THAT(ListAtCordial("bigspenders"), SizeIs(1000));

  EXPECT_EQ(Run({"sync", "7khm89cz", "--approve", "899"}).code, ExitCode::kHeld);
  EXPECT_THAT(ListAtCordial("bigspenders"), SizeIs(1000));

  EXPECT_EQ(Run({"sync", "7khm89cz", "--approve", "900"}).code, ExitCode::kDone);
  EXPECT_THAT(ListAtCordial("bigspenders"), SizeIs(100));
}

TEST_F(StoryTest, PlanChangesNothingAndItsExportIsUsedByTheSync) {
  const CommandResult plan = Run({"plan", "9apg8e8f"});
  EXPECT_EQ(plan.code, ExitCode::kDone) << plan.err;
  EXPECT_THAT(plan.out, HasSubstr("10 to add, 0 to remove, 0 unchanged"));
  EXPECT_THAT(plan.out, HasSubstr("10 calls"));
  EXPECT_THAT(plan.out, HasSubstr("nothing was changed\n"));
  EXPECT_EQ(ContactCalls(), 0U);
  EXPECT_THAT(RunJson({"runs"}, ExitCode::kDone)["runs"], SizeIs(0));
  ASSERT_EQ(Run({"sync", "9apg8e8f"}).code, ExitCode::kDone);
  std::size_t exports = 0;
  stand_ins->WithAmplitude([&](simulator::AmplitudeProject& project) {
    exports = project.log().Matching({"GET", "/api/5/cohorts/request/9apg8e8f"}).size();
  });
  EXPECT_EQ(exports, 1U);
}

TEST_F(StoryTest, ResyncAssertsEveryMemberAndPutsBackWhoWasTakenOff) {
  ASSERT_EQ(Run({"sync", "9apg8e8f"}).code, ExitCode::kDone);
  stand_ins->WithCordial([](simulator::CordialAccount& account) {
    http::Request request;
    request.method = "PUT";
    request.target = "/v2/contacts/email:user03%40example.com";
    request.headers.Add("Authorization", http::BasicAuthorization("demo-cordial-key", ""));
    request.headers.Add("Content-Type", "application/json");
    request.body = R"({"activeusers": false})";
    ASSERT_EQ(account.Handle(request).response.status, 200);
  });
  ASSERT_THAT(ListAtCordial("activeusers"), SizeIs(9));
  ForgetRequests();
  ASSERT_EQ(Run({"resync", "9apg8e8f"}).code, ExitCode::kDone);
  EXPECT_EQ(ContactCalls(), 10U);
  EXPECT_THAT(ListAtCordial("activeusers"), SizeIs(10));
}

TEST_F(StoryTest, RefusedContactIsParkedListedAndRetried) {
  stand_ins->WithCordial([](simulator::CordialAccount& account) {
    account.switches().refuse_contacts = {"user04@example.com"};
  });
  EXPECT_EQ(Run({"sync", "9apg8e8f"}).code, ExitCode::kParked);
  EXPECT_THAT(ListAtCordial("activeusers"), SizeIs(9));
  const CommandResult details = Run({"run", "1"});
  EXPECT_THAT(details.out, HasSubstr("user04@example.com"));
  EXPECT_THAT(Run({"run", "1", "--csv"}).out,
              HasSubstr(R"("parked","refused","add","","","user04@example.com",)"));
  stand_ins->WithCordial(
      [](simulator::CordialAccount& account) { account.switches().refuse_contacts.clear(); });
  EXPECT_EQ(Run({"retry", "9apg8e8f"}).code, ExitCode::kDone);
  EXPECT_THAT(ListAtCordial("activeusers"), SizeIs(10));
}

TEST_F(StoryTest, StatusAndRunsTellWhereThingsStand) {
  EXPECT_THAT(Run({"status"}).out, HasSubstr("never synced"));
  EXPECT_EQ(Run({"runs"}).out, "no runs yet; 'cohort-sync sync' makes the first\n");
  ASSERT_EQ(Run({"sync", "9apg8e8f"}).code, ExitCode::kDone);
  const nlohmann::json status = RunJson({"status"}, ExitCode::kDone);
  ASSERT_THAT(status["syncs"], SizeIs(2));
  EXPECT_EQ(status["syncs"][0]["list"], "activeusers");
  EXPECT_EQ(status["syncs"][0]["desired"], 10);
  EXPECT_EQ(status["syncs"][0]["pending"], 0);
  EXPECT_EQ(status["syncs"][0]["last_run"]["state"], "succeeded");
  EXPECT_EQ(status["syncs"][1]["synced"], false);
  const nlohmann::json run = RunJson({"run", "1"}, ExitCode::kDone);
  EXPECT_EQ(run["counts"]["added"], 10);
  EXPECT_EQ(run["delivery"]["calls"], 10);
  EXPECT_EQ(run["error"], nullptr);
}

TEST_F(StoryTest, CheckFindsEverythingInOrder) {
  const CommandResult result = Run({"check"});
  EXPECT_EQ(result.code, ExitCode::kDone) << result.out;
  EXPECT_THAT(result.out, HasSubstr("ok      project 'web': credentials work, 2 cohorts\n"));
  EXPECT_THAT(result.out, HasSubstr("ok      destination 'cordial': credentials work"));
  EXPECT_THAT(result.out,
              HasSubstr("cohort '9apg8e8f': 'active users' → list 'activeusers' (new)\n"));
  EXPECT_THAT(result.out, HasSubstr("ready to sync\n"));
}

}  // namespace
}  // namespace cohort_sync
