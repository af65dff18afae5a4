#include "simulator/push_messages.h"

#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/format.h"
#include "support/fake_random.h"

namespace cohort_sync::simulator {
namespace {

using ::testing::ElementsAre;
using ::testing::MatchesRegex;

Member User(std::int64_t id, const std::string& user_id) {
  Member member;
  member.amplitude_id = id;
  member.user_id = user_id;
  return member;
}

Members UsersOf(const std::set<int>& ids) {
  Members members;
  for (const int id : ids)
    members.push_back(User(id + 1, Format("u{}", id)));
  return members;
}

std::vector<std::string> Names(const Users& users) {
  std::vector<std::string> names;
  for (const Member* member : users)
    names.push_back(member->user_id);
  return names;
}

RC_GTEST_PROP(DifferenceOf, ApplyingItToBeforeYieldsNow, ()) {
  const auto ids = rc::gen::container<std::set<int>>(rc::gen::inRange(0, 30));
  const std::set<int> before = *ids;
  const std::set<int> now = *ids;
  const Members members_before = UsersOf(before);
  const Members members_now = UsersOf(now);
  const PushDifference difference = DifferenceOf(members_before, members_now, {});
  std::set<int> after = before;
  for (const Member* member : difference.left)
    RC_ASSERT(after.erase(static_cast<int>(member->amplitude_id) - 1) == 1U);
  for (const Member* member : difference.entered)
    RC_ASSERT(after.insert(static_cast<int>(member->amplitude_id) - 1).second);
  RC_ASSERT(after == now);
}

TEST(DifferenceOf, KeepsTheOrderOfTheMembers) {
  const Members before = {User(5, "e"), User(1, "a"), User(3, "c")};
  const Members now = {User(9, "i"), User(1, "a"), User(2, "b")};
  const PushDifference difference = DifferenceOf(before, now, {});
  EXPECT_THAT(Names(difference.entered), ElementsAre("i", "b"));
  EXPECT_THAT(Names(difference.left), ElementsAre("e", "c"));
}

TEST(DifferenceOf, SkipsWhoHasNoUserId) {
  const Members now = {User(1, ""), User(2, "b")};
  const PushDifference difference = DifferenceOf({}, now, {});
  EXPECT_THAT(Names(difference.entered), ElementsAre("b"));
  EXPECT_EQ(difference.skipped, 1);
}

TEST(BatchesOf, CountsThoseThatEnterAndThoseThatLeaveApart) {
  const Members before = UsersOf({10, 11, 12});
  const Members now = UsersOf({1, 2, 3});
  const PushDifference difference = DifferenceOf(before, now, {});
  std::vector<std::string> shown;
  for (const Batch& batch : BatchesOf(difference, 2))
    shown.push_back(Format("{} {} {}", batch.enter, batch.number, batch.users.size()));
  EXPECT_THAT(shown, ElementsAre("true 0 2", "true 1 1", "false 0 2", "false 1 1"));
}

class PushBodyTest : public ::testing::Test {
 protected:
  PushBodyTest() {
    user_.properties = {{"email", "a\"b@example.com"}, {"plan", "pro"}};
    users_ = {&user_};
    content_.cohort_id = "7khm89cz";
    content_.cohort_name = "My Test Cohort";
    content_.computed_at = FromMillis(1'692'206'763'999);
    content_.run_id = "9baaa88f";
    content_.settings.properties = {"email", "city"};
  }
  std::string Webhook(bool enter = true) {
    return WebhookBody(content_, {.enter = enter, .number = 3, .users = users_});
  }
  std::string Items() {
    return ListItemsBody(content_, {.enter = true, .number = 0, .users = users_});
  }

  std::string Identify(bool enter = true) {
    return IdentifyBody(content_, {.enter = enter, .number = 0, .users = users_});
  }

  Member user_ = User(1, "user_one");
  Users users_;
  PushContent content_;
};

TEST_F(PushBodyTest, TheDefaultWebhookIsTheDocumentedOne) {
  EXPECT_EQ(Webhook(),
            R"({"cohort_name":"My Test Cohort","cohort_id":"7khm89cz","in_cohort":true,)"
            R"("computed_time":"1692206763","message_id":"9baaa88f::enter::3",)"
            R"("users":[{"user_id":"user_one","user_properties":{"email":"a\"b@example.com"}}]})");
}

TEST_F(PushBodyTest, WithoutSelectedPropertiesThereIsNoObject) {
  content_.settings.properties = {"city"};
  EXPECT_THAT(Webhook(), ::testing::EndsWith(R"("users":[{"user_id":"user_one"}]})"));
}

TEST_F(PushBodyTest, DoubtsOfTheWebhookAreSwitches) {
  content_.switches.in_cohort_as_text = true;
  content_.switches.computed_time_as_number = true;
  content_.switches.properties = PushedProperties::kOnEnter;
  EXPECT_EQ(Webhook(false),
            R"({"cohort_name":"My Test Cohort","cohort_id":"7khm89cz","in_cohort":"false",)"
            R"("computed_time":1692206763,"message_id":"9baaa88f::exit::3",)"
            R"("users":[{"user_id":"user_one"}]})");
  EXPECT_THAT(Webhook(true), ::testing::HasSubstr("user_properties"));
  content_.switches.properties = PushedProperties::kNever;
  EXPECT_THAT(Webhook(true), ::testing::Not(::testing::HasSubstr("user_properties")));
}

TEST_F(PushBodyTest, TemplatesMayBeBroken) {
  content_.switches.webhook_template = WebhookTemplate::kBrokenJson;
  EXPECT_THAT(Webhook(), ::testing::StartsWith("{'cohort_name':'My Test Cohort',"));
  content_.switches.webhook_template = WebhookTemplate::kFlatArray;
  EXPECT_EQ(Webhook(false),
            R"([{"user_id":"user_one","amplitude_My Test Cohort_7khm89cz":false}])");
}

TEST_F(PushBodyTest, ItemsOfListsHaveAnyOfTheirForms) {
  content_.settings.identifier = "plan";
  EXPECT_THAT(Items(), ::testing::StartsWith(R"({"userIds":["pro"],"context":)"));
  content_.switches.list_items = ListItemsKey::kUserIdsSnakeCase;
  content_.switches.list_items_as_objects = true;
  EXPECT_THAT(Items(), ::testing::StartsWith(R"({"user_ids":[{"plan":"pro"}],"context":)"));
}

TEST_F(PushBodyTest, IdentifyCallsAreAsDocumented) {
  content_.settings.properties = {"plan"};
  EXPECT_EQ(Identify(),
            R"({"batch":[{"type":"identify","traits":{"[Amplitude] My Test Cohort: 7khm89cz":true,)"
            R"("plan":"pro"},"userId":"user_one","context":{"integration":)"
            R"({"name":"Amplitude Cohort Sync","version":"1.0.0"}}}]})");
  content_.settings.batch_size = 1;
  content_.settings.properties.clear();
  content_.switches.trait_name = TraitName::kBare;
  EXPECT_THAT(
      Identify(false),
      ::testing::StartsWith(R"({"type":"identify","traits":{"My Test Cohort:7khm89cz":false},)"));
  content_.switches.trait_name = TraitName::kBrackets;
  EXPECT_THAT(Identify(),
              ::testing::HasSubstr(R"-("[Amplitude] My Test Cohort (7khm89cz)":true)-"));
}

TEST(ListIdIn, LooksWhereItIsTold) {
  const char* both = R"({"listId":"flat","response":{"listId":"nested"}})";
  EXPECT_EQ(ListIdIn(both, ListIdPath::kFlat), "flat");
  EXPECT_EQ(ListIdIn(both, ListIdPath::kNested), "nested");
  EXPECT_EQ(ListIdIn(R"({"response":{"listId":7}})", ListIdPath::kNested), "7");
  for (const char* none : {"", "[]", "{}", R"({"listId":""})", R"({"listId":null})", "null"}) {
    EXPECT_EQ(ListIdIn(none, ListIdPath::kFlat), std::nullopt) << none;
    EXPECT_EQ(ListIdIn(none, ListIdPath::kNested), std::nullopt) << none;
  }
}

TEST(NewUuid, IsOfVersionFour) {
  FakeRandom random;
  const std::string id = NewUuid(random);
  EXPECT_THAT(id,
              MatchesRegex("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"));
  EXPECT_NE(NewUuid(random), id);
}

}  // namespace
}  // namespace cohort_sync::simulator
