#include "web/control_socket.h"

#include <filesystem>
#include <string>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/temp_dir.h"

namespace cohort_sync::web {
namespace {

using testing::StartsWith;

// The path that a listening socket has in the system's eyes.
std::string BoundName(const UniqueFd& socket) {
  sockaddr_un name{};
  socklen_t size = sizeof name;
  if (::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&name), &size) != 0) return "";
  return name.sun_path;
}

class ControlSocketTest : public testing::Test {
 protected:
  // Longer than the 107 bytes that the system's interface has room for.
  [[nodiscard]] std::string LongPath() const {
    const std::string folder = directory_.File(std::string(120, 'f'));
    std::filesystem::create_directory(folder);
    return folder + "/state.db-control";
  }

  TempDir directory_;
  const std::string path_ = directory_.File("state.db-control");
};

TEST_F(ControlSocketTest, APathThatFitsIsUsedAsItIs) {
  // In a chroot without /proc there is no other way.
  const Result<UniqueFd> listening = ListenAt(path_);
  ASSERT_TRUE(listening) << listening.error().message();
  EXPECT_EQ(BoundName(*listening), path_);
  EXPECT_TRUE(ConnectTo(path_));
}

TEST_F(ControlSocketTest, ALongPathIsReachedThroughItsFolder) {
  const Result<UniqueFd> listening = ListenAt(LongPath());
  ASSERT_TRUE(listening) << listening.error().message();
  EXPECT_THAT(BoundName(*listening), StartsWith("/proc/self/fd/"));
  EXPECT_TRUE(ConnectTo(LongPath()));
}

TEST_F(ControlSocketTest, APathWithoutAFolderIsInTheWorkingFolder) {
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(directory_.File(""));
  EXPECT_TRUE(ListenAt("state.db-control"));
  std::filesystem::current_path(before);
  EXPECT_TRUE(std::filesystem::exists(path_));
}

TEST_F(ControlSocketTest, IsForItsOwnerOnly) {
  const Result<UniqueFd> listening = ListenAt(path_);
  struct stat found {};
  ASSERT_EQ(::stat(path_.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777U, 0600U);
}

TEST_F(ControlSocketTest, ListeningReplacesWhatAProcessLeftBehind) {
  { const Result<UniqueFd> left = ListenAt(path_); }
  EXPECT_EQ(ConnectTo(path_).error().code(), ErrorCode::kNotFound);
  const Result<UniqueFd> listening = ListenAt(path_);
  EXPECT_TRUE(ConnectTo(path_));
}

TEST_F(ControlSocketTest, WhereNobodyListensNobodyIsFound) {
  EXPECT_EQ(ConnectTo(path_).error().code(), ErrorCode::kNotFound);
  EXPECT_EQ(ConnectTo(directory_.File("no/state.db-control")).error().code(), ErrorCode::kNotFound);
}

TEST_F(ControlSocketTest, AFolderThatIsMissingIsNamed) {
  const std::string path = directory_.File("no/state.db-control");
  const Result<UniqueFd> listening = ListenAt(path);
  ASSERT_FALSE(listening);
  EXPECT_EQ(listening.error().code(), ErrorCode::kUnavailable);
  EXPECT_EQ(listening.error().message(),
            "control socket '" + path + "': cannot bind it: No such file or directory");
}

TEST_F(ControlSocketTest, AFrameArrivesAsItWasSent) {
  const Result<UniqueFd> listening = ListenAt(path_);
  const Result<UniqueFd> caller = ConnectTo(path_);
  ASSERT_TRUE(caller);
  const UniqueFd answering(::accept(listening->get(), nullptr, nullptr));
  const Duration soon = std::chrono::seconds(10);
  const std::string content("a\0b", 3);
  ASSERT_TRUE(SendFrame(caller->get(), FrameKind::kCall, content, soon));
  const std::optional<Frame> frame = ReceiveFrame(answering.get(), soon);
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->kind, FrameKind::kCall);
  EXPECT_EQ(frame->content, content);
  EXPECT_TRUE(IsTrustedPeer(answering.get()));
  EXPECT_FALSE(
      SendFrame(caller->get(), FrameKind::kCall, std::string(kMaxFrameBytes + 1, 'x'), soon));
}

TEST(CommandCall, SurvivesItsJson) {
  const std::optional<CommandCall> call =
      CommandCallOf(ToJson(CommandCall{{"sync", "26umsb5"}, true, 80}));
  ASSERT_TRUE(call);
  EXPECT_THAT(call->words, testing::ElementsAre("sync", "26umsb5"));
  EXPECT_TRUE(call->live_progress);
  EXPECT_EQ(call->columns, 80U);
  EXPECT_FALSE(CommandCallOf("{"));
  EXPECT_FALSE(CommandCallOf(R"({"words": "sync"})"));
}

}  // namespace
}  // namespace cohort_sync::web
