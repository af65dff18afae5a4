#include "simulator/switch_table.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace cohort_sync::simulator {
namespace {

using Json = nlohmann::json;

class SwitchTableTest : public ::testing::Test {
 protected:
  std::string Problem(const char* json) {
    const Status set = SetSwitches(json, cordial_, amplitude_);
    return set ? "(none)" : set.error().message();
  }

  CordialSwitches cordial_;
  AmplitudeSwitches amplitude_;
};

TEST_F(SwitchTableTest, WhatIsShownCanBeSetAgain) {
  cordial_.upsert_status = UpsertStatus::kAlways200;
  cordial_.refuse_contacts = {"a@example.com"};
  cordial_.reset_after = {.next = 2, .probability = 0.5};
  amplitude_.csv.gp_headers = true;
  amplitude_.transfer = Transfer::kChunked;
  amplitude_.inline_bytes = 9;
  amplitude_.push.list_items = ListItemsKey::kUserIdsSnakeCase;
  const std::string shown = SwitchesAsJson(cordial_, amplitude_);

  CordialSwitches cordial;
  AmplitudeSwitches amplitude;
  ASSERT_TRUE(SetSwitches(shown, cordial, amplitude));
  EXPECT_EQ(SwitchesAsJson(cordial, amplitude), shown);
  EXPECT_EQ(cordial.upsert_status, UpsertStatus::kAlways200);
  EXPECT_EQ(cordial.reset_after, (Fault{.next = 2, .probability = 0.5}));
  EXPECT_EQ(amplitude.transfer, Transfer::kChunked);
  EXPECT_TRUE(amplitude.csv.gp_headers);
  EXPECT_EQ(amplitude.push.list_items, ListItemsKey::kUserIdsSnakeCase);
}

TEST_F(SwitchTableTest, OnlyNamedSwitchesChange) {
  cordial_.server_error.next = 5;
  ASSERT_TRUE(SetSwitches(R"({"cordial.slow_ms": 12})", cordial_, amplitude_));
  EXPECT_EQ(cordial_.slow_ms, 12);
  EXPECT_EQ(cordial_.server_error.next, 5);
}

TEST_F(SwitchTableTest, AnUnknownNameIsRefusedWithTheNearest) {
  EXPECT_EQ(Problem(R"({"cordial.reset_aftr": {"next": 1}})"),
            "unknown switch 'cordial.reset_aftr', did you mean 'cordial.reset_after'?");
  EXPECT_EQ(Problem(R"({"zzzzzz": 1})"), "unknown switch 'zzzzzz'; GET /switches lists them");
}

TEST_F(SwitchTableTest, AWrongValueIsRefusedWithWhatIsExpected) {
  EXPECT_EQ(Problem("[]"), R"(expected an object, such as {"cordial.slow_ms": 100})");
  EXPECT_EQ(Problem(R"({"cordial.slow_ms": -1})"),
            "switch 'cordial.slow_ms': expected a whole number of at least 0, got -1");
  EXPECT_EQ(Problem(R"({"cordial.refuse_ip": 1})"),
            "switch 'cordial.refuse_ip': expected true or false, got 1");
  EXPECT_EQ(Problem(R"({"cordial.upsert_status": "x"})"),
            "switch 'cordial.upsert_status': expected one of by_existence, always_201, always_200, "
            "got \"x\"");
  EXPECT_EQ(Problem(R"({"cordial.refuse_contacts": [1]})"),
            "switch 'cordial.refuse_contacts': expected an array of texts, got [1]");
  EXPECT_EQ(Problem(R"({"amplitude.slow": {"probability": 2}})"),
            "switch 'amplitude.slow': expected {\"next\": COUNT, \"probability\": 0 to 1}, or one "
            "of the two, got {\"probability\":2}");
  EXPECT_NE(Problem(R"({"cordial.refuse_permission": ["POST /contacts"]})")
                .find("an array of these: POST /v2/contacts, PUT /v2/contacts/{key}"),
            std::string::npos);
}

TEST_F(SwitchTableTest, ARefusedObjectChangesNothing) {
  EXPECT_NE(Problem(R"({"cordial.slow_ms": 12, "amplitude.gzip": "no"})"), "(none)");
  EXPECT_EQ(cordial_.slow_ms, CordialSwitches().slow_ms);
}

TEST_F(SwitchTableTest, EverySwitchSaysWhatItDoesTakesAndStartsWith) {
  const Json values = Json::parse(SwitchesAsJson(cordial_, amplitude_));
  const Json help = Json::parse(SwitchesHelp());
  EXPECT_EQ(help.size(), values.size());
  for (const auto& [name, value] : values.items()) {
    EXPECT_GT(help.at(name).at("does").get<std::string>().size(), 10U) << name;
    EXPECT_FALSE(help.at(name).at("takes").get<std::string>().empty()) << name;
    EXPECT_EQ(help.at(name).at("default"), value) << name;
  }
  EXPECT_EQ(help.at("amplitude.gzip"),
            (Json{{"does", "Content-Encoding: gzip on both ways of download (1.7)"},
                  {"takes", "true or false"},
                  {"default", true}}));
}

TEST_F(SwitchTableTest, ADefaultIsKnownByName) {
  EXPECT_EQ(SwitchDefault("cordial.slow_ms").value(), "5000");
  EXPECT_EQ(SwitchDefault("cordial.slow_m").error().message(),
            "unknown switch 'cordial.slow_m', did you mean 'cordial.slow_ms'?");
}

}  // namespace
}  // namespace cohort_sync::simulator
