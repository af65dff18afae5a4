#include "config/server_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/print_config_problem.h"

namespace cohort_sync {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct Read {
  ServerConfig server;
  ConfigProblems problems;
};

Read ReadText(const std::string& text) {
  Read read;
  const auto value = ParseJson(text, read.problems);
  EXPECT_TRUE(value) << text;
  if (value) read.server = ReadServer(*value, read.problems);
  return read;
}

TEST(ReadServer, ListensOnThisMachineByDefault) {
  const Read read = ReadText("{}");
  EXPECT_THAT(read.problems, IsEmpty());
  EXPECT_EQ(ToString(read.server.listen), "127.0.0.1:8321");
  EXPECT_THAT(read.server.push_secrets, IsEmpty());
  EXPECT_THAT(read.server.allowed_hosts, IsEmpty());
  EXPECT_EQ(read.server.max_connections, 64);
  EXPECT_EQ(read.server.max_body_bytes, 16 * 1024 * 1024);
}

TEST(ReadServer, ReadsEverySetting) {
  const Read read = ReadText(R"({"listen": "[::]:80", "push_secret": "env:P",
      "allowed_hosts": ["Cohorts.Example.com", "[2001:db8::1]"], "max_connections": 200,
      "max_body": "64 MiB"})");
  EXPECT_THAT(read.problems, IsEmpty());
  EXPECT_EQ(read.server.listen, (ListenAddress{"::", 80}));
  EXPECT_THAT(read.server.push_secrets,
              ElementsAre(SecretReference{SecretReference::Kind::kEnvironment, "P"}));
  EXPECT_THAT(read.server.allowed_hosts, ElementsAre("cohorts.example.com", "[2001:db8::1]"));
  EXPECT_EQ(read.server.max_connections, 200);
  EXPECT_EQ(read.server.max_body_bytes, 64 * 1024 * 1024);
}

TEST(ReadServer, TakesTwoSecretsWhileOneReplacesTheOther) {
  const Read read = ReadText(R"({"push_secret": ["env:NEW", "file:old"]})");
  EXPECT_THAT(read.problems, IsEmpty());
  EXPECT_THAT(read.server.push_secrets,
              ElementsAre(SecretReference{SecretReference::Kind::kEnvironment, "NEW"},
                          SecretReference{SecretReference::Kind::kFile, "old"}));
}

TEST(ReadServer, RefusesOtherNumbersOfSecrets) {
  EXPECT_THAT(ReadText(R"({"push_secret": []})").problems,
              ElementsAre(ConfigProblem{"server.push_secret",
                                        "holds 0 secrets; write one, or two while one replaces the "
                                        "other"}));
  EXPECT_THAT(ReadText(R"({"push_secret": ["env:A", "env:B", "env:C"]})").problems,
              ElementsAre(ConfigProblem{"server.push_secret",
                                        "holds 3 secrets; write one, or two while one replaces the "
                                        "other"}));
}

TEST(ReadServer, NeverRepeatsASecretThatStandsInTheFile) {
  const Read read = ReadText(R"({"push_secret": ["env:A", "hunter2"]})");
  ASSERT_EQ(read.problems.size(), 1U);
  EXPECT_EQ(read.problems[0].path, "server.push_secret[1]");
  EXPECT_EQ(read.problems[0].message.find("hunter2"), std::string::npos);
}

TEST(ReadServer, AsksForSecretAndHostWhereOtherMachinesReachIt) {
  EXPECT_THAT(ReadText(R"({"listen": "0.0.0.0:8321"})").problems,
              ElementsAre(ConfigProblem{"server.push_secret",
                                        "is missing; other machines reach 0.0.0.0:8321: add it, as "
                                        "in \"push_secret\": \"env:COHORT_SYNC_PUSH_SECRET\""},
                          ConfigProblem{"server.allowed_hosts",
                                        "is missing; other machines reach 0.0.0.0:8321: name the "
                                        "host that they call, as in \"allowed_hosts\": "
                                        "[\"cohorts.example.com\"]"}));
  EXPECT_EQ(ReadText(R"({"listen": "10.0.0.1:80", "push_secret": "env:P", "allowed_hosts": []})")
                .problems.size(),
            1U);
}

TEST(ReadServer, RefusesHostsThatAreNone) {
  for (const std::string host : {"https://a.b", "a.b:80", "a.b/x", "*", "1.2.3"})
    EXPECT_THAT(ReadText(R"({"allowed_hosts": [")" + host + "\"]}").problems,
                ElementsAre(ConfigProblem{"server.allowed_hosts[0]",
                                          "'" + host +
                                              "' is not the name of a host; write it without "
                                              "scheme, port and path, as in "
                                              "\"cohorts.example.com\""}));
}

TEST(ReadServer, RefusesLimitsThatAreNone) {
  EXPECT_THAT(
      ReadText(R"({"max_connections": 0, "max_body": "2 GiB"})").problems,
      ElementsAre(ConfigProblem{"server.max_connections", "must be in 1..10000, not 0"},
                  ConfigProblem{"server.max_body", "must be in 1 MiB..1 GiB, not '2 GiB'"}));
  for (const std::string size : {"16",
                                 "16MiB",
                                 "16 MB",
                                 "-1 MiB",
                                 "0 MiB",
                                 "1.5 MiB",
                                 "MiB",
                                 "99999999999999999999 KiB",
                                 "9223372036854775807 GiB"})
    EXPECT_THAT(ReadText(R"({"max_body": ")" + size + "\"}").problems,
                ElementsAre(ConfigProblem{"server.max_body",
                                          "'" + size +
                                              "' is not a size; write a whole number and KiB, MiB "
                                              "or GiB, as in \"1 MiB\""}));
}

TEST(ReadServer, LimitsOneAddressOnlyWhereNoProxyIsInFront) {
  const Read read = ReadText(R"({"listen": "0.0.0.0:80", "push_secret": "env:P",
      "allowed_hosts": ["cohorts.example.com"], "max_connections_per_address": 8})");
  EXPECT_THAT(read.problems, IsEmpty());
  EXPECT_EQ(read.server.max_connections_per_address, 8);
  EXPECT_EQ(ReadText("{}").server.max_connections_per_address, 0);
  EXPECT_THAT(
      ReadText(R"({"max_connections_per_address": 8})").problems,
      ElementsAre(ConfigProblem{"server.max_connections_per_address",
                                "everybody comes to 127.0.0.1:8321 from this machine, "
                                "through a proxy; remove it, and let the proxy limit them"}));
}

TEST(ReadServer, RefusesUnknownKeys) {
  EXPECT_THAT(ReadText(R"({"port": 8321})").problems,
              ElementsAre(ConfigProblem{"server.port",
                                        "unknown key; known are 'allowed_hosts', 'listen', "
                                        "'max_body', 'max_connections', "
                                        "'max_connections_per_address', 'push_secret'"}));
}

}  // namespace
}  // namespace cohort_sync
