// Commands that look at, pause and end one binding.
#include <algorithm>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>

#include "base/time_text.h"
#include "cli/cli_fixture.h"

namespace cohort_sync {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

class BindingCommands : public CliTest {};

TEST_F(BindingCommands, MembersPrintsOneContactALine) {
  ASSERT_EQ(Run({"sync", "9apg8e8f"}).code, ExitCode::kDone);
  const CommandResult members = Run({"members", "active users"});
  EXPECT_EQ(members.code, ExitCode::kDone);
  EXPECT_EQ(std::count(members.out.begin(), members.out.end(), '\n'), 10);
  EXPECT_THAT(members.out, HasSubstr("user07@example.com\n"));
  const nlohmann::json json = RunJson({"members", "9apg8e8f"}, ExitCode::kDone);
  EXPECT_EQ(json["list"], "activeusers");
  EXPECT_EQ(json["as_of"], nullptr);
  EXPECT_THAT(json["members"], SizeIs(10));
}

TEST_F(BindingCommands, MembersAsOfATimeAreThoseOfThatTime) {
  const TimePoint before = clock.Now();
  clock.Advance(std::chrono::hours(1));
  ASSERT_EQ(Run({"sync", "9apg8e8f"}).code, ExitCode::kDone);
  clock.Advance(std::chrono::hours(1));
  const TimePoint between = clock.Now();
  clock.Advance(std::chrono::hours(1));
  Leave("9apg8e8f", {"user01@example.com"});
  ASSERT_EQ(Run({"sync", "9apg8e8f"}).code, ExitCode::kDone);

  const auto at = [&](TimePoint time) {
    return RunJson({"members", "9apg8e8f", "--as-of", FormatTime(time)},
                   ExitCode::kDone)["members"];
  };
  EXPECT_THAT(at(before), IsEmpty());
  EXPECT_THAT(at(between), SizeIs(10));
  EXPECT_THAT(at(clock.Now()), SizeIs(9));
}

TEST_F(BindingCommands, MembersSaysWhichTimesItCannotTell) {
  ASSERT_EQ(Run({"sync", "9apg8e8f"}).code, ExitCode::kDone);
  CommandResult result = Run({"members", "9apg8e8f", "--as-of", "yesterday"});
  EXPECT_EQ(result.code, ExitCode::kUsage);
  EXPECT_EQ(result.err,
            "error: --as-of 'yesterday': use a date or a time in UTC, for example 2026-11-21 or "
            "2026-11-21T06:00:00Z\n");
  result = Run({"members", "9apg8e8f", "--as-of", "2999-01-01"});
  EXPECT_THAT(result.err, StartsWith("error: --as-of '2999-01-01' is in the future; it is "));
}

TEST_F(BindingCommands, MembersSuggestsTheCohortThatWasMeant) {
  ASSERT_EQ(Run({"sync", "9apg8e8f"}).code, ExitCode::kDone);
  const CommandResult result = Run({"members", "activ users"});
  EXPECT_EQ(result.err,
            "error: no cohort called 'activ users' was synced, did you mean 'active users'?; "
            "'cohort-sync status' "
            "lists them\n");
}

TEST_F(BindingCommands, PausedCohortIsLeftAloneUntilItIsResumed) {
  ASSERT_EQ(Run({"sync"}).code, ExitCode::kDone);
  const CommandResult paused = Run({"pause", "9apg8e8f"});
  EXPECT_EQ(paused.code, ExitCode::kDone);
  EXPECT_THAT(paused.out, StartsWith("cohort '9apg8e8f' is paused since 20"));
  EXPECT_THAT(paused.out,
              HasSubstr(": nothing is read for list 'activeusers' and nothing is sent; "
                        "'cohort-sync resume 9apg8e8f' lets it go on\n"));
  Leave("9apg8e8f", {"user01@example.com"});

  const CommandResult all = Run({"sync"});
  EXPECT_EQ(all.code, ExitCode::kDone) << all.err;
  EXPECT_THAT(all.err, HasSubstr("cohort '9apg8e8f' is paused since "));
  EXPECT_THAT(all.err, HasSubstr(" and left alone\n"));
  EXPECT_THAT(ListAtCordial("activeusers"), SizeIs(10));
  for (const char* command : {"sync", "resync", "retry"}) {
    const CommandResult one = Run({command, "9apg8e8f"});
    EXPECT_EQ(one.code, ExitCode::kFailed) << command;
    EXPECT_THAT(one.out + one.err, HasSubstr("'cohort-sync resume 9apg8e8f' lets it go on"));
  }
  EXPECT_THAT(ListAtCordial("activeusers"), SizeIs(10));
  EXPECT_THAT(Run({"status"}).out, HasSubstr("cohort '9apg8e8f' is paused since "));

  EXPECT_EQ(Run({"resume", "9apg8e8f"}).out,
            "cohort '9apg8e8f' goes on; its next sync brings list 'activeusers' up to date\n");
  EXPECT_EQ(
      Run({"resume", "9apg8e8f"}).out,
      "cohort '9apg8e8f' was not paused; its next sync brings list 'activeusers' up to date\n");
  ASSERT_EQ(Run({"sync", "9apg8e8f"}).code, ExitCode::kDone);
  EXPECT_THAT(ListAtCordial("activeusers"), SizeIs(9));
}

TEST_F(BindingCommands, ForgetLeavesTheListAndBeginsAgain) {
  ASSERT_EQ(Run({"sync", "9apg8e8f"}).code, ExitCode::kDone);
  ForgetRequests();
  EXPECT_EQ(Run({"forget", "9apg8e8f"}).out,
            "forgot cohort '9apg8e8f': list 'activeusers' keeps its contacts; its runs are kept. "
            "Configured, it would begin again with its next sync\n");
  EXPECT_EQ(ContactCalls(), 0U);
  EXPECT_THAT(ListAtCordial("activeusers"), SizeIs(10));
  EXPECT_THAT(Run({"status"}).out, HasSubstr("never synced"));
  EXPECT_THAT(RunJson({"runs"}, ExitCode::kDone)["runs"], SizeIs(1));
  EXPECT_THAT(Run({"members", "9apg8e8f"}).err,
              HasSubstr("no cohort called '9apg8e8f' was synced"));

  ASSERT_EQ(Run({"sync", "9apg8e8f"}).code, ExitCode::kDone);
  EXPECT_EQ(ContactCalls(), 10U);
}

TEST_F(BindingCommands, ForgetTakesContactsOffOnlyWithTheirNumber) {
  ASSERT_EQ(Run({"sync", "9apg8e8f"}).code, ExitCode::kDone);
  ForgetRequests();
  for (const char* approved : {"0", "9"}) {
    const CommandResult held =
        Run({"forget", "9apg8e8f", "--remove-contacts", "--approve", approved});
    EXPECT_EQ(held.code, ExitCode::kHeld);
    EXPECT_EQ(held.err,
              "held: this takes 10 contacts off list 'activeusers'; 'cohort-sync forget 9apg8e8f "
              "--remove-contacts --approve 10' does it\n");
  }
  EXPECT_EQ(ContactCalls(), 0U);
  const CommandResult done = Run({"forget", "9apg8e8f", "--remove-contacts", "--approve", "10"});
  EXPECT_EQ(done.code, ExitCode::kDone) << done.err;
  EXPECT_THAT(done.out,
              HasSubstr("forgot cohort '9apg8e8f': 10 contacts were taken off list "
                        "'activeusers'; its runs are kept."));
  EXPECT_THAT(done.out, HasSubstr("active users (9apg8e8f) → activeusers\n"));
  EXPECT_THAT(ListAtCordial("activeusers"), IsEmpty());
  EXPECT_THAT(Run({"status"}).out, HasSubstr("never synced"));
}

TEST_F(BindingCommands, ForgetKeepsTheBindingWhileAContactIsStillOnTheList) {
  ASSERT_EQ(Run({"sync", "9apg8e8f"}).code, ExitCode::kDone);
  stand_ins->WithCordial([](simulator::CordialAccount& account) {
    account.switches().refuse_contacts = {"user04@example.com"};
  });
  const CommandResult parked = Run({"forget", "9apg8e8f", "--remove-contacts", "--approve", "10"});
  EXPECT_EQ(parked.code, ExitCode::kParked);
  EXPECT_THAT(parked.err,
              HasSubstr("cohort '9apg8e8f' is not forgotten yet: not every contact is off list "
                        "'activeusers'; the same command goes on\n"));
  EXPECT_THAT(ListAtCordial("activeusers"), ElementsAre("user04@example.com"));
  stand_ins->WithCordial(
      [](simulator::CordialAccount& account) { account.switches().refuse_contacts.clear(); });
  ASSERT_EQ(Run({"retry", "9apg8e8f"}).code, ExitCode::kDone);
  EXPECT_EQ(Run({"forget", "9apg8e8f", "--remove-contacts"}).code, ExitCode::kDone);
}

TEST_F(BindingCommands, ForgetNamesWhatItDropped) {
  stand_ins->WithCordial([](simulator::CordialAccount& account) {
    account.switches().refuse_contacts = {"user04@example.com"};
  });
  ASSERT_EQ(Run({"sync", "9apg8e8f"}).code, ExitCode::kParked);
  EXPECT_THAT(Run({"forget", "9apg8e8f"}).out,
              HasSubstr("list 'activeusers' keeps its contacts, 1 open operation was dropped;"));
}

TEST_F(BindingCommands, ResyncEmptiesAListThatOthersFillTooOnlyWithItsNumber) {
  ASSERT_EQ(Run({"sync", "9apg8e8f"}).code, ExitCode::kDone);
  Leave("9apg8e8f", {"user01@example.com"});
  const CommandResult refused = Run({"resync", "9apg8e8f", "--clear", "9"});
  EXPECT_EQ(refused.code, ExitCode::kFailed);
  EXPECT_THAT(refused.out, HasSubstr("'cohort-sync resync 9apg8e8f --clear 10' takes all of them"));
  EXPECT_THAT(ListAtCordial("activeusers"), SizeIs(10));
  const CommandResult done = Run({"resync", "9apg8e8f", "--clear", "10"});
  EXPECT_EQ(done.code, ExitCode::kDone) << done.out << done.err;
  EXPECT_THAT(done.out, HasSubstr("list 'activeusers' was emptied first of 10 contacts"));
  EXPECT_THAT(ListAtCordial("activeusers"), SizeIs(9));
  EXPECT_EQ(Run({"resync", "--clear", "10", "9apg8e8f", "7khm89cz"}).code, ExitCode::kUsage);
}

TEST_F(BindingCommands, FolderGivesItsSnapshotsOneAfterTheOther) {
  std::filesystem::create_directory(directory.File("in"));
  WriteConfig(R"({
    "state": "cohort-sync.db",
    "destinations": {"cordial": {"api": "rest", "endpoint": "CORDIAL", "api_key": "env:TEST_CORDIAL_API_KEY",
                                 "contact_identifier_name": "email", "contact_identifier_mapping": "email"}},
    "syncs": [{"cohort": "active", "name": "active users", "frequency": "hourly",
               "source": {"type": "folder", "path": "in", "pattern": "active-*.csv"}}]
  })");
  EXPECT_EQ(Run({"sync"}).code, ExitCode::kFailed);  // Nothing to begin with.
  std::ofstream(directory.File("in/active-1.csv")) << "email\na@example.com\nb@example.com\n";
  EXPECT_EQ(Run({"plan"}).code, ExitCode::kDone);
  ASSERT_EQ(Run({"sync"}).code, ExitCode::kDone);
  EXPECT_THAT(ListAtCordial("activeusers"), SizeIs(2));
  EXPECT_TRUE(std::filesystem::exists(directory.File("in/done/active-1.csv")));

  const CommandResult nothing = Run({"sync"});
  EXPECT_EQ(nothing.code, ExitCode::kDone) << nothing.out;
  EXPECT_THAT(nothing.out, HasSubstr("no file matching 'active-*.csv' waits"));

  std::ofstream(directory.File("in/active-2.csv")) << "mail\na@example.com\n";
  EXPECT_EQ(Run({"plan"}).code, ExitCode::kFailed);
  EXPECT_TRUE(std::filesystem::exists(directory.File("in/active-2.csv")));
  EXPECT_EQ(Run({"sync"}).code, ExitCode::kFailed);
  EXPECT_TRUE(std::filesystem::exists(directory.File("in/failed/active-2.csv.reason.txt")));
  EXPECT_THAT(ListAtCordial("activeusers"), SizeIs(2));
}

TEST_F(BindingCommands, CohortsShowsTheListOfEachCohort) {
  ASSERT_EQ(Run({"sync", "9apg8e8f"}).code, ExitCode::kDone);
  const nlohmann::json cohorts = RunJson({"cohorts"}, ExitCode::kDone)["cohorts"];
  const auto cohort = [&](const std::string& id) {
    return *std::find_if(cohorts.begin(), cohorts.end(), [&](const nlohmann::json& each) {
      return each["cohort"] == id;
    });
  };
  EXPECT_EQ(cohort("9apg8e8f")["list"], "activeusers");
  EXPECT_EQ(cohort("9apg8e8f")["synced"], true);
  EXPECT_EQ(cohort("7khm89cz")["list"], "bigspenders");
  EXPECT_EQ(cohort("7khm89cz")["synced"], false);
  EXPECT_EQ(cohort("7khm89cz")["configured"], true);
  const CommandResult text = Run({"cohorts"});
  EXPECT_THAT(text.out, StartsWith("cohort "));
  EXPECT_THAT(text.out, HasSubstr("active users"));
  EXPECT_THAT(text.out, HasSubstr("synced"));
}

}  // namespace
}  // namespace cohort_sync
