#include "sync/preparation.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/format.h"
#include "sync/sync_world.h"

namespace cohort_sync {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class PreparationTest : public testing::Test {
 protected:
  [[nodiscard]] PreparedRun Planned(const RunOptions& options = {}) {
    Result<PreparedRun> run = world_.Plan(options);
    EXPECT_TRUE(run.has_value()) << (run ? "" : run.error().message());
    return run ? std::move(*run) : PreparedRun();
  }

  // Code and text of the refusal.
  [[nodiscard]] Error Refusal(const RunOptions& options = {}) {
    const Result<PreparedRun> run = world_.Plan(options);
    return run ? Error(ErrorCode::kInternal, "planned") : run.error();
  }

  static RunOptions Resync() {
    RunOptions options;
    options.trigger = RunTrigger::kResync;
    return options;
  }

  SyncWorld world_;
};

// ---- The first plan ----

TEST_F(PreparationTest, TheFirstPlanAddsEveryoneAndChangesNothing) {
  world_.source.values = Contacts(7);
  const PreparedRun run = Planned();
  EXPECT_TRUE(run.first_sync());
  EXPECT_EQ(run.list, ListName("ActiveUsers"));
  EXPECT_FALSE(run.existing_list.has_value());
  EXPECT_EQ(run.contacts_of_others, std::nullopt);
  EXPECT_THAT(run.delta.added, SizeIs(7));
  EXPECT_EQ(run.counts.added, 7);
  EXPECT_EQ(run.counts.members, 7);
  EXPECT_EQ(run.counts.rows, 7);
  EXPECT_EQ(run.calls, 7);
  EXPECT_EQ(run.started_at, FakeClock::kStart);
  EXPECT_THAT(run.notes, IsEmpty());

  EXPECT_EQ(world_.store().FindBinding(world_.target.key), std::nullopt);
  EXPECT_EQ(world_.destination.lists_made, 0U);
  EXPECT_THAT(world_.destination.calls(), IsEmpty());
  EXPECT_THAT(world_.source.accepted, IsEmpty());
  EXPECT_THAT(world_.history()->Runs(10, std::nullopt), IsEmpty());
}

TEST_F(PreparationTest, AsksTheSourceForWhatIsConfigured) {
  world_.target.identifier = {"customer_id", "user_id"};
  world_.target.reuse_export_within = 3h;
  static_cast<void>(Planned());
  ASSERT_THAT(world_.source.requests, SizeIs(1));
  const FetchRequest& request = world_.source.requests[0];
  EXPECT_EQ(request.cohort, CohortId("9apg8e8f"));
  EXPECT_EQ(request.identifier, (IdentifierMapping{"customer_id", "user_id"}));
  EXPECT_EQ(request.hash_key, world_.store().hash_key());
  EXPECT_EQ(request.reuse_export_within, 3h);
}

TEST_F(PreparationTest, CountsEveryRowOfTheSnapshotOnce) {
  world_.source.values = {"a@x.org", "A@x.org", "", "b@x.org", "no address", "a/b@x.org", "nobody"};
  const PreparedRun run = Planned();
  EXPECT_EQ(run.counts.rows, 7);
  EXPECT_EQ(run.counts.members, 2);
  EXPECT_EQ(run.counts.rejected, (RejectCounts{1, 1, 2, 1}));
  EXPECT_EQ(run.counts.added, 2);
}

TEST_F(PreparationTest, WarnsWhenTheRowsAreNotTheCohortsSize) {
  world_.source.values = Contacts(1);
  world_.source.expected_size = 1'204;
  EXPECT_THAT(Planned().notes,
              ElementsAre("amplitude counted 1,204 members when it last computed the cohort, the "
                          "export has 1 row"));
  world_.source.expected_size = 1;
  EXPECT_THAT(Planned().notes, IsEmpty());
}

TEST_F(PreparationTest, EstimatesTheTimeFromTheCallsAndTheRate) {
  world_.source.values = Contacts(90);
  const PreparedRun run = Planned();
  EXPECT_EQ(run.EstimatedTime(20), 4'500ms);
  EXPECT_EQ(run.EstimatedTime(0), std::nullopt);
  EXPECT_EQ(run.EstimatedTime(std::nullopt), std::nullopt);
}

// ---- The name of the list ----

TEST_F(PreparationTest, AChosenListNameWinsOverTheCohortsName) {
  world_.target.list_name = "vip";
  EXPECT_EQ(Planned().list, ListName("vip"));
}

TEST_F(PreparationTest, TheSourcesNameWinsOverTheConfiguredOne) {
  world_.target.cohort_name = "Other Name";
  EXPECT_EQ(Planned().list, ListName("ActiveUsers"));
  world_.source.cohort_name.reset();
  EXPECT_EQ(Planned().list, ListName("OtherName"));
}

TEST_F(PreparationTest, RefusesACohortWithoutAName) {
  world_.source.cohort_name.reset();
  EXPECT_EQ(Refusal(),
            Error(ErrorCode::kConfiguration,
                  "cohort '9apg8e8f': its name is not known; set 'name' or "
                  "'list_name' on this sync"));
}

TEST_F(PreparationTest, RefusesANameThatTheDestinationRefuses) {
  world_.source.cohort_name = "Active \xC3\xA9t\xC3\xA9";
  EXPECT_EQ(Refusal(),
            Error(ErrorCode::kConfiguration,
                  "cohort '9apg8e8f': list name 'Active\xC3\xA9t\xC3\xA9' is not allowed; set "
                  "'list_name'"));
  world_.target.list_name = "a.b";
  EXPECT_EQ(Refusal().message(),
            "cohort '9apg8e8f': list name 'a.b' is not allowed; set 'list_name'");
}

TEST_F(PreparationTest, RefusesAListThatAnotherCohortHas) {
  world_.Commit({});
  world_.target.key.cohort = CohortId("7khm89cz");
  for (const char* name : {"Active Users", "active users", "ACTIVEUSERS"}) {
    world_.source.cohort_name = name;
    std::string list = name;
    list.erase(std::remove(list.begin(), list.end(), ' '), list.end());
    EXPECT_EQ(Refusal(),
              Error(ErrorCode::kConfiguration,
                    Format("cohort '7khm89cz' would use list '{}', which belongs to cohort "
                           "'9apg8e8f'; set another 'list_name' on this sync",
                           list)));
  }
  world_.destination.endpoint_text = "https://api.cordial.io/v1";  // Another account.
  EXPECT_TRUE(world_.Plan().has_value());
}

TEST_F(PreparationTest, RefusesANameThatAContactAttributeHas) {
  world_.destination.attribute_keys = {"firstName", "activeusers"};
  EXPECT_EQ(Refusal(),
            Error(ErrorCode::kConfiguration,
                  "cohort '9apg8e8f' would use list 'ActiveUsers', but a contact attribute has "
                  "that name; set another 'list_name' on this sync"));
  world_.destination.attribute_keys = {"firstName", "active"};
  EXPECT_TRUE(world_.Plan().has_value());
}

TEST_F(PreparationTest, WarnsWhenTheKeyMayNotReadAttributes) {
  world_.destination.attribute_keys.reset();
  EXPECT_THAT(Planned().notes,
              ElementsAre("the key may not read contact attributes: whether one has the list's "
                          "name is unknown"));
}

// ---- A list that exists already ----

TEST_F(PreparationTest, SaysHowManyContactsOfOthersTheListHas) {
  world_.destination.MakeList("ActiveUsers", {"x@x.org", "y@x.org"});
  const PreparedRun run = Planned();
  EXPECT_EQ(run.contacts_of_others, 2);
  EXPECT_THAT(run.notes,
              ElementsAre("list 'ActiveUsers' already has 2 contacts that others put there; they "
                          "stay on it"));
}

TEST_F(PreparationTest, SaysNothingOfAnEmptyListOrWhenItMayNotCount) {
  world_.destination.MakeList("ActiveUsers");
  EXPECT_EQ(Planned().contacts_of_others, 0);
  EXPECT_THAT(Planned().notes, IsEmpty());
  world_.destination.MakeList("ActiveUsers", {"x@x.org"});
  world_.destination.may_count_contacts = false;
  EXPECT_EQ(Planned().contacts_of_others, std::nullopt);
  EXPECT_THAT(Planned().notes, IsEmpty());
}

TEST_F(PreparationTest, AfterTheFirstSyncTheContactsOfTheListAreNotCountedAgain) {
  world_.Sync({"a@x.org"});
  const PreparedRun run = Planned();
  EXPECT_EQ(run.contacts_of_others, std::nullopt);
  EXPECT_THAT(run.notes, IsEmpty());
}

TEST_F(PreparationTest, PassesOnWhatTheDestinationSays) {
  world_.destination.blocking_error = Error(ErrorCode::kUnauthorized, "cordial: http 401");
  EXPECT_EQ(Refusal(), Error(ErrorCode::kUnauthorized, "cordial: http 401"));
}

TEST_F(PreparationTest, PassesOnWhatTheSourceSays) {
  world_.source.error = Error(ErrorCode::kIncomplete, "cohort '9apg8e8f': the file is cut off");
  EXPECT_EQ(Refusal(), *world_.source.error);
}

TEST_F(PreparationTest, RefusesAListThatIsGone) {
  world_.Sync({"a@x.org"});
  world_.destination.DropList("ActiveUsers");
  EXPECT_EQ(Refusal(),
            Error(ErrorCode::kRejected,
                  "list 'ActiveUsers' (id 100) is gone or was renamed; its operations wait; "
                  "'cohort-sync resync 9apg8e8f' fills it again"));
  EXPECT_TRUE(world_.Plan(Resync()).has_value());
}

TEST_F(PreparationTest, RefusesAListThatWasMadeAgain) {
  world_.Sync({"a@x.org"});
  world_.destination.DropList("ActiveUsers");
  world_.destination.MakeList("ActiveUsers");
  EXPECT_EQ(Refusal(),
            Error(ErrorCode::kRejected,
                  "list 'ActiveUsers' (id 100) was made again as id 101; its operations wait; "
                  "'cohort-sync resync 9apg8e8f' fills it again"));
  EXPECT_EQ(Planned(Resync()).existing_list->id, ListId(101));
}

// ---- Pins ----

TEST_F(PreparationTest, RefusesAnEndpointThatIsNotThePinnedOne) {
  world_.Sync({"a@x.org"});
  world_.destination.endpoint_text = "https://api.cordial.io/v1";
  EXPECT_EQ(Refusal(),
            Error(ErrorCode::kConfiguration,
                  "cohort '9apg8e8f' is pinned to its list: the endpoint is "
                  "'https://api.cordial.io/v2' since the first sync, the configuration says "
                  "'https://api.cordial.io/v1'; set it back, or sync the cohort to a destination "
                  "of another name"));
  EXPECT_THAT(world_.source.requests, SizeIs(1));  // Of the first sync: refused before any call.
}

TEST_F(PreparationTest, RefusesAListNameThatIsNotThePinnedOne) {
  world_.Sync({"a@x.org"});
  world_.target.list_name = "vip";
  EXPECT_EQ(Refusal().message(),
            "cohort '9apg8e8f' is pinned to its list: the list is 'ActiveUsers' since the first "
            "sync, the configuration says 'vip'; set it back, or sync the cohort to a destination "
            "of another name");
  world_.target.list_name = "ActiveUsers";
  EXPECT_TRUE(world_.Plan().has_value());
}

TEST_F(PreparationTest, NamesEveryPinThatDiffers) {
  world_.Sync({"a@x.org"});
  world_.target.identifier = {"customer_id", "user_id"};
  EXPECT_EQ(Refusal(),
            Error(ErrorCode::kConfiguration,
                  "cohort '9apg8e8f' is pinned to its list: contact_identifier_name is 'email' "
                  "since the first sync, the configuration says 'customer_id'; "
                  "contact_identifier_mapping is 'email' since the first sync, the configuration "
                  "says 'user_id'; set it back, or sync the cohort to a destination of another "
                  "name"));
}

TEST_F(PreparationTest, RefusesABindingOfOtherIdentifierRules) {
  world_.Commit({});
  SQLite::Database(world_.path(), SQLite::OPEN_READWRITE)
      .exec("UPDATE bindings SET identifier_rules_version = 7");
  EXPECT_EQ(Refusal(),
            Error(ErrorCode::kConfiguration,
                  "cohort '9apg8e8f' is pinned to its list: identifier rules have version 7 since "
                  "the first sync, this program has version 1; set it back, or sync the cohort to "
                  "a destination of another name"));
}

TEST_F(PreparationTest, ARenamedCohortKeepsItsListAndSaysSo) {
  world_.Sync({"a@x.org"});
  world_.source.cohort_name = "Loyal Users";
  const PreparedRun run = Planned();
  EXPECT_EQ(run.list, ListName("ActiveUsers"));
  EXPECT_THAT(run.notes,
              ElementsAre("the cohort was renamed from 'Active Users' to 'Loyal Users'; it keeps "
                          "its list 'ActiveUsers'"));
}

TEST_F(PreparationTest, ARenameToANameThatNoListCouldHaveIsNoError) {
  world_.Sync({"a@x.org"});
  world_.source.cohort_name = "\xC3\xA9t\xC3\xA9";
  EXPECT_EQ(Planned().list, ListName("ActiveUsers"));
}

// ---- A binding that was stopped ----

TEST_F(PreparationTest, RefusesAStoppedBindingBeforeAnyCall) {
  world_.store().SetStopped(world_.Commit({}).binding, "the list is refused");
  EXPECT_EQ(Refusal(),
            Error(ErrorCode::kRejected,
                  "cohort '9apg8e8f' is stopped: the list is refused; mend it, then run "
                  "'cohort-sync retry 9apg8e8f'"));
  EXPECT_THAT(world_.source.requests, IsEmpty());
  EXPECT_TRUE(world_.Plan(Resync()).has_value());
}

// ---- The age of a snapshot ----

TEST_F(PreparationTest, RefusesASnapshotOlderThanTheLastAcceptedOne) {
  world_.source.origin = "file snapshots/active.csv";
  world_.source.as_of = FakeClock::kStart - 1h;
  world_.Sync({"a@x.org"});
  EXPECT_TRUE(world_.Plan().has_value());  // The same file again.
  world_.source.as_of = FakeClock::kStart - 1h - 1s;
  EXPECT_EQ(Refusal(),
            Error(ErrorCode::kInvalidInput,
                  "file snapshots/active.csv is of 2026-11-21T04:59:59Z, older than the last "
                  "accepted snapshot (2026-11-21T05:00:00Z); --force accepts it"));
  RunOptions force;
  force.force = true;
  EXPECT_TRUE(world_.Plan(force).has_value());
}

// ---- Diff and guard ----

TEST_F(PreparationTest, PlansTheDifferenceToWhatIsDesired) {
  world_.Sync(Contacts(10));
  world_.source.values = Contacts(10, 3);
  const PreparedRun run = Planned();
  EXPECT_FALSE(run.first_sync());
  EXPECT_EQ(run.counts.desired_before, 10);
  EXPECT_EQ(run.counts.added, 3);
  EXPECT_EQ(run.counts.removed, 3);
  EXPECT_EQ(run.counts.unchanged, 7);
  EXPECT_EQ(run.calls, 6);
}

TEST_F(PreparationTest, CountsTheCallsThatEarlierRunsLeft) {
  world_.Commit(Contacts(5));
  world_.source.values = Contacts(7);
  const PreparedRun run = Planned();
  EXPECT_EQ(run.open_before, 5);
  EXPECT_EQ(run.calls, 7);
}

TEST_F(PreparationTest, AResyncCallsForEveryMember) {
  world_.Sync(Contacts(10));
  world_.source.values = Contacts(10, 3);
  EXPECT_EQ(Planned(Resync()).calls, 13);
}

TEST_F(PreparationTest, HoldsTooManyRemovalsWithANote) {
  world_.Sync(Contacts(100));
  world_.source.values = Contacts(60);
  const PreparedRun run = Planned();
  EXPECT_TRUE(run.verdict.hold_removals);
  EXPECT_EQ(run.counts.removed, 0);
  EXPECT_EQ(run.counts.held_removals, 40);
  EXPECT_EQ(run.calls, 0);
  EXPECT_THAT(run.notes,
              ElementsAre("removals held: too many removals (40 of 100 contacts; limit 25: 20 % "
                          "and at least 25); check the cohort in Amplitude, then run 'cohort-sync "
                          "sync 9apg8e8f --approve 40'"));
}

TEST_F(PreparationTest, HoldsTooManyAddsWithANote) {
  world_.Sync(Contacts(1));
  world_.target.limits.min_added = 10;
  world_.source.values = Contacts(12);
  const PreparedRun run = Planned();
  EXPECT_TRUE(run.verdict.hold_adds);
  EXPECT_EQ(run.counts.added, 0);
  EXPECT_EQ(run.counts.held_adds, 11);
  EXPECT_THAT(run.notes,
              ElementsAre("adds held: too many adds (11 to 1 contact; limit 500 % and at least "
                          "10); check the cohort in Amplitude, then run 'cohort-sync sync 9apg8e8f "
                          "--approve-adds 11'"));
}

TEST_F(PreparationTest, MeasuresRemovalsWithThoseOfTheWindowBefore) {
  world_.Sync(Contacts(100));
  world_.Sync(Contacts(80));
  world_.source.values = Contacts(75);
  EXPECT_FALSE(Planned().verdict.hold_removals);
  world_.source.values = Contacts(74);
  EXPECT_TRUE(Planned().verdict.hold_removals);
  world_.clock.Advance(24h + 1s);
  EXPECT_FALSE(Planned().verdict.hold_removals);
}

}  // namespace
}  // namespace cohort_sync
