// What there is to say on the command line, and to whom it goes.
#include "cli/command.h"

namespace cohort_sync {
namespace {

constexpr std::size_t kAnyNumber = 1000;

const CommandOption approve{
    "approve", "N", "let at most N removals through; the held run prints the number"};
const CommandOption approve_adds{"approve-adds", "N", "the same for adds that were held"};
const CommandOption force{
    "force", "", "accept a snapshot that is older than the last accepted one"};
const CommandOption wait{
    "wait", "TIME", "give up after so long without progress, for example 90s or 15m (default 15m)"};

std::vector<Command> SetUpCommands() {
  return {
      {.name = "init",
       .summary = "write a configuration to start with",
       .help =
           "Writes the configuration file with what is given or, on a terminal, asked for, and "
           "says what to fill in. The keys of Amplitude and Cordial are only referred to, never "
           "written. Refuses to write over a file.",
       .options = {{"cohort", "ID", "the last part of the cohort's address in Amplitude"},
                   {"region", "REGION", "of the Amplitude project: us or eu (default us)"},
                   {"file", "CSV", "read the members from this file instead of from Amplitude"},
                   {"name", "NAME", "the cohort's name, where a file does not tell it"},
                   {"endpoint", "URL", "of Cordial (default https://api.cordial.io/v2)"},
                   {"identifier",
                    "PROPERTY",
                    "the Amplitude user property with the e-mail address (default email)"},
                   {"frequency", "WHEN", "hourly, daily or once (default daily)"}},
       .examples = {{"init --cohort 9apg8e8f --region eu", "a cohort of a project in the EU"},
                    {"init --cohort active --file active.csv --name 'active users'",
                     "members from a file, no Amplitude key needed"}},
       .run = RunInit},
      {.name = "check",
       .summary = "check configuration, credentials, cohorts and list names",
       .help =
           "Finds out what can be known before the first sync: reads the configuration and its "
           "secrets, asks Amplitude for the cohorts and Cordial for the lists, and names the list "
           "of each sync. Changes nothing and spends none of Amplitude's monthly exports.",
       .options = {{"notify", "", "send a test message to each address of 'notifications'"}},
       .examples = {{"check", "before the first sync, and after every change of the configuration"},
                    {"check --notify", "see that notifications arrive"}},
       .run = RunCheck},
      {.name = "cohorts",
       .summary = "Amplitude's cohorts, and the list each would get",
       .help = "Asks Amplitude for the cohorts of every configured project and prints for each its "
               "id, its size when it was last computed, the name of its list, and whether it is "
               "synced here. Spends no export.",
       .examples = {{"cohorts", "find the id of a cohort"},
                    {"cohorts --json", "the same for a program"}},
       .run = RunCohorts},
  };
}

std::vector<Command> SyncCommands() {
  return {
      {.name = "plan",
       .arguments = "[COHORT...]",
       .max_arguments = kAnyNumber,
       .summary = "show what a sync would do, and change nothing",
       .help =
           "Reads the cohorts and prints what a sync would add and remove, how many calls that is "
           "and how long they take. An Amplitude export that it asks for is used by a sync within "
           "15 minutes. Without COHORT: all configured syncs. A cohort is named by its id or its "
           "name.",
       .options = {approve, approve_adds, force},
       .examples = {{"plan", "all configured syncs"},
                    {"plan 'active users'", "one cohort, by its name"}},
       .through_daemon = true,
       .run = RunPlan},
      {.name = "sync",
       .arguments = "[COHORT...]",
       .max_arguments = kAnyNumber,
       .summary = "make the lists equal to the cohorts now",
       .help =
           "One run per cohort: reads it, compares it with what its list should have, and delivers "
           "the difference. Ctrl-C stops cleanly; the next sync goes on where it stopped. Too many "
           "removals are held until they are approved by their number. Without COHORT: all "
           "configured syncs.",
       .options = {approve, approve_adds, force, wait},
       .examples = {{"sync", "all configured syncs"},
                    {"sync 9apg8e8f --approve 900", "let the 900 removals of a held run through"}},
       .through_daemon = true,
       .run = RunSync},
  };
}

std::vector<Command> RepairCommands() {
  return {
      {.name = "resync",
       .arguments = "COHORT...",
       .min_arguments = 1,
       .max_arguments = kAnyNumber,
       .summary = "assert the whole list, and remove what left",
       .help =
           "Sends every member of a fresh snapshot again and removes every contact of ours that is "
           "not in it. Makes the list again when it is gone. One call per contact; 'plan' comes "
           "first and says how many calls and how long.",
       .options = {{"clear",
                    "N",
                    "first take everybody off the list, if it has at most N contacts"},
                   approve,
                   approve_adds,
                   force,
                   wait},
       .examples = {{"resync 9apg8e8f", "after somebody edited the list by hand"},
                    {"resync 9apg8e8f --clear 1200",
                     "a list that others fill too: empty it of its 1,200 contacts first"}},
       .through_daemon = true,
       .run = RunResync},
      {.name = "retry",
       .arguments = "[COHORT]",
       .max_arguments = 1,
       .summary = "deliver parked operations again",
       .help =
           "Opens the operations that were refused, or whose attempts were used up, and delivers "
           "them. Also lets a stopped sync go on. Without COHORT: all configured syncs.",
       .options = {wait},
       .examples = {{"retry 9apg8e8f", "after what Cordial refused was mended there"}},
       .through_daemon = true,
       .run = RunRetry},
      {.name = "approve",
       .arguments = "RUN",
       .min_arguments = 1,
       .max_arguments = 1,
       .summary = "let through what a run held",
       .help =
           "Delivers the removals and adds that run RUN held, as far as they are still right, and "
           "no others. Refuses when a newer run replaced them, and names it.",
       .options = {wait},
       .examples = {{"approve 12", "after 'run 12' showed what it held"}},
       .through_daemon = true,
       .run = RunApprove},
      {.name = "discard",
       .arguments = "RUN",
       .min_arguments = 1,
       .max_arguments = 1,
       .summary = "drop what a run held",
       .help = "Nothing of it is delivered; the next snapshot is judged afresh. Changes that were "
               "pushed are lost to the list until its next reconcile.",
       .examples = {{"discard 12", "the cohort was wrong, and is right again"}},
       .through_daemon = true,
       .run = RunDiscard},
  };
}

std::vector<Command> BindingCommands() {
  return {
      {.name = "pause",
       .arguments = "COHORT",
       .min_arguments = 1,
       .max_arguments = 1,
       .summary = "leave a sync alone for now",
       .help = "Nothing is read for it and nothing is sent, until 'resume'. What is pending stays "
               "pending.",
       .examples = {{"pause 9apg8e8f", "while the cohort is being rebuilt"}},
       .through_daemon = true,
       .run = RunPause},
      {.name = "resume",
       .arguments = "COHORT",
       .min_arguments = 1,
       .max_arguments = 1,
       .summary = "let a paused sync go on",
       .help =
           "Its next sync brings the list up to date; what happened meanwhile is one difference.",
       .examples = {{"resume 9apg8e8f", "the schedule goes on"}},
       .through_daemon = true,
       .run = RunResume},
      {.name = "forget",
       .arguments = "COHORT",
       .min_arguments = 1,
       .max_arguments = 1,
       .summary = "end a sync and what is remembered of it",
       .help =
           "Deletes the binding of a cohort to its list, its journal and its checkpoints; the runs "
           "are kept. The list keeps its contacts, unless --remove-contacts takes ours off it "
           "first: that needs --approve with their number.",
       .options = {{"remove-contacts", "", "first take every contact of ours off the list"},
                   {"approve", "N", "with --remove-contacts: at most so many contacts"}},
       .examples = {{"forget 9apg8e8f", "the list stays as it is"},
                    {"forget 9apg8e8f --remove-contacts --approve 1200",
                     "after it said that there are 1,200"}},
       .through_daemon = true,
       .run = RunForget},
  };
}

std::vector<Command> HistoryCommands() {
  return {
      {.name = "status",
       .summary = "where every sync stands",
       .help =
           "One line per sync: list, members, open operations, last run. Works beside a running "
           "daemon.",
       .examples = {{"status", "the first thing to look at"}},
       .run = RunStatus},
      {.name = "runs",
       .arguments = "[COHORT]",
       .max_arguments = 1,
       .summary = "the latest runs",
       .help = "Newest first. Works beside a running daemon.",
       .options = {{"limit", "N", "how many (default 20)"}},
       .examples = {{"runs 9apg8e8f --limit 5", "the last five of one cohort"}},
       .run = RunRuns},
      {.name = "run",
       .arguments = "N",
       .min_arguments = 1,
       .max_arguments = 1,
       .summary = "one run: its counts, and every contact that was left out, with the reason",
       .help =
           "Counts of run N, its calls to Cordial with their answers and how long they took, the "
           "rows of its snapshot that gave no contact, and its parked operations.",
       .options = {{"csv", "", "the rejected rows and parked operations as CSV"}},
       .examples = {{"run 12", "what run 12 did"},
                    {"run 12 --csv", "its left-out rows, for a spreadsheet"}},
       .run = RunRun},
      {.name = "calls",
       .arguments = "COHORT",
       .min_arguments = 1,
       .max_arguments = 1,
       .summary = "the last calls to Cordial for a cohort's list, and the answers",
       .help = "What was sent and what was answered, newest last, of the 200 calls that the state "
               "keeps for each list; --json shows the bodies whole, up to 2 KiB. Contacts are in "
               "it, credentials are not. Works beside a running daemon.",
       .options = {{"limit", "N", "how many (default 20, at most 200)"}},
       .examples = {{"calls 9apg8e8f --limit 5", "the last five"},
                    {"calls 9apg8e8f --json", "whole bodies, for a program"}},
       .run = RunCalls},
      {.name = "members",
       .arguments = "COHORT",
       .min_arguments = 1,
       .max_arguments = 1,
       .summary = "who should be on a list, now or earlier",
       .help = "One contact identifier per line, in no particular order: the members that the last "
               "accepted snapshot left, held changes not included. Works beside a running daemon.",
       .options = {{"as-of", "TIME", "as it was then: a date or a time in UTC"}},
       .examples = {{"members 9apg8e8f", "as things stand"},
                    {"members 9apg8e8f --as-of 2026-11-21", "at the beginning of that day, UTC"}},
       .run = RunMembers},
  };
}

std::vector<Command> ServiceCommands() {
  return {
      {.name = "serve",
       .summary = "run the schedule until stopped",
       .help =
           "Runs every configured sync when it is due, and carries out the commands that others "
           "give meanwhile. Where the configuration has a \"server\", the dashboard is at its "
           "address, and pushes are received there. SIGTERM or Ctrl-C stops it cleanly: calls in "
           "flight are finished and recorded. A second signal ends it at once. SIGHUP reads the "
           "configuration again; one that cannot be served is named in the log, and the old one "
           "stays. As a systemd service of Type=notify it says when it is ready and how it is, and "
           "keeps a watchdog content.",
       .examples = {{"serve --log-level info", "with a line for every run"},
                    {"serve --log-level info --log-format json", "the same for a program"}},
       .run = RunServe},
      {.name = "dashboard",
       .arguments = "token",
       .min_arguments = 1,
       .max_arguments = 1,
       .summary = "the token that the dashboard of 'serve' asks for",
       .help =
           "Prints the token, and makes it where there is none. The dashboard at the address of "
           "the configuration's \"server\" asks for it before it changes anything or shows "
           "whole identifiers, at an address that other machines reach before it shows "
           "anything. It is in a file beside the state, STATE-token, for this user only.",
       .options = {{"new", "", "replace it: whoever has the old one can do nothing any more"}},
       .examples = {{"dashboard token", "to paste it into the page"},
                    {"dashboard token --new", "when it came into the wrong hands"}},
       .run = RunDashboard},
      {.name = "simulate",
       .summary = "stand-ins of Amplitude and Cordial on this machine",
       .help =
           "Starts both services as their public documentation describes them, for trying "
           "cohort-sync without accounts. Prints their addresses and keys; runs until stopped. At "
           "the control address, GET / lists what can be looked at and changed; PUT "
           "/pushes/COHORT makes Amplitude push a cohort to a webhook or to lists of this "
           "machine, and so does a step of a story.",
       .options = {{"amplitude-port", "PORT", "default 8401; 0 for a free one"},
                   {"cordial-port", "PORT", "default 8402; 0 for a free one"},
                   {"control-port", "PORT", "default 8403; 0 for a free one"},
                   {"cohorts", "FILE", "cohorts to start with, as JSON"},
                   {"story", "FILE", "cohorts and what happens to them, as in config/story.json"},
                   {"speed", "N", "so many seconds of the story per second (default 1)"}},
       .examples = {{"simulate", "both on their usual ports"},
                    {"simulate --story config/story.json --speed 600", "a week in 17 minutes"}},
       .run = RunSimulate},
      {.name = "completion",
       .arguments = "SHELL",
       .min_arguments = 1,
       .max_arguments = 1,
       .summary = "what a shell needs to complete commands and options",
       .help = "Prints the script for bash or zsh.",
       .examples = {{"completion bash > /etc/bash_completion.d/cohort-sync", "for everybody here"}},
       .run = RunCompletion},
      {.name = "man",
       .summary = "this help as a manual page",
       .help = "Prints the page in the format of man(7).",
       .examples = {{"man > cohort-sync.1", "then 'man ./cohort-sync.1'"}},
       .run = RunMan},
  };
}

std::vector<Command> MakeCommands() {
  std::vector<Command> commands;
  for (const std::vector<Command>& some : {SetUpCommands(),
                                           SyncCommands(),
                                           RepairCommands(),
                                           BindingCommands(),
                                           HistoryCommands(),
                                           ServiceCommands()})
    commands.insert(commands.end(), some.begin(), some.end());
  return commands;
}

}  // namespace

const std::vector<Command>& AllCommands() {
  static const auto* const commands = new std::vector<Command>(MakeCommands());
  return *commands;
}

const std::vector<CommandOption>& GlobalOptions() {
  static const auto* const options = new std::vector<CommandOption>{
      {"config", "FILE", "the configuration (default cohort-sync.json)"},
      {"json", "", "print JSON for programs instead of text for people"},
      {"dump", "FILE", "add every exchange with Amplitude and Cordial to FILE: it has contacts"},
      {"log-level", "LEVEL", "debug, info, warning, error or off (default warning)"},
      {"log-format", "FORMAT", "text, or json: a line of JSON for every message (default text)"},
      {"help", "", "this text; behind a command, that command's"},
      {"version", "", "the version"},
  };
  return *options;
}

}  // namespace cohort_sync
