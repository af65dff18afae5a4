#include "amplitude/json_identify_format.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "amplitude/json_push_format.h"
#include "base/format.h"

namespace cohort_sync::amplitude {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const JsonIdentifyFormat kFormat;
const JsonPushFormat kBodies;

bool IsPushed(const CohortId& cohort) {
  return cohort == CohortId("7khm89cz") || cohort == CohortId("123");
}

tl::expected<IdentifyCalls, PushProblem> Read(std::string_view body) {
  return kFormat.Read(body, IsPushed);
}

// Each batch as "7khm89cz enter u1 a@b.c, u2", as the run reads it.
std::vector<std::string> Batches(std::string_view body) {
  const auto calls = Read(body);
  if (!calls) return {"error: " + calls.error().message};
  std::vector<std::string> lines;
  for (const IdentifyCalls::Batch& batch : calls->batches) {
    const auto head = kBodies.ReadWebhook(batch.body);
    EXPECT_TRUE(head) << batch.body;
    if (!head) continue;
    EXPECT_EQ(head->cohort, batch.head.cohort);
    EXPECT_EQ(head->cohort_name, batch.head.cohort_name);
    EXPECT_EQ(head->direction, batch.head.direction);
    EXPECT_EQ(head->members, batch.head.members);
    EXPECT_EQ(batch.head.message_id, "");
    EXPECT_EQ(batch.head.computed_at, std::nullopt);
    std::string line = Format("{} {}", head->cohort.value(), ToString(head->direction));
    const auto changes =
        kBodies.ReadChanges(PushKind::kWebhook, batch.body, {"email", "email"}).value();
    for (const MemberChange& change : changes)
      line += Format(" {}{}", change.member, change.value ? "=" + *change.value : std::string());
    lines.push_back(std::move(line));
  }
  return lines;
}

std::string Call(const std::string& user, const std::string& traits) {
  return Format(R"({{"type":"identify","traits":{{{}}},"userId":"{}"}})", traits, user);
}
std::string Batch(const std::vector<std::string>& calls) {
  std::string items;
  for (const std::string& call : calls)
    items += (items.empty() ? "" : ",") + call;
  return Format(R"({{"batch":[{}]}})", items);
}
std::string Enters(const std::string& user) {
  return Call(user, R"("[Amplitude] VIP: 7khm89cz":true)");
}
std::string Leaves(const std::string& user) {
  return Call(user, R"("[Amplitude] VIP: 7khm89cz":false)");
}

TEST(JsonIdentifyFormat, ReadsTheDocumentedCalls) {
  const std::string one =
      R"({"type":"identify","traits":{"[Amplitude] My cohort: 7khm89cz":true},"userId":"u1",)"
      R"("context":{"integration":{"name":"Amplitude Cohort Sync","version":"1.0.0"}}})";
  EXPECT_THAT(Batches(one), ElementsAre("7khm89cz enter u1"));
  EXPECT_EQ(Read(one)->batches[0].head.cohort_name, "My cohort");
  EXPECT_EQ(Read(one)->taken, 1);
  EXPECT_THAT(Batches(Batch({Enters("u1"), Leaves("u2"), Enters("u3")})),
              ElementsAre("7khm89cz enter u1 u3", "7khm89cz leave u2"));
}

TEST(JsonIdentifyFormat, ReadsEveryKnownNameOfATrait) {
  for (const char* name : {"[Amplitude] VIP: 123",
                           "[Amplitude] VIP:123",
                           "[Amplitude] VIP (123)",
                           "VIP:123",
                           "VIP: 123",
                           "VIP (123)",
                           "cohort: of (many):123"}) {
    EXPECT_THAT(Batches(Call("u1", Format(R"("{}" : true )", name))), ElementsAre("123 enter u1"))
        << name;
  }
  EXPECT_THAT(Batches(Call("u1", R"("VIP:123":"false")")), ElementsAre("123 leave u1"));
}

TEST(JsonIdentifyFormat, GoesToEachCohortThatAUserIsIn) {
  const std::string both =
      Call("u1", R"("[Amplitude] VIP: 7khm89cz":true,"[Amplitude] Old: 123":false)");
  EXPECT_THAT(Batches(Batch({both, Enters("u2")})),
              ElementsAre("7khm89cz enter u1 u2", "123 leave u1"));
}

TEST(JsonIdentifyFormat, OtherTraitsAreProperties) {
  EXPECT_THAT(Batches(Call("u1", R"("email":"a@b.c","VIP:123":true,"at 10:30":true,"n":[1,{}])")),
              ElementsAre("123 enter u1=a@b.c"));
}

TEST(JsonIdentifyFormat, TakesNumbersAndEscapesForUserIds) {
  EXPECT_THAT(Batches(R"({"userId":17,"traits":{"VIP:123":true}})"), ElementsAre("123 enter 17"));
  EXPECT_THAT(Batches(Call(R"(\"\\\u00e9)", R"("VIP \"x\":123":true)")),
              ElementsAre("123 enter \"\\é"));
}

TEST(JsonIdentifyFormat, KeepsTheOrderOfWhatIsSaidOfOneUser) {
  EXPECT_THAT(
      Batches(Batch({Enters("u1"), Enters("u2"), Leaves("u1"), Enters("u3"), Enters("u1")})),
      ElementsAre(
          "7khm89cz enter u1 u2", "7khm89cz leave u1", "7khm89cz enter u3", "7khm89cz enter u1"));
}

TEST(JsonIdentifyFormat, SkipsUsersThatSayNothingAndCountsThem) {
  const auto calls = Read(Batch({Call("", R"("VIP:123":true)"),
                                 Call("u2", R"("VIP:123":"yes")"),
                                 Call("u3", R"("email":"a@b.c")"),
                                 Call("u4", R"("[Amplitude] Other: other1":true)"),
                                 R"({"type":"track","userId":"u5","traits":{"VIP:123":true}})",
                                 R"({"type":"identify","userId":"u6"})",
                                 R"({"userId":{},"traits":[]})",
                                 "17",
                                 Enters("u7")}));
  ASSERT_TRUE(calls);
  EXPECT_EQ(calls->taken, 1);
  EXPECT_EQ(calls->skipped, 8);
  EXPECT_EQ(calls->problem, "'batch[0].userId' is missing");
  EXPECT_THAT(calls->lost, ElementsAre(CohortId("123")));
  EXPECT_EQ(calls->elsewhere, CohortId("other1"));
  ASSERT_EQ(calls->batches.size(), 1U);
}

TEST(JsonIdentifyFormat, SaysWhyAUserIsSkipped) {
  const auto problem = [](const std::string& body) { return Read(body)->problem; };
  EXPECT_EQ(problem("{}"), "'userId' is missing");
  EXPECT_EQ(problem(R"({"userId":true})"), "'userId' is true or false, not text");
  EXPECT_EQ(problem(R"({"userId":"u1","userId":"u2"})"), "'userId' stands twice");
  EXPECT_EQ(problem(R"({"userId":"u1","traits":[]})"), "'traits' is an array, not an object");
  EXPECT_EQ(problem(R"({"userId":"u1","traits":{},"traits":{}})"), "'traits' stands twice");
  EXPECT_EQ(problem(R"({"type":"page"})"), "'type' is not 'identify'");
  EXPECT_EQ(problem(R"({"type":17})"), "'type' is not 'identify'");
  EXPECT_EQ(problem(Call("u1", "")), "'traits' names no cohort");
  EXPECT_EQ(problem(Call("u1", R"("VIP:123":1)")),
            "'traits' says of cohort '123' neither true nor false");
  EXPECT_EQ(problem(Call("u1", R"-("[Amplitude] Other (other1)":true)-")),
            "cohort 'other1' is not pushed here");
  EXPECT_EQ(problem(Batch({"null"})), "'batch[0]' is null, not an object");
}

TEST(JsonIdentifyFormat, RefusesBodiesThatAreNoCalls) {
  EXPECT_THAT(Batches("[]"), ElementsAre("error: the body is an array, not an object"));
  EXPECT_THAT(Batches("17"), ElementsAre("error: the body is neither an object nor an array"));
  EXPECT_THAT(Batches(R"({"batch":{}})"), ElementsAre("error: 'batch' is an object, not an array"));
  EXPECT_THAT(Batches(R"({"batch":[],"batch":[]})"), ElementsAre("error: 'batch' stands twice"));
  EXPECT_THAT(Batches(R"({"batch":[],"userId":"u1"})"),
              ElementsAre("error: 'batch' and a call stand beside each other"));
  EXPECT_THAT(Batches(R"({"batch":[{"userId":})"),
              ElementsAre("error: not valid json at byte 21 of 21"));
  EXPECT_THAT(Batches(R"({"batch":[]})"), IsEmpty());
}

TEST(JsonIdentifyFormat, TakesTenThousandUsersOfACall) {
  std::vector<std::string> calls;
  calls.reserve(10'000);
  for (int i = 0; i < 10'000; ++i)
    calls.push_back(Enters(Format("u{}", i)));
  const auto read = Read(Batch(calls));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->taken, 10'000);
  EXPECT_EQ(read->batches.at(0).head.members, 10'000);
}

}  // namespace
}  // namespace cohort_sync::amplitude
