// 'simulate --story' tells how the pushes of its story went, whenever that turns out.
#include <sstream>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>

#include "base/format.h"
#include "cli/cli_fixture.h"
#include "http/server.h"

namespace cohort_sync {
namespace {

using ::testing::HasSubstr;

// Turned by its sleeper, who is stopped once a text was printed.
class ClockUntilSaid final : public Clock {
 public:
  ClockUntilSaid(const std::ostringstream& out, std::string text)
      : out_(out), text_(std::move(text)) {}

  [[nodiscard]] TimePoint Now() const override { return clock_.Now(); }
  [[nodiscard]] SteadyPoint Steady() const override { return clock_.Steady(); }
  bool SleepFor(Duration duration, const std::stop_token& /*stop*/) override {
    if (out_.str().find(text_) != std::string::npos) return false;
    std::this_thread::yield();  // The push goes on meanwhile.
    clock_.Advance(duration);
    return true;
  }

 private:
  FakeClock clock_;
  const std::ostringstream& out_;
  const std::string text_;
};

class SimulatePushesTest : public ::testing::Test {
 protected:
  // What is printed until `text` is.
  std::string Play(std::vector<std::string> words, const std::string& text) {
    const std::string story =
        directory_.Write("story.json",
                         Format(R"({{"cohorts": [{{"id": "vip", "name": "VIP", "members": 3}}],
                    "steps": [{{"at": "1m", "push": {{"cohort": "vip", "url": "{}/hook"}}}}]}})",
                                receiver_->url()));
    words.insert(words.end(),
                 {"simulate",
                  "--amplitude-port",
                  "0",
                  "--cordial-port",
                  "0",
                  "--control-port",
                  "0",
                  "--story",
                  story});
    std::ostringstream out;
    ClockUntilSaid clock(out, text);
    EXPECT_EQ(RunCommandLine(words, {out, out, clock, random_, {}}), ExitCode::kDone);
    return out.str();
  }

  FakeRandom engine_;
  LockedRandom random_{engine_};
  TempDir directory_;
  std::unique_ptr<http::Server> receiver_ =
      http::Server::Start({}, [](const http::Request& /*request*/) {
        return http::Reply();
      }).value();
};

TEST_F(SimulatePushesTest, TellsAPersonHowARunWent) {
  EXPECT_THAT(
      Play({}, "run 1 of"),
      HasSubstr("run 1 of the push of cohort 'vip': 3 enter, 0 leave; 1 request (1 × 200)\n"));
}

TEST_F(SimulatePushesTest, TellsAProgramHowARunWent) {
  EXPECT_THAT(Play({"--json"}, "\"result\""),
              HasSubstr(R"({"push":"vip","result":{"run":1,"state":"succeeded",)"));
}

}  // namespace
}  // namespace cohort_sync
