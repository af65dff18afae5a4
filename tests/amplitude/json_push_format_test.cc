#include "amplitude/json_push_format.h"

#include <ostream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/format.h"

namespace cohort_sync {

void PrintTo(const MemberChange& change, std::ostream* out) {
  *out << change.member << " = " << change.value.value_or("(none)");
}

}  // namespace cohort_sync

namespace cohort_sync::amplitude {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Kind = PushProblem::Kind;

const JsonPushFormat kFormat;
const IdentifierMapping kEmail = {"email", "Email"};

// The documented payload (contract 3.1).
constexpr const char* kWebhook = R"({"cohort_name":"My Test Cohort","cohort_id":"7khm89cz",
  "in_cohort":true,"computed_time":"1692206763",
  "message_id":"9baaa88f-9d46-4ee5-a946-be0c6aea0046::enter::0",
  "users":[{"user_id":"user_one@example.com","user_properties":{"name":"John Doe","Email":"a@b.c"}},
           {"user_id":"user_two@example.com"}]})";

std::string Line(const MemberChange& change) {
  return change.member + " " + change.value.value_or("(none)");
}

// "ID VALUE" of each member.
std::vector<std::string> Members(const std::string& body,
                                 const IdentifierMapping& identifier = kEmail,
                                 PushKind kind = PushKind::kWebhook) {
  const auto changes = kFormat.ReadChanges(kind, body, identifier);
  if (!changes) return {"problem: " + changes.error().message};
  std::vector<std::string> lines;
  lines.reserve(changes->size());
  for (const MemberChange& change : *changes)
    lines.push_back(Line(change));
  return lines;
}

// A webhook with these fields beside the cohort's.
std::string Webhook(const std::string& fields) {
  return R"({"cohort_id": "c1", )" + fields + "}";
}
std::string WithUsers(const std::string& users) {
  return Webhook(R"("in_cohort": true, "users": [)" + users + "]");
}
std::string WithProperties(const std::string& properties) {
  return WithUsers(R"({"user_id": "u1", "user_properties": )" + properties + "}");
}

std::string Problem(const tl::expected<ChangeBatchHead, PushProblem>& head) {
  if (head) return "none";
  return std::string(head.error().kind == Kind::kNotJson ? "400 " : "422 ") + head.error().message;
}
std::string WebhookProblem(const std::string& body) {
  return Problem(kFormat.ReadWebhook(body));
}

// ---- Webhook, as a whole ----

TEST(ReadWebhook, ReadsTheDocumentedPayload) {
  const auto head = kFormat.ReadWebhook(kWebhook);
  ASSERT_TRUE(head) << head.error().message;
  EXPECT_EQ(head->kind, PushKind::kWebhook);
  EXPECT_EQ(head->cohort, CohortId("7khm89cz"));
  EXPECT_EQ(head->cohort_name, "My Test Cohort");
  EXPECT_EQ(head->message_id, "9baaa88f-9d46-4ee5-a946-be0c6aea0046::enter::0");
  EXPECT_EQ(head->direction, ChangeDirection::kEnter);
  EXPECT_EQ(head->computed_at, FromMillis(1'692'206'763'000));
  EXPECT_EQ(head->members, 2);
}

TEST(ReadWebhook, TakesWhatMayBeMissing) {
  const auto head = kFormat.ReadWebhook(Webhook(R"("users": [], "in_cohort": false)"));
  ASSERT_TRUE(head) << head.error().message;
  EXPECT_EQ(head->direction, ChangeDirection::kLeave);
  EXPECT_EQ(head->cohort_name, "");
  EXPECT_EQ(head->message_id, "");
  EXPECT_EQ(head->computed_at, std::nullopt);
  EXPECT_EQ(head->members, 0);
  const auto nulls = kFormat.ReadWebhook(Webhook(
      R"("users": [], "in_cohort": "true", "computed_time": null, "message_id": null,
         "cohort_name": null)"));
  ASSERT_TRUE(nulls) << nulls.error().message;
  EXPECT_EQ(nulls->computed_at, std::nullopt);
}

TEST(ReadWebhook, TakesNumbersForTexts) {
  const auto head = kFormat.ReadWebhook(
      R"({"cohort_id": 12345678901234567890123, "in_cohort": "false", "computed_time": 1692206763,
          "message_id": 7, "users": []})");
  ASSERT_TRUE(head) << head.error().message;
  EXPECT_EQ(head->cohort, CohortId("12345678901234567890123"));
  EXPECT_EQ(head->message_id, "7");
  EXPECT_EQ(head->computed_at, FromMillis(1'692'206'763'000));
}

TEST(ReadWebhook, NeverGuessesTheDirection) {
  const auto problem = [](const std::string& value) {
    return WebhookProblem(Webhook(R"("users": [], "in_cohort": )" + value));
  };
  EXPECT_EQ(problem("\"yes\""), "422 'in_cohort' is 'yes', not true or false");
  EXPECT_EQ(problem("\"True\""), "422 'in_cohort' is 'True', not true or false");
  EXPECT_EQ(problem("\"\""), "422 'in_cohort' is '', not true or false");
  EXPECT_EQ(problem("1"), "422 'in_cohort' is a number, not true or false");
  EXPECT_EQ(problem("null"), "422 'in_cohort' is null, not true or false");
  EXPECT_EQ(WebhookProblem(Webhook(R"("users": [])")), "422 'in_cohort' is missing");
}

TEST(ReadWebhook, RefusesTimesThatAreNone) {
  const auto problem = [](const std::string& value) {
    return WebhookProblem(Webhook(R"("users": [], "in_cohort": true, "computed_time": )" + value));
  };
  EXPECT_EQ(problem("\"now\""), "422 'computed_time' is 'now', not a time in seconds since 1970");
  EXPECT_EQ(problem("\"\""), "422 'computed_time' is '', not a time in seconds since 1970");
  EXPECT_EQ(problem("1692206763000"),
            "422 'computed_time' is '1692206763000', not a time in seconds since 1970");
  EXPECT_EQ(problem("[]"), "422 'computed_time' is an array, not text");
}

TEST(ReadWebhook, RefusesShapesOfOtherTemplates) {
  EXPECT_EQ(WebhookProblem("{}"), "422 'cohort_id' is missing");
  EXPECT_EQ(WebhookProblem(R"({"cohort_id": "", "in_cohort": true, "users": []})"),
            "422 'cohort_id' is empty");
  EXPECT_EQ(WebhookProblem(R"({"cohort_id": null, "in_cohort": true, "users": []})"),
            "422 'cohort_id' is empty");
  EXPECT_EQ(WebhookProblem(R"({"cohort_id": {}, "in_cohort": true, "users": []})"),
            "422 'cohort_id' is an object, not text");
  EXPECT_EQ(WebhookProblem(Format(R"({{"cohort_id": "{}"}})", std::string(129, 'x'))),
            "422 'cohort_id' has more than 128 bytes");
  EXPECT_EQ(WebhookProblem(Webhook(Format(R"("in_cohort": true, "users": [], "message_id": "{}")",
                                          std::string(1025, 'x')))),
            "422 'message_id' has more than 1024 bytes");
  EXPECT_EQ(WebhookProblem(Webhook(R"("in_cohort": true)")), "422 'users' is missing");
  EXPECT_EQ(WebhookProblem(Webhook(R"("in_cohort": true, "users": {})")),
            "422 'users' is an object, not an array");
  EXPECT_EQ(WebhookProblem(WithUsers(R"("u1")")),
            "422 'users[0]' is text, not an object with 'user_id'");
  EXPECT_EQ(WebhookProblem(WithUsers(R"({"user_id": "u1"}, {"id": "u2"})")),
            "422 'users[1].user_id' is missing");
  EXPECT_EQ(WebhookProblem(WithUsers(R"({"user_id": true})")),
            "422 'users[0].user_id' is true or false, not text");
  EXPECT_EQ(WebhookProblem(WithProperties("[]")),
            "422 'users[0].user_properties' is an array, not an object");
  EXPECT_EQ(WebhookProblem("7"), "422 the body is neither an object nor an array");
}

TEST(ReadWebhook, RefusesFieldsThatStandTwice) {
  EXPECT_EQ(WebhookProblem(Webhook(R"("in_cohort": true, "in_cohort": false, "users": [])")),
            "422 'in_cohort' stands twice");
  EXPECT_EQ(WebhookProblem(Webhook(R"("in_cohort": true, "users": [], "cohort_id": "c1")")),
            "422 'cohort_id' stands twice");
  EXPECT_EQ(WebhookProblem(Webhook(R"("in_cohort": true, "users": [], "users": [])")),
            "422 'users' stands twice");
  EXPECT_EQ(WebhookProblem(WithUsers(R"({"user_id": "u1", "user_id": "u2"})")),
            "422 'users[0].user_id' stands twice");
  EXPECT_EQ(WebhookProblem(
                WithUsers(R"({"user_id": "u1", "user_properties": {}, "user_properties": {}})")),
            "422 'users[0].user_properties' stands twice");
}

TEST(ReadWebhook, SaysWhereTheBodyStopsToBeJson) {
  EXPECT_EQ(WebhookProblem(""), "400 the body is empty");
  EXPECT_EQ(WebhookProblem(R"({"cohort_id": 'c1'})"), "400 not valid json at byte 15 of 19");
  // What FreeMarker writes for a number of a thousand and more.
  EXPECT_EQ(WebhookProblem(WithProperties(R"({"visits": 1,234})")),
            "400 not valid json at byte 102 of 106");
  EXPECT_EQ(WebhookProblem(WithUsers("{\"user_id\": \"\xFF\"}")),
            "400 not valid json at byte 63 of 67");
  // The documented payload of the third template is in braces that nothing names.
  EXPECT_EQ(WebhookProblem(R"({ [ {"user_id": "u1", "amplitude_a_b": true} ] })"),
            "400 not valid json at byte 3 of 48");
}

TEST(ReadWebhook, ChecksWhatItDoesNotRead) {
  EXPECT_EQ(WebhookProblem(Webhook(R"("in_cohort": true, "users": [], "x": [1, {"y": tru}])")),
            "400 not valid json at byte 71 of 73");
}

TEST(ReadWebhook, RefusesWhatIsNestedForNoReason) {
  EXPECT_EQ(WebhookProblem(Webhook("\"x\": " + std::string(100'000, '['))),
            "422 nested deeper than 64 levels");
}

TEST(ReadWebhook, NeverRepeatsAMember) {
  for (const std::string user : {R"({"user_id": ["secret@example.com"]})",
                                 R"({"user_id": "secret@example.com", "user_properties": 7})",
                                 R"("secret@example.com")"})
    EXPECT_THAT(WebhookProblem(WithUsers(user)), ::testing::Not(HasSubstr("secret"))) << user;
}

// ---- The template of one boolean per cohort ----

TEST(ReadWebhook, ReadsTheTemplateOfOneBooleanPerCohort) {
  const std::string body = R"([{"user_id": "u1", "amplitude_My Test_Cohort_7khm89cz": false},
                               {"user_id": "u2", "amplitude_My Test_Cohort_7khm89cz": false}])";
  const auto head = kFormat.ReadWebhook(body);
  ASSERT_TRUE(head) << head.error().message;
  EXPECT_EQ(head->cohort, CohortId("7khm89cz"));
  EXPECT_EQ(head->cohort_name, "My Test_Cohort");
  EXPECT_EQ(head->direction, ChangeDirection::kLeave);
  EXPECT_EQ(head->message_id, "");
  EXPECT_EQ(head->computed_at, std::nullopt);
  EXPECT_EQ(head->members, 2);
  EXPECT_THAT(Members(body, {"id", "user_id"}), ElementsAre("u1 u1", "u2 u2"));
}

TEST(ReadWebhook, RefusesThatTemplateWhenItDoesNotSayOneThing) {
  EXPECT_EQ(WebhookProblem("[]"), "422 an empty array does not say which cohort it is of");
  EXPECT_EQ(WebhookProblem(R"([{"user_id": "u1"}])"),
            "422 'users[0]' has no field 'amplitude_<cohort name>_<cohort id>'");
  EXPECT_EQ(WebhookProblem(R"([{"user_id": "u1", "amplitude_vip": true}])"),
            "422 'amplitude_vip' does not end with '_' and a cohort id");
  EXPECT_EQ(WebhookProblem(R"([{"user_id": "u1", "amplitude_a_": true}])"),
            "422 'amplitude_a_' does not end with '_' and a cohort id");
  EXPECT_EQ(WebhookProblem(R"([{"user_id": "u1", "amplitude_a_b": 1}])"),
            "422 'amplitude_a_b' is a number, not true or false");
  const std::string other =
      "422 'users[1]' is of another cohort or direction than the first; a batch is of one";
  EXPECT_EQ(WebhookProblem(R"([{"user_id": "u1", "amplitude_a_b": true},
                               {"user_id": "u2", "amplitude_a_b": false}])"),
            other);
  EXPECT_EQ(WebhookProblem(R"([{"user_id": "u1", "amplitude_a_b": true},
                               {"user_id": "u2", "amplitude_a_c": true}])"),
            other);
  EXPECT_EQ(WebhookProblem(R"([{"user_id": "u1", "amplitude_a_b": true, "amplitude_a_b": true}])"),
            "422 'users[0]' has two fields that begin with 'amplitude_'; a batch is of one cohort");
}

// ---- Members of a webhook ----

TEST(ReadChanges, FindsThePropertyThatHoldsTheIdentifier) {
  EXPECT_THAT(Members(kWebhook),
              ElementsAre("user_one@example.com a@b.c", "user_two@example.com (none)"));
  EXPECT_THAT(Members(kWebhook, {"id", "user_id"}),
              ElementsAre("user_one@example.com user_one@example.com",
                          "user_two@example.com user_two@example.com"));
}

TEST(ReadChanges, TakesTheNameWithItsPrefixWhereTheBareOneIsNot) {
  EXPECT_THAT(Members(WithProperties(R"({"gp:Email": "p@b.c"})")), ElementsAre("u1 p@b.c"));
  EXPECT_THAT(Members(WithProperties(R"({"gp:Email": "p@b.c", "Email": "a@b.c"})")),
              ElementsAre("u1 a@b.c"));
  EXPECT_THAT(Members(WithProperties(R"({"email": "a@b.c"})")), ElementsAre("u1 (none)"));
}

TEST(ReadChanges, TakesTheFirstOfAPropertyThatStandsTwice) {
  EXPECT_THAT(Members(WithProperties(R"({"Email": "first@b.c", "Email": "second@b.c"})")),
              ElementsAre("u1 first@b.c"));
}

TEST(ReadChanges, KeepsValuesAsTheyWereSent) {
  EXPECT_THAT(Members(WithProperties(R"({"Email": "A\u00e9 @b.c"})")),
              ElementsAre("u1 A\xC3\xA9 @b.c"));
  EXPECT_THAT(Members(WithProperties(R"({"Email": 12345678901234567890123.50})")),
              ElementsAre("u1 12345678901234567890123.50"));
  EXPECT_THAT(Members(WithProperties(R"({"Email": true})")), ElementsAre("u1 true"));
  EXPECT_THAT(Members(WithProperties(R"({"Email": null})")), ElementsAre("u1 (none)"));
  EXPECT_THAT(Members(WithProperties(R"({"Email": ""})")), ElementsAre("u1 "));
  EXPECT_THAT(Members(WithProperties(R"({"Email": ["a@b.c", {}] })")),
              ElementsAre(R"(u1 ["a@b.c", {}])"));
  EXPECT_THAT(Members(WithProperties(R"({"Email": "\ud83d"})")), ElementsAre(R"(u1 \ud83d)"));
  EXPECT_THAT(Members(WithProperties("null")), ElementsAre("u1 (none)"));
}

TEST(ReadChanges, KeepsIdsAsTheyWereSent) {
  EXPECT_THAT(Members(WithUsers(R"({"user_id": 356896327775}, {"user_id": "0007"},
                                   {"user_id": ""}, {"user_id": null})"),
                      {"id", "user_id"}),
              ElementsAre("356896327775 356896327775", "0007 0007", " ", " (none)"));
}

TEST(ReadChanges, SaysWhatReadWebhookSays) {
  EXPECT_THAT(Members(Webhook(R"("users": [])")), ElementsAre("problem: 'in_cohort' is missing"));
}

TEST(ReadChanges, ReadsBatchesOfTenThousand) {
  std::string users;
  for (int i = 0; i < 10'000; ++i)
    users += Format(R"({}{{"user_id": "u{}", "user_properties": {{"Email": "u{}@b.c"}}}})",
                    i == 0 ? "" : ",",
                    i,
                    i);
  EXPECT_EQ(kFormat.ReadWebhook(WithUsers(users))->members, 10'000);
  const std::vector<std::string> members = Members(WithUsers(users));
  ASSERT_EQ(members.size(), 10'000U);
  EXPECT_EQ(members.back(), "u9999 u9999@b.c");
}

// ---- Lists ----

TEST(ReadListChange, ReadsTheItemsUnderEveryNameThatSendersUse) {
  for (const std::string name : {"userIds", "user_ids", "users", "items"}) {
    const std::string body =
        Format(R"({{"{}": ["a@b.c", 7, null], "context": {{"integration": {{}}}}}})", name);
    const auto head = kFormat.ReadListChange(body, CohortId("c1"), ChangeDirection::kLeave);
    ASSERT_TRUE(head) << head.error().message;
    EXPECT_EQ(head->kind, PushKind::kList);
    EXPECT_EQ(head->cohort, CohortId("c1"));
    EXPECT_EQ(head->direction, ChangeDirection::kLeave);
    EXPECT_EQ(head->members, 3);
    EXPECT_THAT(Members(body, kEmail, PushKind::kList), ElementsAre(" a@b.c", " 7", " (none)"));
  }
}

TEST(ReadListChange, ReadsItemsThatAreObjects) {
  const auto item = [](const std::string& text) {
    return Members(R"({"items": [)" + text + "]}", {"phone", "Phone"}, PushKind::kList);
  };
  EXPECT_THAT(item(R"({"userId": "a"})"), ElementsAre(" a"));
  EXPECT_THAT(item(R"({"user_id": "a"})"), ElementsAre(" a"));
  EXPECT_THAT(item(R"({"id": 7})"), ElementsAre(" 7"));
  EXPECT_THAT(item(R"({"email": "a@b.c"})"), ElementsAre(" a@b.c"));
  EXPECT_THAT(item(R"({"id": "7", "email": "a@b.c", "Phone": "2", "phone": "1"})"),
              ElementsAre(" 1"));
  EXPECT_THAT(item(R"({"phone": ["1"]})"), ElementsAre(R"( ["1"])"));
  EXPECT_THAT(item(R"({"name": "A"})"), ElementsAre(" (none)"));
}

TEST(ReadListChange, RefusesOtherShapes) {
  const auto problem = [](const std::string& body) {
    return Problem(kFormat.ReadListChange(body, CohortId("c1"), ChangeDirection::kEnter));
  };
  EXPECT_EQ(problem("{}"), "422 'userIds' is missing");
  EXPECT_EQ(problem("[]"), "422 the body is an array, not an object");
  EXPECT_EQ(problem(R"({"userIds": "a@b.c"})"), "422 'userIds' is text, not an array");
  EXPECT_EQ(problem(R"({"userIds": [], "items": []})"),
            "422 'userIds' and 'items' stand beside each other");
  EXPECT_EQ(problem(R"({"userIds": [], "userIds": []})"), "422 'userIds' stands twice");
  EXPECT_EQ(problem(R"({"userIds": ["a", true]})"), "422 'items[1]' is true or false, not text");
  EXPECT_EQ(problem(R"({"userIds": [{"id": []}]})"), "422 'items[0].id' is an array, not text");
  EXPECT_EQ(problem(R"({"userIds": ["a")"), "400 not valid json at byte 17 of 16");
}

TEST(ReadCreateList, FindsTheCohortInAFieldOrAtTheEndOfTheName) {
  const auto cohort = [](const std::string& body) -> std::string {
    const auto request = kFormat.ReadCreateList(body);
    if (!request) return "problem: " + request.error().message;
    return request->cohort ? request->cohort->value() : "(none)";
  };
  const auto named = [&](const std::string& name) {
    return cohort(Format(R"({{"name": "{}"}})", name));
  };
  EXPECT_EQ(named("[Amplitude] Beta users: 7khm89cz"), "7khm89cz");
  EXPECT_EQ(named("[Amplitude] A: B: 7khm89cz"), "7khm89cz");
  EXPECT_EQ(named("[Amplitude] Beta (new) users (7khm89cz)"), "7khm89cz");
  EXPECT_EQ(named("Beta users"), "(none)");
  EXPECT_EQ(named("Sale: all of it"), "(none)");
  EXPECT_EQ(named("Beta users: "), "(none)");
  EXPECT_EQ(named("Beta users ()"), "(none)");
  EXPECT_EQ(cohort(R"({"name": "Beta: 1", "cohort_id": "7khm89cz"})"), "7khm89cz");
  EXPECT_EQ(cohort(R"({"name": "[Amplitude] A: c1", "context": {"integration": {}}})"), "c1");
  EXPECT_EQ(kFormat.ReadCreateList(R"({"name": "[Amplitude] A: c1"})")->name, "[Amplitude] A: c1");
}

TEST(ReadCreateList, RefusesOtherShapes) {
  const auto problem = [](const std::string& body) {
    return kFormat.ReadCreateList(body).error().message;
  };
  EXPECT_EQ(problem("{}"), "'name' is missing");
  EXPECT_EQ(problem(R"({"name": ""})"), "'name' is empty");
  EXPECT_EQ(problem(R"({"name": {}})"), "'name' is an object, not text");
  EXPECT_EQ(problem(R"({"name": "a", "name": "b"})"), "'name' stands twice");
  EXPECT_EQ(problem("[]"), "the body is an array, not an object");
}

}  // namespace
}  // namespace cohort_sync::amplitude
