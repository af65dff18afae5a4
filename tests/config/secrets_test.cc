#include "config/secrets.h"

#include <filesystem>
#include <map>
#include <sys/stat.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "base/format.h"
#include "base/redaction.h"
#include "support/temp_dir.h"

namespace cohort_sync {
namespace {

using Kind = SecretReference::Kind;

class ResolveSecretTest : public ::testing::Test {
 protected:
  Result<Secret> Resolve(std::string_view reference) {
    return ResolveSecret(
        ParseSecretReference(reference).value(), dir_.path(), [this](const std::string& name) {
          const auto found = environment_.find(name);
          return found == environment_.end() ? std::nullopt : std::optional(found->second);
        });
  }
  std::string Failure(std::string_view reference) {
    const Result<Secret> secret = Resolve(reference);
    if (secret) return "";
    EXPECT_EQ(secret.error().code(), ErrorCode::kConfiguration);
    return secret.error().message();
  }
  void WriteKey(const std::string& name, const std::string& content, mode_t mode = 0600) {
    ASSERT_EQ(::chmod(dir_.Write(name, content).c_str(), mode), 0);
  }

  TempDir dir_;
  std::map<std::string, std::string> environment_;
};

TEST(ParseSecretReference, ReadsTheThreeKinds) {
  EXPECT_EQ(ParseSecretReference("env:CORDIAL_API_KEY"),
            (SecretReference{Kind::kEnvironment, "CORDIAL_API_KEY"}));
  EXPECT_EQ(ParseSecretReference("file:/etc/key one"),
            (SecretReference{Kind::kFile, "/etc/key one"}));
  EXPECT_EQ(ParseSecretReference("credential:cordial.key"),
            (SecretReference{Kind::kCredential, "cordial.key"}));
  EXPECT_EQ(ToString(*ParseSecretReference("credential:cordial.key")), "credential:cordial.key");
}

TEST(ParseSecretReference, RefusesLiteralValuesWithoutRepeatingThem) {
  const auto reference = ParseSecretReference("sk-live-12345");
  ASSERT_FALSE(reference);
  EXPECT_EQ(reference.error().message(),
            "secrets do not stand in the configuration; put the value into an environment variable "
            "and write \"env:NAME\", or use \"file:PATH\" or \"credential:NAME\"");
}

TEST(ParseSecretReference, RefusesNamesThatAreNone) {
  for (const std::string text : {"env:", "env:1ST", "env:A-B", "file:"}) {
    const auto reference = ParseSecretReference(text);
    ASSERT_FALSE(reference) << text;
    EXPECT_EQ(reference.error().message(),
              Format("what follows '{}' is not a name; write \"env:NAME\", \"file:PATH\" or "
                     "\"credential:NAME\"",
                     text.substr(0, text.find(':') + 1)));
  }
}

TEST(ParseSecretReference, RefusesCredentialsOutsideTheirDirectory) {
  for (const char* text : {"credential:", "credential:.", "credential:..", "credential:../shadow"})
    EXPECT_FALSE(ParseSecretReference(text)) << text;
}

TEST_F(ResolveSecretTest, ReadsTheEnvironment) {
  environment_["KEY"] = "abc-123";
  EXPECT_EQ(Resolve("env:KEY")->Reveal(), "abc-123");
  EXPECT_EQ(Failure("env:OTHER"),
            "secret 'env:OTHER': the environment variable is not set; run 'export OTHER=...'");
}

TEST_F(ResolveSecretTest, ReadsTheEnvironmentOfThisProcess) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): there is one thread.
  ASSERT_EQ(::setenv("COHORT_SYNC_TEST_KEY", "from-process", 1), 0);
  const EnvironmentLookup lookup = ProcessEnvironment();
  EXPECT_EQ(lookup("COHORT_SYNC_TEST_KEY"), "from-process");
  // NOLINTNEXTLINE(concurrency-mt-unsafe): there is one thread.
  ASSERT_EQ(::unsetenv("COHORT_SYNC_TEST_KEY"), 0);
  EXPECT_EQ(lookup("COHORT_SYNC_TEST_KEY"), std::nullopt);
}

TEST_F(ResolveSecretTest, RegistersTheValueForRedaction) {
  environment_["KEY"] = "canary-7f3a";
  ASSERT_TRUE(Resolve("env:KEY"));
  EXPECT_EQ(Redact("the key is canary-7f3a"), "the key is ***");
}

TEST_F(ResolveSecretTest, ReadsAFileBesideTheConfigurationWithoutItsNewline) {
  WriteKey("key", "abc-123\n");
  EXPECT_EQ(Resolve("file:key")->Reveal(), "abc-123");
  EXPECT_EQ(Resolve("file:" + dir_.File("key"))->Reveal(), "abc-123");
}

TEST_F(ResolveSecretTest, RefusesFilesThatOthersMayRead) {
  for (const mode_t mode : {0640U, 0604U, 0620U, 0602U, 0610U}) {
    WriteKey("key", "abc", mode);
    EXPECT_EQ(Failure("file:key"),
              Format("secret 'file:key': '{0}' is open to other users (mode {1:04o}); run 'chmod "
                     "600 {0}'",
                     dir_.File("key"),
                     mode));
  }
}

TEST_F(ResolveSecretTest, RefusesFilesOfOtherUsers) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
  WriteKey("key", "abc");
  ASSERT_EQ(::chown(dir_.File("key").c_str(), 4242, 4242), 0);
  EXPECT_EQ(Failure("file:key"),
            Format("secret 'file:key': '{0}' belongs to user id 4242, not to the user that runs "
                   "cohort-sync (0) or root; run 'chown 0 {0}'",
                   dir_.File("key")));
}

TEST_F(ResolveSecretTest, RefusesWhatIsNoRegularFile) {
  ASSERT_EQ(::mkfifo(dir_.File("pipe").c_str(), 0600), 0);
  EXPECT_EQ(
      Failure("file:pipe"),
      Format("secret 'file:pipe': cannot read '{}': it is not a regular file", dir_.File("pipe")));
  EXPECT_EQ(Failure("file:."),
            Format("secret 'file:.': cannot read '{}': it is not a regular file", dir_.File(".")));
}

TEST_F(ResolveSecretTest, SaysThatAFileIsMissing) {
  EXPECT_EQ(
      Failure("file:none"),
      Format("secret 'file:none': cannot read '{}': No such file or directory", dir_.File("none")));
}

TEST_F(ResolveSecretTest, RefusesFilesAboveFourKibibytes) {
  WriteKey("key", std::string(4096, 'x'));
  EXPECT_EQ(Resolve("file:key")->Reveal().size(), 4096U);
  WriteKey("key", std::string(4097, 'x'));
  EXPECT_EQ(Failure("file:key"),
            Format("secret 'file:key': cannot read '{}': it is larger than 4096 bytes",
                   dir_.File("key")));
}

TEST_F(ResolveSecretTest, RefusesValuesThatCannotBeAKey) {
  for (const std::string value : {"a b", "a\n\n", " a", "a\r\n", "schl\xc3\xbcssel", "\"a\" "}) {
    WriteKey("key", value);
    EXPECT_EQ(Failure("file:key"),
              "secret 'file:key': it holds white space or characters that are not printable ASCII; "
              "store the key alone, without quotes, spaces or line breaks");
  }
  WriteKey("key", "\n");
  EXPECT_EQ(Failure("file:key"), "secret 'file:key': it is empty; put the key there");
}

TEST_F(ResolveSecretTest, ReadsCredentialsOfTheUnit) {
  EXPECT_EQ(Failure("credential:key"),
            "secret 'credential:key': CREDENTIALS_DIRECTORY is not set; start cohort-sync from a "
            "systemd unit with LoadCredential=key:PATH");
  environment_["CREDENTIALS_DIRECTORY"] = dir_.path().string();
  // The group bits are those of systemd's access list: they show its mask.
  WriteKey("key", "abc", 0440);
  EXPECT_EQ(Resolve("credential:key")->Reveal(), "abc");
  WriteKey("key", "abc", 0444);
  EXPECT_EQ(Failure("credential:key"),
            Format("secret 'credential:key': '{0}' is open to other users (mode 0444); run 'chmod "
                   "600 {0}'",
                   dir_.File("key")));
}

}  // namespace
}  // namespace cohort_sync
