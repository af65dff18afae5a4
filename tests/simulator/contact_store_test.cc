#include "simulator/contact_store.h"

#include <gtest/gtest.h>

namespace cohort_sync::simulator {
namespace {

constexpr SteadyPoint At(std::int64_t millis) {
  return SteadyPoint(Duration(millis));
}

Contact ContactOn(const char* cid, std::int64_t list) {
  Contact contact;
  contact.cid = cid;
  contact.identities = {std::string("email:") + cid};
  if (list != 0) contact.lists.emplace(list, TimePoint());
  return contact;
}

TEST(ContactStore, AReplacedContactLosesItsOldIdentity) {
  ContactStore store;
  store.Put(ContactOn("a", 0), At(0), At(0));
  Contact renamed = ContactOn("a", 0);
  renamed.identities = {"email:b"};
  store.Put(renamed, At(0), At(0));
  EXPECT_EQ(store.FindByIdentity("email:a"), nullptr);
  ASSERT_NE(store.FindByIdentity("email:b"), nullptr);
  EXPECT_EQ(store.FindByIdentity("email:b")->cid, "a");
}

TEST(ContactStore, ReadersSeeEachVersionWhenItsTimeHasCome) {
  ContactStore store;
  const std::int64_t list = store.AddList("vip", true);
  store.Put(ContactOn("a", list), At(0), At(100));
  store.Put(ContactOn("a", 0), At(50), At(150));
  EXPECT_EQ(store.Seen("a", At(99)), nullptr);
  EXPECT_EQ(store.SeenCount(list, At(99)), 0);
  ASSERT_NE(store.Seen("a", At(100)), nullptr);
  EXPECT_EQ(store.Seen("a", At(100))->lists.size(), 1U);
  EXPECT_EQ(store.SeenCount(list, At(100)), 1);
  EXPECT_TRUE(store.Seen("a", At(150))->lists.empty());
  EXPECT_EQ(store.SeenCount(list, At(150)), 0);
}

TEST(ContactStore, ClearingAListWhileReadersLagLeavesNobodyOnIt) {
  ContactStore store;
  const std::int64_t list = store.AddList("vip", true);
  store.Put(ContactOn("a", list), At(0), At(0));
  store.Put(ContactOn("a", 0), At(0), At(100));
  store.ClearList(list);
  EXPECT_EQ(store.SeenCount(list, At(50)), 0);
  EXPECT_TRUE(store.Seen("a", At(50))->lists.empty());
}

TEST(ContactStore, ErasedContactsAreGoneForReadersAtOnce) {
  ContactStore store;
  const std::int64_t list = store.AddList("vip", true);
  store.Put(ContactOn("a", list), At(0), At(0));
  store.Put(ContactOn("a", list), At(0), At(100));
  store.Erase("a");
  EXPECT_EQ(store.Seen("a", At(50)), nullptr);
  EXPECT_EQ(store.SeenCount(list, At(50)), 0);
  EXPECT_TRUE(store.MembersOf(list).empty());
}

}  // namespace
}  // namespace cohort_sync::simulator
