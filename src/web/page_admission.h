// Pages that are read and nothing else: GET and HEAD, without a body.
#ifndef COHORT_SYNC_WEB_PAGE_ADMISSION_H_
#define COHORT_SYNC_WEB_PAGE_ADMISSION_H_

#include <string>

#include "http/guarded_server.h"

namespace cohort_sync::web {

// Lets GET and HEAD in, on a connection that is kept; 405 for anything else.
[[nodiscard]] http::Admission AdmitReader(const http::Request& head);
// What to answer to a request that has a body, or one that cannot be read.
[[nodiscard]] http::Reply RefuseReader(int status);
// One line of plain text, which nobody is to keep.
[[nodiscard]] http::Reply LineReply(int status, const std::string& line);

}  // namespace cohort_sync::web

#endif  // COHORT_SYNC_WEB_PAGE_ADMISSION_H_
