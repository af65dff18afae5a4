#include "cli/service_calls.h"

#include <string>

#include <gtest/gtest.h>

namespace cohort_sync {
namespace {

std::string ExportCall(const std::string& target) {
  return ExportCallOf({.method = "GET", .target = target});
}

std::string ListCall(const std::string& method, const std::string& target) {
  return ListCallOf({.method = method, .target = target}).value_or("none");
}

TEST(ExportCallOf, TellsTheStepsOfAnExportApart) {
  EXPECT_EQ(ExportCall("/api/3/cohorts"), "GET /cohorts");
  EXPECT_EQ(ExportCall("/api/3/cohorts/usage"), "GET /cohorts/usage");
  EXPECT_EQ(ExportCall("/api/5/cohorts/request/9apg8e8f?props=1&propKeys=email"),
            "GET /cohorts/request");
  EXPECT_EQ(ExportCall("/api/5/cohorts/request-status/AbC"), "GET /cohorts/request-status");
  EXPECT_EQ(ExportCall("/api/5/cohorts/request/AbC/file"), "GET /cohorts/request/file");
}

TEST(ExportCallOf, WhereADownloadIsSentToIsOneWhateverItsAddress) {
  EXPECT_EQ(ExportCall("/bucket/cohort.csv?X-Amz-Signature=secret"), "GET storage");
  EXPECT_EQ(ExportCall("/"), "GET storage");
}

TEST(ListCallOf, TellsTheCallsForAListApart) {
  EXPECT_EQ(ListCall("GET", "/v2/accountlists?name=vip"), "GET /accountlists");
  EXPECT_EQ(ListCall("POST", "/v2/accountlists"), "POST /accountlists");
  EXPECT_EQ(ListCall("GET", "/v2/accountlists/7/count"), "GET /accountlists/count");
  EXPECT_EQ(ListCall("PUT", "/v2/accountlists/7/clear"), "PUT /accountlists/clear");
  EXPECT_EQ(ListCall("GET", "/v2/accountcontactattributes"), "GET /accountcontactattributes");
}

TEST(ListCallOf, ACallForAContactIsNone) {
  EXPECT_EQ(ListCall("POST", "/v2/contacts"), "none");
  EXPECT_EQ(ListCall("PUT", "/v2/contacts/email:anna%40example.com/remove/vip"), "none");
  EXPECT_EQ(ListCall("PUT", "/v2/contacts/id:%2Faccountlists"), "none");
  EXPECT_EQ(ListCall("GET", "/v2/accountlists/of/anna"), "none");
}

}  // namespace
}  // namespace cohort_sync
