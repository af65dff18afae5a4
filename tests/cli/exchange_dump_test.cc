#include "cli/exchange_dump.h"

#include <csignal>
#include <fstream>
#include <sstream>
#include <sys/resource.h>
#include <thread>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "base/log.h"
#include "base/redaction.h"
#include "base/text.h"
#include "cli/cli_fixture.h"

namespace cohort_sync {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

http::Exchange AnExchange() {
  http::Exchange exchange;
  exchange.base_url = "https://api.cordial.io";
  exchange.sent_at = FakeClock::kStart + Duration(42);
  exchange.took = Duration(17);
  exchange.request = {.method = "POST",
                      .target = "/v2/contacts",
                      .headers = {{"Authorization", "Basic abc"}},
                      .body = R"({"vip":true})"};
  exchange.response = http::Response{.status = 200,
                                     .headers = {{"Content-Type", "application/json"}},
                                     .body = R"({"success":true})"};
  return exchange;
}

std::string ContentOf(const std::string& path) {
  std::ostringstream content;
  content << std::ifstream(path).rdbuf();
  return content.str();
}

std::vector<json> LinesOf(const std::string& path) {
  std::ifstream file(path);
  std::vector<json> lines;
  for (std::string line; std::getline(file, line);)
    lines.push_back(json::parse(line));
  return lines;
}

TEST(DumpLine, IsOneExchange) {
  EXPECT_EQ(DumpLine(AnExchange()),
            R"({"at":"2026-11-21T06:00:00.042Z","took_ms":17,"base_url":"https://api.cordial.io",)"
            R"("method":"POST","target":"/v2/contacts","request":"{\"vip\":true}","status":200,)"
            R"("headers":{"Content-Type":"application/json"},"response":"{\"success\":true}"})"
            "\n");
}

TEST(DumpLine, HasNoSecretInAnyForm) {
  RegisterForRedaction("dump/canary+key");
  const std::string basic = Base64Encode("dump/canary+key:");
  http::Exchange exchange = AnExchange();
  exchange.request.headers = {{"Authorization", "Basic " + basic}, {"X-Key", "dump/canary+key"}};
  exchange.request.target += "?key=" + PercentEncode("dump/canary+key");
  exchange.request.body = "dump/canary+key";
  exchange.response->headers = {{"Set-Cookie", "session=4711"},
                                {"Location", "https://s3/file?X-Amz-Signature=4711"},
                                {"Server", "dump/canary+key"}};
  exchange.response->body = "you are " + basic + R"( or dump\/canary+key)";
  EXPECT_THAT(DumpLine(exchange),
              AllOf(Not(HasSubstr("canary")), Not(HasSubstr(basic)), Not(HasSubstr("4711"))));
  exchange.response.reset();
  exchange.failure = http::Failure{http::FailureKind::kCutOff, "lost dump/canary+key"};
  EXPECT_EQ(json::parse(DumpLine(exchange)).at("failure"), "lost ***");
}

TEST(DumpLine, OfADownloadHasNoBodyAndNoSignature) {
  http::Exchange exchange = AnExchange();
  exchange.request = {.target = "/cohort.csv?X-Amz-Signature=4711", .headers = {}, .body = ""};
  exchange.response->body.clear();
  exchange.downloaded = 1'234;
  const json line = json::parse(DumpLine(exchange));
  EXPECT_EQ(line.at("target"), "/cohort.csv?***");
  EXPECT_EQ(line.at("response_bytes"), 1'234);
  EXPECT_FALSE(line.contains("response"));
}

TEST(DumpLine, CutsLongBodies) {
  http::Exchange exchange = AnExchange();
  exchange.response->body.assign(100'000, 'x');
  const std::string body = json::parse(DumpLine(exchange)).at("response");
  EXPECT_EQ(body, std::string(kMaxDumpedBytes, 'x') + " [cut: 100000 bytes in all]");
}

TEST(DumpLine, StaysOneLineOfJsonWhateverTheBytes) {
  http::Exchange exchange = AnExchange();
  exchange.response->body = "\x1f\x8b\n\r\0 \"\xff";
  const std::string line = DumpLine(exchange);
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  EXPECT_TRUE(json::accept(line));
}

class ExchangeDumpTest : public ::testing::Test {
 protected:
  std::string ErrorOf(const std::string& path) {
    const auto opened = ExchangeDump::Open(path);
    return opened ? "opened" : opened.error().message();
  }
  TempDir dir_;
  std::string path_ = dir_.File("calls.jsonl");
};

TEST_F(ExchangeDumpTest, TheFileIsForThisUserOnlyAndIsAddedTo) {
  (*ExchangeDump::Open(path_))->Write(AnExchange());
  (*ExchangeDump::Open(path_))->Write(AnExchange());
  EXPECT_EQ(ContentOf(path_), DumpLine(AnExchange()) + DumpLine(AnExchange()));
  using std::filesystem::perms;
  EXPECT_EQ(std::filesystem::status(path_).permissions(), perms::owner_read | perms::owner_write);
}

TEST_F(ExchangeDumpTest, RefusesWhatOthersMayReadOrWhatIsNoDump) {
  using std::filesystem::perms;
  dir_.Write("calls.jsonl", "");
  std::filesystem::permissions(path_, perms::owner_read | perms::owner_write | perms::group_read);
  EXPECT_THAT(ErrorOf(path_), HasSubstr("mode 0640 lets others at the contacts in it"));
  const std::string other = dir_.Write("state.db", "SQLite format 3");
  std::filesystem::permissions(other, perms::owner_read | perms::owner_write);
  EXPECT_THAT(ErrorOf(other), HasSubstr("it holds something else than a dump"));
  EXPECT_EQ(ContentOf(other), "SQLite format 3");
  std::filesystem::create_symlink(other, dir_.File("link"));
  EXPECT_THAT(ErrorOf(dir_.File("link")), HasSubstr("it is a symbolic link"));
  EXPECT_THAT(ErrorOf("/dev/null"), HasSubstr("not a regular file"));
  EXPECT_THAT(ErrorOf(dir_.File("none/calls")), HasSubstr("cannot open it: No such file"));
}

TEST_F(ExchangeDumpTest, LinesOfSeveralThreadsAreWhole) {
  const auto dump = ExchangeDump::Open(path_);
  const auto other = ExchangeDump::Open(path_);  // As another process has it.
  ASSERT_TRUE(dump && other);
  {
    std::vector<std::jthread> threads;
    for (ExchangeDump* const to : {dump->get(), dump->get(), other->get()})
      threads.emplace_back([to] {
        for (int i = 0; i < 200; ++i)
          to->Write(AnExchange());
      });
  }
  EXPECT_EQ(LinesOf(path_).size(), 600U);
}

TEST_F(ExchangeDumpTest, AFullDiskEndsTheDumpAtAWholeLine) {
  const auto dump = ExchangeDump::Open(path_);
  ASSERT_TRUE(dump);
  (*dump)->Write(AnExchange());
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto old = std::signal(SIGXFSZ, SIG_IGN);
  rlimit small = before;
  small.rlim_cur = DumpLine(AnExchange()).size() * 3 / 2;
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  SetLogLevel(LogLevel::kWarning);
  ::testing::internal::CaptureStderr();
  (*dump)->Write(AnExchange());
  (*dump)->Write(AnExchange());
  const std::string warned = ::testing::internal::GetCapturedStderr();
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, old);
  (*dump)->Write(AnExchange());  // It has ended.
  EXPECT_EQ(ContentOf(path_), DumpLine(AnExchange()));
  EXPECT_THAT(warned, HasSubstr("': cannot write to it: No space left on device; the calls go on"));
  EXPECT_EQ(warned.find("cannot write"), warned.rfind("cannot write"));
}

class DumpOptionTest : public CliTest {};

TEST_F(DumpOptionTest, WritesEveryExchangeOfACommandAndNoKey) {
  const std::string path = directory.File("calls.jsonl");
  const simulator::SimulatorOptions keys;
  EXPECT_EQ(Run({"sync", "--dump", path}).code, ExitCode::kDone);
  const std::vector<json> lines = LinesOf(path);
  std::size_t contacts = 0;
  std::size_t downloads = 0;
  for (const json& line : lines) {
    contacts += line.at("target") == "/v2/contacts" ? 1U : 0U;
    downloads += line.contains("response_bytes") ? 1U : 0U;
  }
  EXPECT_EQ(contacts, ContactCalls());
  EXPECT_GT(contacts, 0U);
  EXPECT_GT(downloads, 0U);
  const std::string content = ContentOf(path);
  EXPECT_THAT(content, Not(HasSubstr("Authorization")));
  for (const std::string& secret :
       {keys.cordial_api_key,
        keys.amplitude_keys.secret_key,
        Base64Encode(keys.cordial_api_key + ":"),
        Base64Encode(keys.amplitude_keys.api_key + ":" + keys.amplitude_keys.secret_key)})
    EXPECT_THAT(content, Not(HasSubstr(secret)));
}

}  // namespace
}  // namespace cohort_sync
