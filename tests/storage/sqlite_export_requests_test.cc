#include "storage/sqlite_export_requests.h"

#include <gtest/gtest.h>

#include "storage/store_fixture.h"

namespace cohort_sync {
namespace {

class SqliteExportRequestsTest : public StoreTest {
 protected:
  const ProjectName project_{"web"};
  const CohortId cohort_{"9apg8e8f"};
};

TEST_F(SqliteExportRequestsTest, RemembersARequestThroughARestart) {
  EXPECT_FALSE(store().export_requests().Find(project_, cohort_));
  store().export_requests().Save(project_, cohort_, {"Sf7M9j", "email", clock.Now()});
  Reopen();
  const std::optional<ExportRequest> found = store().export_requests().Find(project_, cohort_);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->request_id, "Sf7M9j");
  EXPECT_EQ(found->property, "email");
  EXPECT_EQ(found->requested_at, clock.Now());
}

TEST_F(SqliteExportRequestsTest, KeepsOnePerProjectAndCohort) {
  ExportRequests& requests = store().export_requests();
  requests.Save(project_, cohort_, {"first", "email", clock.Now()});
  requests.Save(project_, cohort_, {"second", "email", clock.Now()});
  requests.Save(ProjectName("app"), cohort_, {"other", "email", clock.Now()});
  EXPECT_EQ(requests.Find(project_, cohort_)->request_id, "second");
  EXPECT_EQ(requests.Find(ProjectName("app"), cohort_)->request_id, "other");
}

TEST_F(SqliteExportRequestsTest, ForgetsOnlyWhatIsNamed) {
  ExportRequests& requests = store().export_requests();
  requests.Save(project_, cohort_, {"first", "email", clock.Now()});
  requests.Forget(project_, CohortId("another"));
  EXPECT_TRUE(requests.Find(project_, cohort_));
  requests.Forget(project_, cohort_);
  EXPECT_FALSE(requests.Find(project_, cohort_));
}

}  // namespace
}  // namespace cohort_sync
