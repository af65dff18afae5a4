#include "amplitude/call_error.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/fake_clock.h"
#include "support/fake_random.h"

namespace cohort_sync::amplitude {
namespace {

CallError Explain(int status, const std::string& body, http::Headers headers = {}) {
  return ExplainAnswer("list cohorts", "https://amplitude.com", {status, std::move(headers), body});
}

std::string Envelope(int status, const std::string& details) {
  return R"({"error":{"http_code":)" + std::to_string(status) +
         R"(,"type":"unspecified","metadata":{"details":")" + details + R"("}}})";
}

struct Case {
  int status;
  std::string body;
  ErrorCode code;
  bool may_pass;
  std::string message;
};

TEST(ExplainAnswer, SaysWhatToDoAboutEveryKind) {
  const std::string who = "list cohorts: https://amplitude.com answered ";
  const std::vector<Case> table = {
      {403,
       Envelope(403, "Invalid API Key"),
       ErrorCode::kUnauthorized,
       false,
       "403 'Invalid API Key': the API key is not known there, most likely the project is in the "
       "other region; check 'region' (us or eu) and 'api_key' of the project"},
      {403,
       Envelope(403, "Invalid API/Secret Key combination"),
       ErrorCode::kUnauthorized,
       false,
       "403 'Invalid API/Secret Key combination': the secret key does not belong to the API key; "
       "check 'secret_key' of the project"},
      {403,
       "<html>blocked</html>",
       ErrorCode::kUnauthorized,
       false,
       "403 '<html>blocked</html>': check 'region', 'api_key' and 'secret_key' of the project"},
      {401,
       "",
       ErrorCode::kUnauthorized,
       false,
       "401: check 'region', 'api_key' and 'secret_key' of the project"},
      {404,
       R"({"error":{"http_code":404}})",
       ErrorCode::kNotFound,
       false,
       R"(404 '{"error":{"http_code":404}}': there is no such thing in this project; check the )"
       "cohort's id and 'region'"},
      {400,
       R"({"error":{"message":"bad prop"}})",
       ErrorCode::kRejected,
       false,
       "400 'bad prop': the request was not accepted; check the cohort's id and the property"},
      {400,
       R"({"error":"bad prop"})",
       ErrorCode::kRejected,
       false,
       "400 'bad prop': the request was not accepted; check the cohort's id and the property"},
      {429,
       "Exceeded cost limit",
       ErrorCode::kUnavailable,
       true,
       "429 'Exceeded cost limit': a limit of the project is reached (60 exports in 10 minutes, "
       "500 "
       "in a month); try again later"},
      {504,
       "<html>504 Gateway Time-out</html>",
       ErrorCode::kUnavailable,
       true,
       "504 '<html>504 Gateway Time-out</html>': try again later"},
      {302,
       "",
       ErrorCode::kConfiguration,
       false,
       "302: a redirect is not followed here; check 'region' or 'base_url' of the project"},
      {204,
       "",
       ErrorCode::kRejected,
       false,
       "204: this answer was not expected; check 'region' or 'base_url' of the project"},
  };
  for (const Case& one : table) {
    const CallError error = Explain(one.status, one.body);
    EXPECT_EQ(error.error.message(), who + one.message);
    EXPECT_EQ(error.error.code(), one.code) << one.message;
    EXPECT_EQ(error.may_pass, one.may_pass) << one.message;
    EXPECT_EQ(error.status, one.status);
  }
}

TEST(ExplainAnswer, QuotesOnlyTheBeginningOfAPage) {
  EXPECT_LT(Explain(500, std::string(100'000, 'x')).error.message().size(), 300U);
}

TEST(ExplainAnswer, ReadsRetryAfterInSecondsAndIgnoresGarbage) {
  const auto retry_after = [](const std::string& value) {
    return Explain(429, "", {{"retry-after", value}}).retry_after;
  };
  EXPECT_EQ(retry_after("7"), Duration(7'000));
  EXPECT_EQ(retry_after(" 7 "), Duration(7'000));
  EXPECT_EQ(retry_after("soon"), std::nullopt);
  EXPECT_EQ(retry_after("-1"), std::nullopt);
  EXPECT_EQ(retry_after("1000000000000"), std::nullopt);
  EXPECT_EQ(Explain(429, "").retry_after, std::nullopt);
}

TEST(ExplainFailure, OnlyWhatMayPassIsTriedAgain) {
  const auto explain = [](http::FailureKind kind) {
    return ExplainFailure("list cohorts", "https://amplitude.com", {kind, "connection refused"});
  };
  for (const auto kind :
       {http::FailureKind::kNotSent, http::FailureKind::kTimedOut, http::FailureKind::kCutOff}) {
    EXPECT_EQ(
        explain(kind).error,
        Error(ErrorCode::kUnavailable,
              "list cohorts: no whole answer from https://amplitude.com: connection refused"));
    EXPECT_TRUE(explain(kind).may_pass);
  }
  EXPECT_EQ(explain(http::FailureKind::kInterrupted).error,
            Error(ErrorCode::kInterrupted, "list cohorts: interrupted"));
  EXPECT_FALSE(explain(http::FailureKind::kInterrupted).may_pass);
  EXPECT_EQ(explain(http::FailureKind::kTooLarge).error,
            Error(ErrorCode::kInvalidInput,
                  "list cohorts: the answer of https://amplitude.com is too large: connection "
                  "refused"));
  EXPECT_FALSE(explain(http::FailureKind::kTooLarge).may_pass);
}

TEST(UnknownShape, QuotesTheAnswer) {
  const auto message = [](const std::string& body) {
    return UnknownShape("request export", "https://a.example", {200, {}, body}).error.message();
  };
  const std::string next =
      ", which is not what it documents; check 'region' or 'base_url' of the project";
  EXPECT_EQ(message(R"({"job":1})"),
            R"(request export: https://a.example answered 200 with '{"job":1}')" + next);
  EXPECT_EQ(message("<html>"),
            "request export: https://a.example answered 200 with a page: '<html>'" + next);
  EXPECT_EQ(message(""), "request export: https://a.example answered 200 with nothing" + next);
}

class CallWithRetriesTest : public testing::Test {
 protected:
  CallResult<int> Run(std::vector<CallError> failures, const std::stop_token& stop = {}) {
    return CallWithRetries(RetryPolicy{Duration(1'000), Duration(60'000), 4},
                           clock_,
                           random_,
                           stop,
                           [&]() -> CallResult<int> {
                             const auto call = static_cast<std::size_t>(calls_++);
                             if (call < failures.size()) return tl::unexpected(failures[call]);
                             return calls_;
                           });
  }

  const CallError passing_ = Explain(503, "");
  const CallError final_ = Explain(403, "");
  FakeClock clock_;
  FakeRandom random_;
  int calls_ = 0;
};

TEST_F(CallWithRetriesTest, TriesAgainUntilItSucceeds) {
  EXPECT_EQ(Run({passing_, passing_}), 3);
  EXPECT_EQ(clock_.slept.size(), 2U);
}

TEST_F(CallWithRetriesTest, GivesUpWithTheLastError) {
  const auto result = Run({passing_, passing_, passing_, Explain(502, "")});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().status, 502);
  EXPECT_EQ(calls_, 4);
}

TEST_F(CallWithRetriesTest, DoesNotRepeatAFinalError) {
  const auto result = Run({final_});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().status, 403);
  EXPECT_EQ(calls_, 1);
}

TEST_F(CallWithRetriesTest, WaitsAsLongAsTheOtherSideAsks) {
  EXPECT_EQ(Run({Explain(429, "", {{"Retry-After", "120"}})}), 2);
  ASSERT_EQ(clock_.slept.size(), 1U);
  EXPECT_GE(clock_.slept[0], Duration(120'000));
}

TEST_F(CallWithRetriesTest, StopsWhileWaiting) {
  std::stop_source stop;
  stop.request_stop();
  const auto result = Run({passing_}, stop.get_token());
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().error,
            Error(ErrorCode::kInterrupted, "waiting to ask again: interrupted"));
}

}  // namespace
}  // namespace cohort_sync::amplitude
