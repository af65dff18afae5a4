// Every input of every corpus is a test, without the fuzzer: what it found once stays found.
#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <ostream>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/source_dir.h"

// CMakeLists.txt gives the function of each target the target's name (here it is one program) and
// lists the names.
#define FUZZ_TARGET(name) extern "C" int name##_fuzz(const std::uint8_t* bytes, std::size_t size);
#include "fuzz_targets.inc"
#undef FUZZ_TARGET

namespace cohort_sync {
namespace {

namespace fs = std::filesystem;

struct Target {
  std::string name;
  int (*run)(const std::uint8_t* bytes, std::size_t size);
};

const std::vector<Target>& Targets() {
  static const std::vector<Target> targets = {
#define FUZZ_TARGET(name) {#name, name##_fuzz},
#include "fuzz_targets.inc"
#undef FUZZ_TARGET
  };
  return targets;
}

fs::path CorpusDir() {
  return fs::path(SourceDir()) / "tests/fuzz/corpus";
}

std::vector<fs::path> FilesIn(const fs::path& directory) {
  std::vector<fs::path> files;
  if (fs::is_directory(directory)) {
    for (const auto& entry : fs::directory_iterator(directory))
      files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

struct Input {
  Target target;
  fs::path file;
};

// In place of its bytes, in messages and in what ctest shows.
void PrintTo(const Input& input, std::ostream* out) {
  *out << input.target.name << '/' << input.file.filename().string();
}

std::vector<Input> AllInputs() {
  std::vector<Input> inputs;
  for (const Target& target : Targets()) {
    for (const fs::path& file : FilesIn(CorpusDir() / target.name))
      inputs.push_back({target, file});
  }
  return inputs;
}

class FuzzCorpus : public ::testing::TestWithParam<Input> {};

TEST_P(FuzzCorpus, KeepsTheLaws) {
  std::ifstream file(GetParam().file, std::ios::binary);
  ASSERT_TRUE(file) << GetParam().file;
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  // The exact size on the heap, so that AddressSanitizer sees a read beyond the end.
  const std::vector<std::uint8_t> input(bytes.begin(), bytes.end());
  EXPECT_EQ(GetParam().target.run(input.data(), input.size()), 0);
}

INSTANTIATE_TEST_SUITE_P(Input,
                         FuzzCorpus,
                         ::testing::ValuesIn(AllInputs()),
                         [](const ::testing::TestParamInfo<Input>& input) {
                           return input.param.target.name + "_" +
                                  input.param.file.filename().string();
                         });

TEST(FuzzCorpora, EveryTargetHasInputs) {
  for (const Target& target : Targets())
    EXPECT_FALSE(FilesIn(CorpusDir() / target.name).empty()) << target.name;
}

TEST(FuzzCorpora, EveryFolderHasATarget) {
  std::set<std::string> names;
  for (const Target& target : Targets())
    names.insert(target.name);
  for (const fs::path& folder : FilesIn(CorpusDir()))
    EXPECT_EQ(names.count(folder.filename().string()), 1U) << folder;
}

}  // namespace
}  // namespace cohort_sync
