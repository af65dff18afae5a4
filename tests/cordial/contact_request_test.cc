#include "cordial/contact_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <rapidcheck/gtest.h>

#include "base/text.h"

namespace cohort_sync::cordial {
namespace {

using ::testing::HasSubstr;

ContactCallSettings Settings(const std::string& identifier_name, bool create = true) {
  return {.path_prefix = "/v2",
          .authorization = "Basic a2V5Og==",
          .identifier = {.name = identifier_name, .property = "p"},
          .create_missing_contacts = create};
}

Delivery Add(const std::string& contact) {
  return {OperationKind::kAdd, contact, ListName("activeusers")};
}
Delivery Remove(const std::string& contact) {
  return {OperationKind::kRemove, contact, ListName("activeusers")};
}

// "METHOD target body"
std::string Line(const ContactCallSettings& settings, const Delivery& delivery) {
  const auto request = MakeContactRequest(settings, delivery);
  if (!request) return request.error().message();
  return request->method + " " + request->target + " " + request->body;
}

TEST(MakeContactRequest, AddByEmailIsAnUpsertOfTheAddress) {
  const std::string expected =
      R"(POST /v2/contacts {"channels":{"email":{"address":"jane@example.com"}},)"
      R"("identifyBy":["email"],"activeusers":true})";
  EXPECT_EQ(Line(Settings("email"), Add("jane@example.com")), expected);
  EXPECT_EQ(Line(Settings("channels.email.address"), Add("jane@example.com")), expected);
}

TEST(MakeContactRequest, AddByAnAttributeNamesItAtTheTop) {
  EXPECT_EQ(Line(Settings("custID"), Add("42")),
            R"(POST /v2/contacts {"custID":"42","identifyBy":["custID"],"activeusers":true})");
}

TEST(MakeContactRequest, AddByAnotherChannelGoesUnderChannels) {
  EXPECT_EQ(Line(Settings("channels.sms.address"), Add("+4912")),
            R"(POST /v2/contacts {"channels":{"sms":{"address":"+4912"}},)"
            R"("identifyBy":["channels.sms.address"],"activeusers":true})");
}

TEST(MakeContactRequest, AddThatMustNotCreateIsAnUpdate) {
  EXPECT_EQ(Line(Settings("email", false), Add("jane@example.com")),
            R"(PUT /v2/contacts/email:jane%40example.com {"activeusers":true})");
  EXPECT_EQ(Line(Settings("custID", false), Add("42")),
            R"(PUT /v2/contacts/custID:42 {"activeusers":true})");
}

TEST(MakeContactRequest, RemoveIsAnUpdateWhateverMayBeCreated) {
  for (const bool create : {true, false}) {
    EXPECT_EQ(Line(Settings("email", create), Remove("jane@example.com")),
              R"(PUT /v2/contacts/email:jane%40example.com {"activeusers":false})");
    EXPECT_EQ(Line(Settings("channels.email.address", create), Remove("jane@example.com")),
              R"(PUT /v2/contacts/email:jane%40example.com {"activeusers":false})");
  }
}

TEST(MakeContactRequest, CidIsAddressedBareAndNeverCreated) {
  EXPECT_EQ(Line(Settings("cID"), Add("604f30256a44206b3f8d086e")),
            R"(PUT /v2/contacts/604f30256a44206b3f8d086e {"activeusers":true})");
  EXPECT_EQ(Line(Settings("cID"), Remove("604f30256a44206b3f8d086e")),
            R"(PUT /v2/contacts/604f30256a44206b3f8d086e {"activeusers":false})");
}

TEST(MakeContactRequest, RefusesACidThatCordialWouldReadAsAnotherKey) {
  EXPECT_EQ(Line(Settings("cID"), Remove("email:jane@example.com")),
            "the contact identifier 'email:jane@example.com' is not a cID: 24 hexadecimal digits "
            "are expected; check contact_identifier_mapping");
  EXPECT_THAT(Line(Settings("cID"), Remove("..")), HasSubstr("is not a cID"));
}

TEST(MakeContactRequest, RefusesWhatIsNoText) {
  EXPECT_EQ(Line(Settings("email"), Add("a\xFF@x.de")),
            "the contact identifier 'a\\xff@x.de' is not valid UTF-8");
  EXPECT_EQ(Line(Settings("email"), Remove("")), "the contact identifier is empty");
}

TEST(MakeContactRequest, EncodesWhatAUrlWouldReadOtherwise) {
  EXPECT_THAT(Line(Settings("email", false), Add("o'neil+news@example.com")),
              HasSubstr("/v2/contacts/email:o%27neil%2Bnews%40example.com "));
  EXPECT_THAT(Line(Settings("custID", false), Add("a:b")), HasSubstr("/v2/contacts/custID:a%3Ab "));
}

TEST(MakeContactRequest, CarriesKeyAndTypes) {
  const auto request = MakeContactRequest(Settings("email"), Add("jane@example.com"));
  ASSERT_TRUE(request);
  EXPECT_EQ(request->headers.Find("Authorization"), "Basic a2V5Og==");
  EXPECT_EQ(request->headers.Find("Content-Type"), "application/json");
  EXPECT_EQ(request->headers.Find("Accept"), "application/json");
}

TEST(CheckIdentifierName, AcceptsEmailChannelsAttributesAndCid) {
  for (const char* const name :
       {"email", "channels.email.address", "channels.sms.address", "custID", "segment_id", "cID"}) {
    EXPECT_TRUE(CheckIdentifierName(name)) << name;
  }
}

TEST(CheckIdentifierName, RefusesNamesThatMeanSomethingElse) {
  for (const char* const name : {"channels", "identifyBy", "lists", "suppressTriggers", "_id"}) {
    const Status status = CheckIdentifierName(name);
    ASSERT_FALSE(status) << name;
    EXPECT_EQ(status.error().message(),
              std::string("contact_identifier_name '") + name +
                  "': Cordial keeps that name for something else; set it to the key of a unique "
                  "Cordial attribute, for example 'email'");
  }
}

TEST(CheckIdentifierName, RefusesWhatNoKeyHas) {
  EXPECT_EQ(
      CheckIdentifierName("customer id").error().message(),
      "contact_identifier_name 'customer id': a Cordial key has letters, digits, '_', '-' and "
      "'.' only; set it to the key of a unique Cordial attribute, for example 'email'");
}

TEST(CheckIdentifierName, RefusesNamesThatCannotStandInAPath) {
  for (const char* const name : {"", "cust id", "a:b", "a/b", "ä"}) {
    const Status status = CheckIdentifierName(name);
    ASSERT_FALSE(status) << name;
    EXPECT_EQ(status.error().code(), ErrorCode::kConfiguration);
    EXPECT_THAT(status.error().message(), HasSubstr("letters, digits, '_', '-' and '.' only"));
  }
}

// What a server makes of a path: segments at '/', each decoded.
std::vector<std::string> DecodedSegments(std::string_view path) {
  std::vector<std::string> segments;
  for (const std::string_view segment : Split(path, '/')) {
    segments.push_back(PercentDecode(segment).value());
  }
  return segments;
}

// Plain identifiers are the wider class: every e-mail address is one too.
rc::Gen<std::string> AcceptedIdentifier() {
  return rc::gen::map(
      rc::gen::container<std::string>(rc::gen::oneOf(
          rc::gen::character<char>(),
          rc::gen::element('@', '+', '.', ':', '\'', '&', ';', '=', '%', '\xC3', '\xA9'))),
      [](const std::string& raw) {
        std::string scratch;
        const auto normalized = NormalizeIdentifier(IdentifierKind::kPlain, raw, scratch);
        return std::string(normalized.accepted ? normalized.value : "x@example.com");
      });
}

RC_GTEST_PROP(MakeContactRequest, AnyAcceptedIdentifierIsOneSegmentOfThePath, ()) {
  const std::string contact = *AcceptedIdentifier();
  const std::string name = *rc::gen::element<std::string>("email", "custID");
  const auto request = MakeContactRequest(Settings(name), Remove(contact));
  RC_ASSERT(request.has_value());
  RC_ASSERT(request->path() == request->target);
  const std::vector<std::string> expected{"", "v2", "contacts", name + ":" + contact};
  RC_ASSERT(DecodedSegments(request->target) == expected);
}

// No data of a contact is written: the body has the identifier, the membership and nothing else
// (faults.md D3).
RC_GTEST_PROP(MakeContactRequest, BodySaysIdentifierAndMembershipOnly, ()) {
  const std::string contact = *AcceptedIdentifier();
  const auto request = MakeContactRequest(Settings("custID"), Add(contact));
  RC_ASSERT(request.has_value());
  const nlohmann::json expected{
      {"custID", contact}, {"identifyBy", {"custID"}}, {"activeusers", true}};
  RC_ASSERT(nlohmann::json::parse(request->body) == expected);
}

}  // namespace
}  // namespace cohort_sync::cordial
