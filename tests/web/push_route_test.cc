#include "web/push_route.h"

#include <gtest/gtest.h>

namespace cohort_sync::web {
namespace {

TEST(PushRoute, PathsMeanTheirRoutes) {
  EXPECT_EQ(PushRouteOf("/amplitude/webhook"), (PushRoute{PushRouteKind::kWebhook, {}}));
  EXPECT_EQ(PushRouteOf("/amplitude/lists"), (PushRoute{PushRouteKind::kCreateList, {}}));
  EXPECT_EQ(PushRouteOf("/amplitude/lists/9apg8e8f/add"),
            (PushRoute{PushRouteKind::kAddToList, CohortId("9apg8e8f")}));
  EXPECT_EQ(PushRouteOf("/amplitude/lists/a%2Fb/remove"),
            (PushRoute{PushRouteKind::kRemoveFromList, CohortId("a/b")}));
}

TEST(PushRoute, EveryOtherPathIsNone) {
  for (const char* path : {"/",
                           "",
                           "/amplitude",
                           "/amplitude/webhook/",
                           "/Amplitude/webhook",
                           "/amplitude/lists/",
                           "/amplitude/listsx",
                           "/amplitude/lists/a",
                           "/amplitude/lists//add",
                           "/amplitude/lists/a/add/",
                           "/amplitude/lists/a/b/add",
                           "/amplitude/lists/a/drop",
                           "/amplitude/lists/a%/add",
                           "/healthz"}) {
    EXPECT_EQ(PushRouteOf(path), PushRoute{}) << path;
  }
}

TEST(PushRoute, NamesAndMethodsAreFixed) {
  EXPECT_EQ(ToString(PushRouteKind::kWebhook), "webhook");
  EXPECT_EQ(ToString(PushRouteKind::kCreateList), "create_list");
  EXPECT_EQ(ToString(PushRouteKind::kAddToList), "add_to_list");
  EXPECT_EQ(ToString(PushRouteKind::kRemoveFromList), "remove_from_list");
  EXPECT_EQ(ToString(PushRouteKind::kIdentify), "identify");
  EXPECT_EQ(ToString(PushRouteKind::kOther), "other");
  EXPECT_EQ(AllowedMethods(PushRouteKind::kWebhook), "POST");
  EXPECT_EQ(AllowedMethods(PushRouteKind::kOther), "");
}

}  // namespace
}  // namespace cohort_sync::web
