// The real daemon and what it tells systemd.
#include <arpa/inet.h>
#include <csignal>
#include <netinet/in.h>
#include <string>
#include <sys/socket.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/check.h"
#include "base/format.h"
#include "base/unique_fd.h"
#include "end_to_end/process.h"
#include "support/notify_socket.h"
#include "support/temp_dir.h"

namespace cohort_sync {
namespace {

using ::testing::ElementsAre;
using ::testing::StartsWith;

// Nobody listens there any more.
int FreePort() {
  const UniqueFd socket(::socket(AF_INET, SOCK_STREAM, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  CHECK(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), size) == 0);
  CHECK(::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size) == 0);
  return ntohs(address.sin_port);
}

// Only pushes: by itself the loop has nothing to do but to be alive.
std::string PushesOnly() {
  return Format(R"({{
    "state": "state.db",
    "destinations": {{"cordial": {{"api": "rest", "endpoint": "http://127.0.0.1:9/v2",
      "api_key": "env:NOTIFY_TEST_KEY", "contact_identifier_name": "email",
      "contact_identifier_mapping": "email"}}}},
    "syncs": [{{"cohort": "vip", "name": "VIP", "source": {{"type": "push"}}}}],
    "server": {{"listen": "127.0.0.1:{}"}}
  }})",
                FreePort());
}

class Notify : public ::testing::Test {
 protected:
  [[nodiscard]] Process Serve(const std::string& watchdog) const {
    directory.Write("config.json", PushesOnly());
    return Process({"--config", directory.File("config.json"), "serve"},
                   {"NOTIFY_SOCKET=" + socket.path(), "NOTIFY_TEST_KEY=key", watchdog});
  }
  // Skips what else is said.
  void WaitFor(const std::string& message) const {
    while (socket.Next() != message) {
    }
  }

  TempDir directory;
  NotifySocket socket;
};

TEST_F(Notify, ServeIsReadyThenSaysHowItIsAndThatItStops) {
  Process process = Serve("OTHER=1");
  EXPECT_EQ(socket.Next(), "READY=1");
  EXPECT_THAT(socket.Next(), StartsWith("STATUS=1 sync"));
  process.Signal(SIGTERM);
  EXPECT_EQ(process.Wait(), 0) << process.output();
  EXPECT_THAT(socket.All(), ElementsAre("STOPPING=1"));
}

// By itself the loop would sleep for a quarter of an hour.
TEST_F(Notify, ServeTurnsAsOftenAsTheWatchdogWantsIt) {
  Process process = Serve("WATCHDOG_USEC=200000");
  EXPECT_EQ(socket.Next(), "READY=1");
  for (int i = 0; i < 5; ++i)
    WaitFor("WATCHDOG=1");
  process.Signal(SIGTERM);
  EXPECT_EQ(process.Wait(), 0) << process.output();
}

TEST_F(Notify, ServeThatCannotListenIsNeverReady) {
  directory.Write("config.json", "{}");
  Process process({"--config", directory.File("config.json"), "serve"},
                  {"NOTIFY_SOCKET=" + socket.path()});
  EXPECT_EQ(process.Wait(), 2) << process.output();
  EXPECT_TRUE(socket.All().empty());
}

}  // namespace
}  // namespace cohort_sync
