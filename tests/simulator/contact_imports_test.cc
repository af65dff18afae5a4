#include "simulator/contact_imports.h"

#include <gmock/gmock.h>

#include "simulator/cordial_fixture.h"
#include "simulator/delimited_text.h"

namespace cohort_sync::simulator {
namespace {

using ::testing::ElementsAre;
using Json = nlohmann::json;

TEST(ReadDelimited, TakesQuotesEmptyFieldsAndBothLineEnds) {
  EXPECT_THAT(ReadDelimited("a;\"b;\"\"c\"\"\"\r\n\n;x\nlast", ';'),
              ElementsAre(ElementsAre("a", "b;\"c\""), ElementsAre("", "x"), ElementsAre("last")));
  EXPECT_THAT(ReadDelimited("", ','), ElementsAre());
}

class ContactImportsTest : public CordialFixture {
 protected:
  ContactImportsTest() {
    MakeList("vip");
    account_.set_fetch([this](const std::string& url) -> Result<std::string> {
      if (url == "https://files.example.com/add.csv") return file_;
      return Fail(ErrorCode::kUnavailable, "no route");
    });
  }
  http::Reply Import(const Json& settings) {
    Json body = {
        {"hasHeader", true},
        {"source", {{"transport", "HTTPS"}, {"url", "https://files.example.com/add.csv"}}}};
    body.update(settings);
    return Send("POST", "/v2/contactimports", body.dump());
  }
  // Imports and waits for the end; the job.
  Json Finish(const Json& settings) {
    const Json accepted = BodyOf(Import(settings));
    clock_.Advance(Duration(switches().import_ms));
    return Job(accepted.at("jobId"));
  }
  Json Job(const std::string& id) { return BodyOf(Send("GET", "/v2/jobs/" + id)); }
  std::string StatusOf(const std::string& email) {
    const Json contact = BodyOf(Send("GET", "/v2/contacts/email:" + email));
    return contact.at("channels").at("email").at("subscribeStatus");
  }
  void ExpectRefused(const Json& settings, const char* message) {
    const http::Reply reply = Import(settings);
    EXPECT_EQ(reply.response.status, 406);
    EXPECT_EQ(BodyOf(reply),
              (Json{{"error", true}, {"errorKey", "GENERIC_ERROR_KEY"}, {"message", message}}));
  }

  std::string file_ = "channels.email.address\na@example.com\nb@example.com\n";
};

TEST_F(ContactImportsTest, AJobWalksFromPendingToDoneAndAppliesAtTheEnd) {
  const http::Reply reply = Import({{"lists", {{"addTo", {"vip"}}}}, {"importName", "first"}});
  EXPECT_EQ(reply.response.status, 201);
  const std::string id = BodyOf(reply).at("jobId");
  EXPECT_EQ(Job(id).at("status"), "Pending");
  clock_.Advance(Duration(1000));
  EXPECT_EQ(Job(id).at("status"), "Processing");
  EXPECT_THAT(Members("vip"), ElementsAre());
  clock_.Advance(Duration(1000));
  EXPECT_EQ(Job(id), Json::parse(R"({"status":"Done","jobName":"ImportContacts","totalItems":2,
              "completedItems":2,
              "times":{"start":"2026-11-21T06:00:00+0000","end":"2026-11-21T06:00:02+0000"},
              "result":{"totalRecords":2,"updated":0,"rejected":0,"inserted":2,"error":0,
                        "ignored":0},
              "metadata":{"lists":["vip"],"importName":"first"}})"));
  EXPECT_THAT(Members("vip"), ElementsAre("a@example.com", "b@example.com"));
  EXPECT_EQ(Send("GET", "/v2/jobs/none").response.status, 404);
}

TEST_F(ContactImportsTest, NewContactsAreSubscribedAndExistingKeepTheirStatus) {
  Add("a@example.com", "vip");
  Finish(Json::object());
  EXPECT_EQ(StatusOf("a@example.com"), "none");
  EXPECT_EQ(StatusOf("b@example.com"), "subscribed");
}

TEST_F(ContactImportsTest, WhoUnsubscribedIsNotSubscribedAgain) {
  Add("a@example.com", "vip");
  ASSERT_TRUE(account_.Unsubscribe("a@example.com"));
  file_ = "channels.email.address,channels.email.subscribeStatus\na@example.com,subscribed\n";
  EXPECT_EQ(Finish(Json::object()).at("result").at("updated"), 1);
  EXPECT_EQ(StatusOf("a@example.com"), "unsubscribed");
}

TEST_F(ContactImportsTest, AStrategyLeavesTheOthersOut) {
  Add("a@example.com", "vip");
  const Json update = Finish({{"strategy", "updateOnly"}}).at("result");
  EXPECT_EQ(update.at("updated"), 1);
  EXPECT_EQ(update.at("ignored"), 1);
  const Json insert = Finish({{"strategy", "insertOnly"}}).at("result");
  EXPECT_EQ(insert.at("inserted"), 1);
  EXPECT_EQ(insert.at("ignored"), 1);
}

TEST_F(ContactImportsTest, ListColumnsByNameAndByIdAreOverriddenByTheSettings) {
  MakeList("gold");
  file_ = "channels.email.address\tvip\t102\na@example.com\t1\t1\nb@example.com\t0\t1\n";
  Finish({{"delimiter", "\t"}});
  EXPECT_THAT(Members("vip"), ElementsAre("a@example.com"));
  EXPECT_THAT(Members("gold"), ElementsAre("a@example.com", "b@example.com"));
  Finish({{"delimiter", "\t"}, {"lists", {{"removeFrom", {"gold"}}}}});
  EXPECT_THAT(Members("gold"), ElementsAre());
}

TEST_F(ContactImportsTest, ColumnsNameTheFieldsOfAFileWithoutHeader) {
  file_ = "Ann,skipped,a@example.com\n";
  Finish({{"hasHeader", false}, {"columns", {"first_name", "", "channels.email.address"}}});
  const Json contact = BodyOf(Send("GET", "/v2/contacts/email:a@example.com"));
  EXPECT_EQ(contact.at("attributes").at("first_name"), "Ann");
}

TEST_F(ContactImportsTest, RowsThatCannotBeAreCounted) {
  Send("POST", "/v2/contacts", R"({"email":"c@example.com","customer_id":"42"})");
  Add("d@example.com", "vip");
  file_ =
      "channels.email.address,customer_id,vip\nnobody,,\n,7,yes\na@example.com,1,1\n"
      "d@example.com,42,\n";
  const Json result = Finish(Json::object()).at("result");
  EXPECT_EQ(result.at("rejected"), 2);
  EXPECT_EQ(result.at("inserted"), 1);
  EXPECT_EQ(result.at("updated"), 0);
  EXPECT_EQ(result.at("error"), 1);
}

TEST_F(ContactImportsTest, AFileThatCannotBeHadIs201WithAnErrorInside) {
  const http::Reply reply =
      Import({{"source", {{"transport", "https"}, {"url", "https://nowhere.example.com/x"}}}});
  EXPECT_EQ(reply.response.status, 201);
  EXPECT_EQ(BodyOf(reply).at("jobId"),
            (Json{{"error", true},
                  {"errorKey", "GENERIC_ERROR_KEY"},
                  {"message", "Can't connect to the server (no route)"}}));
}

TEST_F(ContactImportsTest, SettingsThatCannotBeUsedAre406) {
  ExpectRefused({{"source", Json::object()}}, "The source.transport field is required.");
  ExpectRefused({{"source", {{"transport", "post"}}}}, "The selected source.transport is invalid.");
  ExpectRefused({{"source", {{"transport", "http"}}}}, "The source.url field is required.");
  ExpectRefused({{"hasHeader", false}}, "The columns field is required.");
  ExpectRefused({{"lists", {{"addTo", {"gold"}}}}}, "The selected lists.addTo is invalid.");
}

TEST_F(ContactImportsTest, AFailedJobAppliesNothing) {
  switches().import_fails = true;
  EXPECT_EQ(Finish({{"lists", {{"addTo", {"vip"}}}}}).at("status"), "Failed");
  EXPECT_THAT(Members("vip"), ElementsAre());
}

}  // namespace
}  // namespace cohort_sync::simulator
