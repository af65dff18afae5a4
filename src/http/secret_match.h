// Comparing credentials that a peer offers, without telling by time how much of one was right.
#ifndef COHORT_SYNC_HTTP_SECRET_MATCH_H_
#define COHORT_SYNC_HTTP_SECRET_MATCH_H_

#include <string>
#include <vector>

#include "base/secret.h"

namespace cohort_sync::http {

// Is one of `offered` one of `accepted`? Compares the digests of all with all, whatever was found
// before; the time depends on how many there are and how long they are, not on what they say.
[[nodiscard]] bool IsSecretAccepted(const std::vector<std::string>& offered,
                                    const std::vector<Secret>& accepted);

}  // namespace cohort_sync::http

#endif  // COHORT_SYNC_HTTP_SECRET_MATCH_H_
