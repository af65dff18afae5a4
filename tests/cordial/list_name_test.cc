#include "cordial/list_name.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace cohort_sync::cordial {
namespace {

using ::testing::HasSubstr;

constexpr const char* kNextStep = "; set list_name on that sync to a name that Cordial accepts";

std::string Derived(std::string_view cohort_name) {
  const auto name = DeriveListName(cohort_name, "email");
  return name ? name->value() : name.error().message();
}

std::string ErrorOf(std::string_view list_name, std::string_view identifier_name = "email") {
  const auto name = CheckListName(list_name, identifier_name);
  if (name) return "accepted";
  EXPECT_EQ(name.error().code(), ErrorCode::kConfiguration);
  return name.error().message();
}

TEST(DeriveListName, RemovesSpacesAndNothingElse) {
  EXPECT_EQ(Derived("active users"), "activeusers");
  EXPECT_EQ(Derived("  Big  Spenders 2026 "), "BigSpenders2026");
  EXPECT_EQ(Derived("a-b_c"), "a-b_c");
}

TEST(DeriveListName, NamesCohortListNameAndEveryRefusedCharacter) {
  EXPECT_EQ(Derived("Saturday's cohort & héllo's"),
            std::string("cohort 'Saturday's cohort & héllo's': list name "
                        "'Saturday'scohort&héllo's': Cordial allows letters, digits, '-' and '_', "
                        "and refuses ''', '&', 'é' (U+00E9)") +
                kNextStep);
}

TEST(DeriveListName, OtherWhiteSpaceStaysAndIsRefusedByItsNumber) {
  EXPECT_THAT(Derived("active\tusers"), HasSubstr("and refuses U+0009;"));
  EXPECT_THAT(Derived("active\u00A0users"), HasSubstr("and refuses U+00A0;"));
  EXPECT_THAT(Derived("active\u2003users"), HasSubstr("(U+2003);"));
}

TEST(DeriveListName, CharactersBeyondTheBasicPlaneHaveTheirNumber) {
  EXPECT_THAT(Derived("vip \xF0\x9F\x92\x8E"), HasSubstr("(U+1F48E);"));
}

TEST(DeriveListName, SpacesAloneGiveAnEmptyName) {
  EXPECT_EQ(Derived("   "), std::string("cohort '   ': list name '': it is empty") + kNextStep);
}

TEST(CheckListName, AcceptsUpTo128CharactersAndNoMore) {
  EXPECT_TRUE(CheckListName(std::string(128, 'a'), "email"));
  EXPECT_EQ(ErrorOf(std::string(129, 'a')),
            "list name '" + std::string(129, 'a') + "': it has 129 characters, the limit is 128" +
                kNextStep);
}

TEST(CheckListName, CountsCharactersNotBytes) {
  std::string name;
  for (int i = 0; i < 129; ++i)
    name += "é";
  EXPECT_THAT(ErrorOf(name), HasSubstr("(U+00E9), and it has 129 characters, the limit is 128;"));
}

TEST(CheckListName, DoesNotRemoveSpacesFromAChosenName) {
  EXPECT_THAT(ErrorOf("active users"), HasSubstr("and refuses U+0020;"));
}

TEST(CheckListName, RefusesReservedKeysInAnyCase) {
  for (const char* const name : {"cid",
                                 "cID",
                                 "channels",
                                 "EMAIL",
                                 "identifyBy",
                                 "suppresstriggers",
                                 "forceSubscribe",
                                 "request_source",
                                 "cart",
                                 "Lists",
                                 "listJoinDate",
                                 "lj",
                                 "_id",
                                 "ID",
                                 "attributes",
                                 "createdAt",
                                 "lastmodified"}) {
    EXPECT_EQ(ErrorOf(name),
              std::string("list name '") + name + "': the name is reserved in Cordial" + kNextStep);
  }
  EXPECT_EQ(ErrorOf("emails"), "accepted");
}

TEST(CheckListName, RefusesTheIdentifiersNameInAnyCase) {
  EXPECT_EQ(ErrorOf("CustID", "custID"),
            std::string("list name 'CustID': it is the contact identifier's name, and Cordial "
                        "keeps both in one place") +
                kNextStep);
}

TEST(CheckListName, RefusesBytesThatAreNoText) {
  EXPECT_EQ(ErrorOf("a\xFF"), std::string("list name 'a\\xff': it is not valid UTF-8") + kNextStep);
}

// The rule of contracts/cordial.md 2.3, written a second time as a predicate.
RC_GTEST_PROP(CheckListName, AcceptsExactlyWhatTheRuleAllows, ()) {
  const auto name = *rc::gen::container<std::string>(
      rc::gen::oneOf(rc::gen::inRange('a', 'g'), rc::gen::element('-', '_', '7', 'Z', '.', ' ')));
  const bool allowed =
      !name.empty() && name.size() <= 128 && name.find_first_of(". ") == std::string::npos;
  RC_ASSERT(CheckListName(name, "email").has_value() == allowed);
}

RC_GTEST_PROP(DeriveListName, AcceptedNameIsTheCohortsNameWithoutSpaces, (const std::string& raw)) {
  const auto name = DeriveListName(raw, "email");
  std::string expected = raw;
  std::erase(expected, ' ');
  RC_ASSERT(!name || name->value() == expected);
}

}  // namespace
}  // namespace cohort_sync::cordial
