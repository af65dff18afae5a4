// The sentences that arrange and assert what a scenario happens in. One line each; capital words
// and N stand for something of the person's choice:
//
//   cohort ID "NAME" = N members          at Amplitude, ID0001@example.com and so on; a new one is
//   cohort ID = N members                 configured to be synced daily
//   cohort ID gains EMAIL, EMAIL          anything may stand for an address
//   cohort ID loses EMAIL, EMAIL
//   cohort ID is called "NAME"
//   cohort ID is archived | not archived | gone
//   cohort ID is {JSON}                   as PUT /cohorts/{id} of the control door takes it
//   list NAME holds EMAIL, EMAIL          others put them there, at Cordial
//   list NAME lost EMAIL                  others took it off
//   list NAME is deleted
//   contact EMAIL is deleted
//   cohort ID is pushed {JSON}            as PUT /pushes/{id} of the control door takes it
//   cohort ID is pushed again             the next hour or day
//   switch NAME = JSON                    of a stand-in; GET /switches/help lists them
//   OTHER answers GET /PATH with N TEXT   a server that says what it is told to; "with 302 to URL"
//   config = :                            the configuration's text, as a block
//   config /POINTER = JSON                one part of it; "config /POINTER is removed"
//   file PATH:                            with the block below as its lines
//   file PATH is "JSON TEXT"              with exactly this in it; 'and N times "JSON TEXT"'
//   file PATH is bytes HEX
//   file PATH is deleted
//   file PATH has mode 0644
//   folder PATH | pipe PATH | link PATH to PATH | name PATH for PATH   (a second name of a file)
//   environment NAME = TEXT               "environment NAME is removed"
//   the state says: SQL                   executed on the state file
//   another process runs COMMAND          it holds the state; "no other process runs"
//   time passes 2h
//   the clock says 1970-01-01T00:00:00Z
//   Ctrl-C comes after 10s                during the next command
//   meanwhile:                            the sentences of the block happen during the next
//   command,
//                                         each when it has nothing to do; then Ctrl-C comes
//   TEXT is typed                         as an answer to a question of the next command
//
// and the facts:
//
//   list NAME = N contacts | list NAME = EMAIL, EMAIL | there is no list NAME
//   contact calls = N                     at Cordial since the last such line
//   push of ID = TEXT                     how its last run went: "3 enter, 0 leave; 1 request (…)"
//   file PATH exists | there is no file PATH
//   file PATH reads:                      the block below
#ifndef COHORT_SYNC_TESTS_SCENARIOS_LANGUAGE_H_
#define COHORT_SYNC_TESTS_SCENARIOS_LANGUAGE_H_

#include <string>
#include <vector>

#include "base/result.h"
#include "scenarios/world.h"

namespace cohort_sync {

// Makes `sentence` true in the world, or says that the fact it asserts is false (kRejected).
// kInvalidInput for what is no sentence and for what cannot be arranged.
[[nodiscard]] Status Perform(World& world,
                             const std::string& sentence,
                             const std::vector<std::string>& block);

}  // namespace cohort_sync

#endif  // COHORT_SYNC_TESTS_SCENARIOS_LANGUAGE_H_
