#include "amplitude/drop_folder.h"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <string>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/temp_dir.h"

namespace cohort_sync::amplitude {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

DropFolder OpenFolder(const TempDir& dir) {
  Result<DropFolder> folder = DropFolder::Open(dir.path().string());
  EXPECT_TRUE(folder) << folder.error().message();
  return std::move(*folder);
}

FolderListing ListOf(const TempDir& dir, const std::string& pattern = "*") {
  Result<FolderListing> listing = OpenFolder(dir).List(pattern);
  EXPECT_TRUE(listing) << listing.error().message();
  return std::move(*listing);
}

std::vector<std::string> NamesOf(const FolderListing& listing) {
  std::vector<std::string> names;
  for (const FolderFile& file : listing.files)
    names.push_back(file.name);
  return names;
}

std::string ContentOf(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string ReadAll(int fd) {
  std::string bytes(100, '\0');
  const ssize_t got = ::read(fd, bytes.data(), bytes.size());
  bytes.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
  return bytes;
}

TEST(DropFolder, ListsTheFilesThatMatchAndAreFinished) {
  const TempDir dir;
  for (const char* name : {"a.csv", "b.csv", "b.txt", ".c.csv", "d.csv.tmp", "e.csv.part"})
    dir.Write(name, "x");
  fs::create_directory(dir.File("done"));
  fs::create_directory(dir.File("failed"));
  EXPECT_THAT(NamesOf(ListOf(dir, "*.csv")), UnorderedElementsAre("a.csv", "b.csv"));
  const FolderListing all = ListOf(dir);
  EXPECT_THAT(NamesOf(all), UnorderedElementsAre("a.csv", "b.csv", "b.txt"));
  EXPECT_THAT(all.skipped, IsEmpty());
  EXPECT_EQ(all.odd_names, 0);
}

struct Hostile {
  std::string name;
  std::function<bool(const TempDir& dir, const std::string& path)> make;
  std::string skipped;  // Empty: its name alone keeps it out.
};

bool MakeSocket(const std::string& path) {
  const UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM, 0));
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  path.copy(static_cast<char*>(address.sun_path), sizeof(address.sun_path) - 1);
  return ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
}

// An entry of this kind is not made where the test may not make it (devices, other owners).
std::vector<Hostile> HostileEntries() {
  const auto write = [](const TempDir&, const std::string& path) {
    std::ofstream(path) << "email\n";
    return true;
  };
  const auto link_to = [](const std::string& target) {
    return [target](const TempDir&, const std::string& path) {
      return ::symlink(target.c_str(), path.c_str()) == 0;
    };
  };
  const auto device = [](unsigned major_number, unsigned minor_number) {
    return [=](const TempDir&, const std::string& path) {
      return ::mknod(path.c_str(), S_IFCHR | 0600, makedev(major_number, minor_number)) == 0;
    };
  };
  return {
      {"link-to-file", link_to("/etc/passwd"), "'link-to-file' is a symbolic link"},
      {"link-beside", link_to("good.csv"), "'link-beside' is a symbolic link"},
      {"link-up", link_to("../x"), "'link-up' is a symbolic link"},
      {"link-to-folder", link_to("/"), "'link-to-folder' is a symbolic link"},
      {"link-to-nothing", link_to("none"), "'link-to-nothing' is a symbolic link"},
      {"link-to-itself", link_to("link-to-itself"), "'link-to-itself' is a symbolic link"},
      {"link-to-proc", link_to("/proc/self/mem"), "'link-to-proc' is a symbolic link"},
      {"hard-link",
       [](const TempDir& dir, const std::string& path) {
         dir.Write(".origin", "email\n");
         return ::link(dir.File(".origin").c_str(), path.c_str()) == 0;
       },
       "'hard-link' has 2 hard links instead of one"},
      {"pipe",
       [](const TempDir&, const std::string& path) { return ::mkfifo(path.c_str(), 0600) == 0; },
       "'pipe' is not a regular file"},
      {"socket",
       [](const TempDir&, const std::string& path) { return MakeSocket(path); },
       "'socket' is not a regular file"},
      {"folder",
       [](const TempDir&, const std::string& path) { return fs::create_directory(path); },
       "'folder' is a folder"},
      {"device-zero", device(1, 5), "'device-zero' is not a regular file"},
      {"device-tty", device(5, 0), "'device-tty' is not a regular file"},
      {"of-another",
       [write](const TempDir& dir, const std::string& path) {
         if (write(dir, path) && ::chown(path.c_str(), 4242, 4242) == 0) return true;
         fs::remove(path);
         return false;
       },
       "'of-another' belongs to user 4242 and neither to this user (0) nor to root"},
      {"new\nline", write, ""},
      {"return\r", write, ""},
      {"escape\x1b[2J", write, ""},
      {"white space", write, ""},
      {"tab\t", write, ""},
      {"back\\slash", write, ""},
      {"percent%2f", write, ""},
      {"quote'", write, ""},
      {"double\"quote", write, ""},
      {"$(command)", write, ""},
      {"semi;colon", write, ""},
      {"back`tick", write, ""},
      {"colon:", write, ""},
      {"star*", write, ""},
      {"\xC3\xA9t\xC3\xA9", write, ""},
      {"not-utf8-\xFF", write, ""},
      {std::string(129, 'x'), write, ""},
      {std::string(255, 'x'), write, ""},
  };
}

TEST(DropFolder, TakesNoneOfTheHostileEntries) {
  const TempDir dir;
  dir.Write("good.csv", "email\n");
  std::vector<std::string> skipped;
  std::int64_t odd_names = 0;
  for (const Hostile& hostile : HostileEntries()) {
    if (!hostile.make(dir, dir.File(hostile.name))) continue;
    if (hostile.skipped.empty()) {
      ++odd_names;
    } else {
      skipped.push_back(hostile.skipped);
    }
  }
  const FolderListing listing = ListOf(dir);
  EXPECT_THAT(NamesOf(listing), ElementsAre("good.csv"));
  EXPECT_THAT(listing.skipped, ::testing::UnorderedElementsAreArray(skipped));
  EXPECT_EQ(listing.odd_names, odd_names);
  EXPECT_GE(odd_names, 15);
}

// As if the entry had been put in the place of a listed file.
TEST(DropFolder, OpensNoneOfTheHostileEntries) {
  const TempDir dir;
  dir.Write("good.csv", "email\n");
  const DropFolder folder = OpenFolder(dir);
  for (const Hostile& hostile : HostileEntries()) {
    if (hostile.skipped.empty() || !hostile.make(dir, dir.File(hostile.name))) continue;
    FolderFile file;
    file.name = hostile.name;
    const auto opened = folder.Open(file);
    ASSERT_FALSE(opened) << hostile.name;
    EXPECT_EQ(opened.error().code(), ErrorCode::kIncomplete) << opened.error().message();
  }
  for (const std::string& name : {std::string(".."),
                                  std::string("."),
                                  "../" + dir.path().filename().string() + "/good.csv"}) {
    FolderFile file;
    file.name = name;
    EXPECT_FALSE(folder.Open(file)) << name;
  }
}

TEST(DropFolder, NeverReadsBehindALinkThatComesAndGoes) {
  const TempDir outside;
  const std::string secret = outside.Write("secret", "secret");
  const TempDir dir;
  const DropFolder folder = OpenFolder(dir);
  const std::string path = dir.Write("a.csv", "public");
  std::atomic<bool> stop = false;
  std::thread swapper([&] {
    while (!stop) {
      fs::create_symlink(secret, dir.File(".link"));
      fs::rename(dir.File(".link"), path);
      dir.Write(".file", "public");
      fs::rename(dir.File(".file"), path);
    }
  });
  int opened = 0;
  // On a busy machine the swapper may rest for long while the link is there.
  constexpr int kTries = 10'000;
  constexpr int kMostTries = 10'000'000;
  for (int i = 0; i < kTries || (opened == 0 && i < kMostTries); ++i) {
    FolderFile file;
    file.name = "a.csv";
    const auto fd = folder.Open(file);
    if (!fd) continue;
    ++opened;
    ASSERT_EQ(ReadAll(fd->get()), "public");
  }
  stop = true;
  swapper.join();
  EXPECT_GT(opened, 0);
}

TEST(DropFolder, SaysWhatIsWrongWithTheFolder) {
  const TempDir dir;
  const auto error_of = [](const std::string& path) {
    const auto folder = DropFolder::Open(path);
    return folder ? Error(ErrorCode::kInternal, "none") : folder.error();
  };
  EXPECT_EQ(error_of(dir.File("none")),
            Error(ErrorCode::kConfiguration, "it does not exist; make it, or check the path"));
  EXPECT_EQ(error_of(dir.Write("file", "")),
            Error(ErrorCode::kConfiguration,
                  "it is not a folder; give the path of a folder, or use \"type\": \"file\""));
  fs::permissions(dir.path(), fs::perms::others_write, fs::perm_options::add);
  EXPECT_EQ(error_of(dir.path().string()),
            Error(ErrorCode::kConfiguration,
                  "everybody may write to it, so anybody could change the list; take that away "
                  "with 'chmod o-w'"));
}

TEST(DropFolder, SaysThatFilesCannotBeMovedInIt) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may write everywhere";
  const TempDir dir;
  fs::permissions(dir.path(), fs::perms::owner_read | fs::perms::owner_exec);
  const auto folder = DropFolder::Open(dir.path().string());
  fs::permissions(dir.path(), fs::perms::owner_all);
  ASSERT_FALSE(folder);
  EXPECT_EQ(folder.error().message(),
            "files cannot be moved in it (Permission denied); let this user write to it");
}

FolderFile OpenedFile(const DropFolder& folder, const std::string& name) {
  FolderFile file;
  file.name = name;
  EXPECT_TRUE(folder.Open(file));
  return file;
}

TEST(DropFolder, MovesAFileIntoASubfolderThatOnlyThisUserMayRead) {
  const TempDir dir;
  dir.Write("a.csv", "x");
  const DropFolder folder = OpenFolder(dir);
  EXPECT_EQ(folder.Move(OpenedFile(folder, "a.csv"), "done"), "done/a.csv");
  EXPECT_FALSE(fs::exists(dir.File("a.csv")));
  EXPECT_EQ(ContentOf(dir.File("done/a.csv")), "x");
  EXPECT_EQ(fs::status(dir.File("done")).permissions(), fs::perms::owner_all);
}

TEST(DropFolder, NumbersFilesOfOneName) {
  const TempDir dir;
  const DropFolder folder = OpenFolder(dir);
  for (const char* expected : {"done/a.csv", "done/a.csv.2", "done/a.csv.3"}) {
    dir.Write("a.csv", expected);
    EXPECT_EQ(folder.Move(OpenedFile(folder, "a.csv"), "done"), expected);
  }
  EXPECT_EQ(ContentOf(dir.File("done/a.csv")), "done/a.csv");
  EXPECT_EQ(ContentOf(dir.File("done/a.csv.3")), "done/a.csv.3");
}

TEST(DropFolder, WritesTheReasonBesideTheFile) {
  const TempDir dir;
  dir.Write("a.csv", "x");
  const DropFolder folder = OpenFolder(dir);
  EXPECT_EQ(folder.Move(OpenedFile(folder, "a.csv"), "failed", "no column 'email'"),
            "failed/a.csv");
  EXPECT_EQ(ContentOf(dir.File("failed/a.csv.reason.txt")), "no column 'email'\n");
}

TEST(DropFolder, WritesNoReasonThroughALink) {
  const TempDir dir;
  dir.Write("a.csv", "x");
  const std::string victim = dir.Write("victim", "precious");
  fs::create_directory(dir.File("failed"));
  fs::create_symlink(victim, dir.File("failed/a.csv.reason.txt"));
  const DropFolder folder = OpenFolder(dir);
  EXPECT_TRUE(folder.Move(OpenedFile(folder, "a.csv"), "failed", "why"));
  EXPECT_EQ(ContentOf(victim), "precious");
  EXPECT_EQ(ContentOf(dir.File("failed/a.csv.reason.txt")), "why\n");
}

TEST(DropFolder, LeavesAFileThatWasReplacedAfterItWasRead) {
  const TempDir dir;
  dir.Write("a.csv", "old");
  const DropFolder folder = OpenFolder(dir);
  const FolderFile file = OpenedFile(folder, "a.csv");
  fs::rename(dir.Write("new", "new"), dir.File("a.csv"));
  const auto moved = folder.Move(file, "done");
  ASSERT_FALSE(moved);
  EXPECT_EQ(moved.error(),
            Error(ErrorCode::kIncomplete, "'a.csv' was replaced or changed after it was read"));
  EXPECT_EQ(ContentOf(dir.File("a.csv")), "new");
}

TEST(DropFolder, MovesNothingThroughASubfolderThatIsALink) {
  const TempDir outside;
  const TempDir dir;
  dir.Write("a.csv", "x");
  const DropFolder folder = OpenFolder(dir);
  for (const char* name : {"done", "failed"}) {
    fs::create_directory_symlink(outside.path(), dir.File(name));
    const auto moved = folder.Move(OpenedFile(folder, "a.csv"), name, "why");
    ASSERT_FALSE(moved);
    EXPECT_EQ(moved.error().message(),
              "'" + std::string(name) +
                  "' in it cannot be opened as a folder (Not a directory); remove what is there");
  }
  EXPECT_TRUE(fs::exists(dir.File("a.csv")));
  EXPECT_TRUE(fs::is_empty(outside.path()));
}

TEST(DropFolder, IsRefusedWhenFilesCouldNotBeMovedToDone) {
  const TempDir dir;
  dir.Write("done", "in the way");
  const auto error_of = [&] {
    const auto folder = DropFolder::Open(dir.path().string());
    return folder ? Error(ErrorCode::kInternal, "none") : folder.error();
  };
  EXPECT_EQ(error_of(),
            Error(ErrorCode::kConfiguration,
                  "'done' in it cannot be opened as a folder (Not a directory); remove what is "
                  "there"));
  fs::remove(dir.File("done"));
  fs::create_directory(dir.File("done"));
  EXPECT_EQ(error_of().message(), "none");
  fs::permissions(dir.File("done"), fs::perms::others_write, fs::perm_options::add);
  EXPECT_EQ(error_of(),
            Error(ErrorCode::kConfiguration,
                  "'done' in it: everybody may write to it, so anybody could change the list; take "
                  "that away with 'chmod o-w'"));
}

TEST(DropFolder, StaysInTheFolderThatItOpened) {
  const TempDir parent;
  const std::string path = parent.File("in");
  fs::create_directory(path);
  parent.Write("in/a.csv", "x");
  const auto folder = DropFolder::Open(path);
  ASSERT_TRUE(folder);
  fs::rename(path, parent.File("moved"));
  fs::create_directory(path);
  parent.Write("in/b.csv", "y");
  EXPECT_THAT(NamesOf(*folder->List("*")), ElementsAre("a.csv"));
  EXPECT_TRUE(folder->Move(OpenedFile(*folder, "a.csv"), "done"));
  EXPECT_TRUE(fs::exists(parent.File("moved/done/a.csv")));
}

}  // namespace
}  // namespace cohort_sync::amplitude
