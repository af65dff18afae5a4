#include "sync/snapshot_members.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/named_members.h"

namespace cohort_sync {
namespace {

using testing::ElementsAre;

TEST(SnapshotMembers, AreKnownByUserIdAndWithoutOneByContact) {
  SnapshotMembers members;
  members.Add("u1", "ann@x.com");
  members.Add("", "bob@x.com");
  EXPECT_EQ(members.At(0).naming, MemberNaming::kUser);
  EXPECT_EQ(members.At(0).name, "u1");
  EXPECT_EQ(members.At(0).contact, "ann@x.com");
  EXPECT_EQ(members.At(1).naming, MemberNaming::kContact);
  EXPECT_EQ(members.At(1).name, "bob@x.com");
  EXPECT_EQ(members.At(1).contact, "bob@x.com");
}

TEST(SnapshotMembers, AUserIdThatReadsLikeAContactIsSomebodyElse) {
  SnapshotMembers members;
  members.Add("", "ann@x.com");
  members.Add("ann@x.com", "bob@x.com");
  members.Sort();
  EXPECT_THAT(NamedMembers(members), ElementsAre("ann@x.com=bob@x.com", "ann@x.com"));
  EXPECT_TRUE(members.Contains(MemberNaming::kUser, "ann@x.com"));
  EXPECT_TRUE(members.Contains(MemberNaming::kContact, "ann@x.com"));
  EXPECT_FALSE(members.Contains(MemberNaming::kUser, "bob@x.com"));
  EXPECT_FALSE(members.Contains(MemberNaming::kContact, "bob@x.com"));
}

TEST(SnapshotMembers, OfSeveralRowsOfOneMemberTheLastOneStays) {
  SnapshotMembers members;
  members.Add("u2", "b@x.com");
  members.Add("", "z@x.com");
  members.Add("u1", "old@x.com");
  members.Add("", "z@x.com");
  members.Add("u1", "new@x.com");
  members.Sort();
  EXPECT_THAT(NamedMembers(members), ElementsAre("u1=new@x.com", "u2=b@x.com", "z@x.com"));
}

}  // namespace
}  // namespace cohort_sync
