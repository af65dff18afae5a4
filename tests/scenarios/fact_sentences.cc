// What is asserted: lists at Cordial and files here.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include "base/format.h"
#include "scenarios/sentence.h"

namespace cohort_sync {
namespace {

using simulator::CordialAccount;

// The fact is another one.
tl::unexpected<Error> Untrue(const std::string& what_is) {
  return Fail(ErrorCode::kRejected, what_is);
}

Result<std::vector<std::string>> ReadList(World& world, const std::string& name) {
  std::optional<simulator::ListContent> list;
  world.stand_ins().WithCordial([&](CordialAccount& account) { list = account.ReadList(name); });
  if (!list) return Untrue("there is no such list");
  return list->contacts;
}

Status ListHasSize(const Sentence& s) {
  const auto contacts = ReadList(s.world, s.words[0]);
  if (!contacts) return Fail(contacts.error());
  if (std::cmp_not_equal(contacts->size(), ToNumber(s.words[1])))
    return Untrue(Format("it has {}", contacts->size()));
  return {};
}

Status ListIs(const Sentence& s) {
  const auto contacts = ReadList(s.world, s.words[0]);
  if (!contacts) return Fail(contacts.error());
  std::vector<std::string> expected = CommaList(s.words[1]);
  std::sort(expected.begin(), expected.end());
  if (*contacts != expected) return Untrue(Format("it has {}", Join(*contacts, ", ")));
  return {};
}

Status NoList(const Sentence& s) {
  return ReadList(s.world, s.words[0]) ? Status(Untrue("there is")) : Status();
}

Status ContactCallsAre(const Sentence& s) {
  std::size_t calls = 0;
  s.world.stand_ins().WithCordial([&](CordialAccount& account) {
    calls = account.log().Matching({"", "/v2/contacts"}).size();
    account.log().Clear();
  });
  if (std::cmp_not_equal(calls, ToNumber(s.words[0]))) return Untrue(Format("{} came", calls));
  return {};
}

Status PushWentLike(const Sentence& s) {
  const auto push = s.world.stand_ins().pushes().Find(s.words[0]);
  if (!push) return Untrue(push.error().message());
  const std::string text = s.world.NameThings(RunText(s.words[0], push->runs.back()));
  const std::string went = text.substr(text.find("': ") + 3);
  return went == s.words[1] ? Status() : Untrue(Format("it is: {}", went));
}

Status FileExists(const Sentence& s) {
  return std::filesystem::exists(s.world.File(s.words[0])) ? Status() : Untrue("it does not exist");
}

Status NoFile(const Sentence& s) {
  return std::filesystem::exists(s.world.File(s.words[0])) ? Untrue("there is") : Status();
}

Status FileReads(const Sentence& s) {
  std::ifstream file(s.world.File(s.words[0]), std::ios::binary);
  if (!file) return Untrue("it cannot be read");
  const std::string text = s.world.NameThings({std::istreambuf_iterator<char>(file), {}});
  return text == TextOf(s.block) ? Status() : Untrue(Format("it reads:\n{}", text));
}

}  // namespace

const std::vector<Form>& FactForms() {
  static const std::vector<Form> forms = {
      {R"(list (\S+) = (\d+) contacts?)", ListHasSize},
      {R"(list (\S+) = (.+@.+))", ListIs},
      {R"(there is no list (\S+))", NoList},
      {R"(contact calls = (\d+))", ContactCallsAre},
      {R"(push of (\S+) = (.+))", PushWentLike},
      {R"(file (\S+) exists)", FileExists},
      {R"(there is no file (\S+))", NoFile},
      {R"(file (\S+) reads:)", FileReads},
  };
  return forms;
}

}  // namespace cohort_sync
