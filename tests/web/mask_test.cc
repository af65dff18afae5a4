#include "web/mask.h"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/text.h"

namespace cohort_sync::web {
namespace {

TEST(MaskIdentifier, LeavesTheFirstLettersAndTheTopLevel) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"anna@example.com", "a***@e***.com"},
      {"a@b.co.uk", "a***@b***.uk"},
      {"\"x@y\"@example.com", "\"***@e***.com"},
      {"anna@localhost", "a***@l***"},
      {"émile@exämple.fr", "é***@e***.fr"},
      {"@example.com", "***@e***.com"},
      {"anna@", "a***@***"},
      {"anna@.com", "a***@.***"},
      {"customer-4711", "c***"},
      {"4", "4***"},
      {"", ""},
  };
  for (const auto& [identifier, masked] : cases)
    EXPECT_EQ(MaskIdentifier(identifier), masked);
}

TEST(MaskIn, FindsTheIdentifierHoweverItIsWritten) {
  EXPECT_EQ(MaskIn("/contacts/email:anna%2Bx%40example.com", "anna+x@example.com"),
            "/contacts/email:a***@e***.com");
  EXPECT_EQ(MaskIn(R"({"customer_id":"4711","again":"4711"})", "4711"),
            R"({"customer_id":"4***","again":"4***"})");
}

TEST(MaskIn, FindsOtherAddressesToo) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"merged with bert@example.org.", "merged with b***@e***.org."},
      {R"({"email":"b.b+c@x-y.example","n":1})", R"({"email":"b***@x***.example","n":1})"},
      {"email%3Abert%40example.org/x", "email%3***@e***.org/x"},
      {R"("bert\u0040example.org")", R"("b***@e***.org")"},
      {"a@b.c,d@e.f", "a***@b***.c,d***@e***.f"},
      {"a@b@c.d", "a***@b***@c.d"},
      {"no address @ all, @home and me@", "no address @ all, @home and me@"},
      {"", ""},
  };
  for (const auto& [text, masked] : cases)
    EXPECT_EQ(MaskIn(text, ""), masked);
}

TEST(MaskIn, MaskedTextStaysAsItIs) {
  const std::string once = MaskIn("anna@example.com and bert@example.org", "anna@example.com");
  EXPECT_EQ(once, "a***@e***.com and b***@e***.org");
  EXPECT_EQ(MaskIn(once, ""), once);
}

TEST(MaskIn, TakesTimeInProportionToItsText) {
  const std::string at_signs(1'000'000, '@');
  EXPECT_EQ(MaskIn(at_signs, "").size(), at_signs.size());
  const std::string letters(1'000'000, 'a');
  EXPECT_EQ(MaskIn(letters, ""), letters);
}

}  // namespace
}  // namespace cohort_sync::web
