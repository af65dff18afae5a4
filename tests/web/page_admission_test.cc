#include "web/page_admission.h"

#include <gtest/gtest.h>

namespace cohort_sync::web {
namespace {

TEST(PageAdmission, BodiesAreRefusedInWords) {
  EXPECT_EQ(RefuseReader(413).response.body, "a body is not read here\n");
  EXPECT_EQ(RefuseReader(400).response.status, 400);
  EXPECT_EQ(RefuseReader(503).response.body, "too many requests at once; try again\n");
}

TEST(PageAdmission, ReadersKeepTheirConnectionAndHaveNoBody) {
  for (const char* method : {"GET", "HEAD"}) {
    const http::Admission admission = AdmitReader({.method = method});
    EXPECT_FALSE(admission.refusal);
    EXPECT_TRUE(admission.keep_alive);
    EXPECT_EQ(admission.max_body_bytes, 0U);
  }
  EXPECT_EQ(AdmitReader({.method = "DELETE"}).refusal->response.status, 405);
}

}  // namespace
}  // namespace cohort_sync::web
