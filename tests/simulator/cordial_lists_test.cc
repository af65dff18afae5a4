#include <gmock/gmock.h>

#include "simulator/cordial_account.h"
#include "simulator/cordial_fixture.h"

namespace cohort_sync::simulator {
namespace {

using ::testing::ElementsAre;
using Json = nlohmann::json;

class CordialListsTest : public CordialFixture {
 protected:
  void ExpectError(const http::Reply& reply, int status, const char* key, const char* message) {
    EXPECT_EQ(reply.response.status, status);
    EXPECT_EQ(BodyOf(reply), (Json{{"error", true}, {"errorKey", key}, {"message", message}}));
  }
  http::Reply Post(const std::string& name) {
    return Send("POST", "/v2/accountlists", Json{{"name", name}}.dump());
  }
};

constexpr const char* kNameRule =
    "Name must contain only letters, numbers, and dashes. Should not exceed 128 characters";

TEST_F(CordialListsTest, PostAnswersTheIdAndGetFindsTheListByName) {
  const std::int64_t id = MakeList("vip");
  const http::Reply reply = Send("GET", "/v2/accountlists?name=vip");
  EXPECT_EQ(reply.response.status, 200);
  EXPECT_EQ(BodyOf(reply),
            Json::parse(Format(R"([{{"id":{},"name":"vip","enhanced":true}}])", id)));
  EXPECT_EQ(BodyOf(Send("GET", Format("/v2/accountlists/{}", id))), BodyOf(reply)[0]);
}

TEST_F(CordialListsTest, AnUnknownNameIs404OrBySwitchAnEmptyArray) {
  ExpectError(
      Send("GET", "/v2/accountlists?name=vip"), 404, "RECORD_NOT_FOUND", "record not found");
  switches().missing_list_is_empty_array = true;
  const http::Reply reply = Send("GET", "/v2/accountlists?name=vip");
  EXPECT_EQ(reply.response.status, 200);
  EXPECT_EQ(BodyOf(reply), Json::array());
}

TEST_F(CordialListsTest, TheNameFilterIsExactUnlessSwitchedToLoose) {
  MakeList("vip-old");
  EXPECT_EQ(Send("GET", "/v2/accountlists?name=vip").response.status, 404);
  switches().loose_list_filter = true;
  EXPECT_EQ(BodyOf(Send("GET", "/v2/accountlists?name=vip")).at(0).at("name"), "vip-old");
}

TEST_F(CordialListsTest, RefusesNamesAgainstTheRule) {
  ExpectError(Post("cid"), 422, "GENERIC_ERROR_KEY", "cid is not allowed for list names.");
  ExpectError(Post("a b"), 422, "GENERIC_ERROR_KEY", kNameRule);
  ExpectError(Post(""), 422, "GENERIC_ERROR_KEY", kNameRule);
  ExpectError(Post(std::string(129, 'a')), 422, "GENERIC_ERROR_KEY", kNameRule);
  EXPECT_EQ(Post(std::string(128, 'a')).response.status, 200);
  EXPECT_EQ(Post("a_b").response.status, 200);
  switches().allow_underscore = false;
  ExpectError(Post("c_d"), 422, "GENERIC_ERROR_KEY", kNameRule);
}

TEST_F(CordialListsTest, NamesAreUniqueAmongListsAndAttributes) {
  MakeList("vip");
  ExpectError(Post("vip"), 422, "GENERIC_ERROR_KEY", "Name must be unique");
  ExpectError(Post("first_name"), 422, "GENERIC_ERROR_KEY", "Name must be unique");
  EXPECT_EQ(Post("VIP").response.status, 200);
  switches().list_names_ignore_case = true;
  ExpectError(Post("Vip"), 422, "GENERIC_ERROR_KEY", "Name must be unique");
}

TEST_F(CordialListsTest, CountFollowsMembership) {
  const std::int64_t id = MakeList("vip");
  Add("a@example.com", "vip");
  Add("b@example.com", "vip");
  Add("b@example.com", "vip");
  Remove("a@example.com", "vip");
  EXPECT_EQ(BodyOf(Send("GET", Format("/v2/accountlists/{}/count", id))),
            (Json{{"id", id}, {"name", "vip"}, {"enhanced", true}, {"count", 1}}));
}

TEST_F(CordialListsTest, ClearTakesEveryoneOffAndKeepsTheContacts) {
  const std::int64_t id = MakeList("vip");
  Add("a@example.com", "vip");
  const http::Reply reply = Send("PUT", Format("/v2/accountlists/{}/clear", id));
  EXPECT_EQ(reply.response.status, 200);
  EXPECT_EQ(BodyOf(reply), (Json{{"success", true}, {"id", id}}));
  EXPECT_THAT(Members("vip"), ElementsAre());
  EXPECT_EQ(BodyOf(Send("GET", Format("/v2/accountlists/{}/count", id))).at("count"), 0);
  EXPECT_EQ(Send("GET", "/v2/contacts/email:a@example.com").response.status, 200);
}

TEST_F(CordialListsTest, PutRenamesAndAnswersAnArray) {
  const std::int64_t id = MakeList("vip");
  MakeList("gold");
  const std::string target = Format("/v2/accountlists/{}", id);
  const http::Reply reply = Send("PUT", target, R"({"name":"vip2"})");
  EXPECT_EQ(reply.response.status, 200);
  EXPECT_EQ(BodyOf(reply), (Json::array({{{"id", id}, {"name", "vip2"}, {"enhanced", true}}})));
  ExpectError(
      Send("PUT", target, R"({"name":"gold"})"), 422, "GENERIC_ERROR_KEY", "Name must be unique");
  EXPECT_EQ(Send("PUT", target, R"({"name":"vip2"})").response.status, 200);
}

TEST_F(CordialListsTest, DeletedListIsGoneAndItsNameNoLongerAKey) {
  const std::int64_t id = MakeList("vip");
  Add("a@example.com", "vip");
  EXPECT_EQ(BodyOf(Send("DELETE", Format("/v2/accountlists/{}", id))), (Json{{"success", true}}));
  EXPECT_FALSE(account_.ReadList("vip"));
  EXPECT_EQ(Add("a@example.com", "vip").response.status, 422);
}

TEST_F(CordialListsTest, EveryRouteHasItsOwnAnswerForAMissingList) {
  constexpr const char* kGone = "List does not exist";
  ExpectError(Send("GET", "/v2/accountlists/7"), 404, "ACCOUNT_LISTS_NOT_FOUND", kGone);
  ExpectError(Send("GET", "/v2/accountlists/7/count"), 404, "ACCOUNT_LISTS_NOT_FOUND", kGone);
  ExpectError(Send("PUT", "/v2/accountlists/7/clear"), 404, "ACCOUNT_LISTS_NOT_FOUND", kGone);
  ExpectError(Send("PUT", "/v2/accountlists/7", R"({"name":"x"})"),
              404,
              "GENERIC_ERROR_KEY",
              "List is not found");
  ExpectError(Send("DELETE", "/v2/accountlists/7"), 404, "RECORD_NOT_FOUND", "record not found");
}

TEST_F(CordialListsTest, AttributesAreAnArrayOrBySwitchAnObject) {
  EXPECT_EQ(Send("POST",
                 "/v2/accountcontactattributes",
                 R"({"key":"points","name":"Points","type":"number"})")
                .response.status,
            200);
  const Json points = {{"key", "points"}, {"name", "Points"}, {"type", "number"}};
  EXPECT_THAT(BodyOf(Send("GET", "/v2/accountcontactattributes")), ::testing::Contains(points));
  switches().attributes_shape = AttributesShape::kObject;
  EXPECT_EQ(BodyOf(Send("GET", "/v2/accountcontactattributes")).at("points"), points);
}

TEST_F(CordialListsTest, RefusesAttributesThatCannotBe) {
  MakeList("vip");
  const auto post = [&](const char* body) {
    return Send("POST", "/v2/accountcontactattributes", body);
  };
  ExpectError(post(R"({"key":"a","name":"A","type":"text"})"),
              422,
              "GENERIC_ERROR_KEY",
              "invalid field type");
  ExpectError(post(R"({"key":"first_name","name":"A","type":"string"})"),
              422,
              "GENERIC_ERROR_KEY",
              "Key must be unique");
  ExpectError(post(R"({"key":"vip","name":"A","type":"string"})"),
              422,
              "GENERIC_ERROR_KEY",
              "Key must be unique");
  ExpectError(post(R"({"key":"a","name":"first_name","type":"string"})"),
              422,
              "GENERIC_ERROR_KEY",
              "Name must be unique");
}

}  // namespace
}  // namespace cohort_sync::simulator
