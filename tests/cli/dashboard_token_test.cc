#include "cli/dashboard_token.h"

#include <filesystem>
#include <regex>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/temp_dir.h"

namespace cohort_sync {
namespace {

using ::testing::StartsWith;

class DashboardTokenTest : public ::testing::Test {
 protected:
  DashboardTokenTest() {
    config.directory = dir.path();
    config.state = dir.File("state.db");
  }

  TempDir dir;
  Config config;
};

TEST_F(DashboardTokenTest, IsMadeOnceForThisUserOnly) {
  const auto token = ReadOrMakeDashboardToken(config);
  ASSERT_TRUE(token) << token.error().message();
  EXPECT_TRUE(std::regex_match(token->Reveal(), std::regex("[0-9a-f]{64}")));
  EXPECT_EQ(DashboardTokenPath(config), dir.File("state.db-token"));
  EXPECT_EQ(std::filesystem::status(DashboardTokenPath(config)).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  EXPECT_EQ(ReadOrMakeDashboardToken(config)->Reveal(), token->Reveal());
  EXPECT_EQ(ReadDashboardToken(config)->Reveal(), token->Reveal());
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(dir.path()), {}), 1)
      << "nothing is left beside it";
}

TEST_F(DashboardTokenTest, IsReplacedByAnother) {
  const std::string before = ReadOrMakeDashboardToken(config)->Reveal();
  const auto token = ReplaceDashboardToken(config);
  ASSERT_TRUE(token) << token.error().message();
  EXPECT_NE(token->Reveal(), before);
  EXPECT_EQ(ReadDashboardToken(config)->Reveal(), token->Reveal());
}

TEST_F(DashboardTokenTest, IsNotMadeByReadingIt) {
  EXPECT_FALSE(ReadDashboardToken(config));
  EXPECT_FALSE(std::filesystem::exists(DashboardTokenPath(config)));
}

TEST_F(DashboardTokenTest, ThatOthersMayReadIsRefused) {
  ASSERT_TRUE(ReadOrMakeDashboardToken(config));
  std::filesystem::permissions(DashboardTokenPath(config),
                               std::filesystem::perms::group_read,
                               std::filesystem::perm_options::add);
  EXPECT_FALSE(ReadOrMakeDashboardToken(config));
}

TEST_F(DashboardTokenTest, SaysWhereItCannotBeWritten) {
  config.state = dir.File("none/state.db");
  const auto token = ReadOrMakeDashboardToken(config);
  ASSERT_FALSE(token);
  EXPECT_EQ(token.error().message(),
            "the dashboard's token '" + dir.File("none/state.db-token") +
                "' cannot be written: No such file or directory");
}

}  // namespace
}  // namespace cohort_sync
