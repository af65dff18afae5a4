// Cordial's lists and attributes: the blocking calls before a delivery (contracts/cordial.md 2.3,
// 2.8).
#ifndef COHORT_SYNC_CORDIAL_LIST_CLIENT_H_
#define COHORT_SYNC_CORDIAL_LIST_CLIENT_H_

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "http/client.h"
#include "sync/list_destination.h"
#include "sync/retry.h"

namespace cohort_sync::cordial {

// What is wrong for every call fails alike:
//   kUnauthorized   401, 403; the message says what to check
//   kUnavailable    no connection, no whole answer, 408, 429 or 5xx, four times in a row with
//                   growing pauses, or a wish for a pause of more than a minute
//   kConfiguration  a redirect (never followed), or a path that Cordial does not have
//   kInvalidInput   a 2xx that is not what the reference says
//   kRejected       any other 4xx, with Cordial's words
//   kInterrupted    `stop` was requested, or the http client was stopped; a request that was sent
//                   may still have its effect
//
// Borrows what it is given. One thread at a time.
class ListClient {
 public:
  ListClient(http::Client& client,
             Clock& clock,
             Random& random,
             std::string path_prefix,
             std::string authorization,
             std::stop_token stop = {});

  // Exactly this name, letter case included; nullopt when there is none (404 and an empty array
  // both mean that).
  [[nodiscard]] Result<std::optional<ListInfo>> FindList(const ListName& name);

  // Finds the list or makes it (`enhanced`, so that Cordial keeps the day each contact joined).
  // kRejected when Cordial says that the name is taken and yet shows no such list: an attribute has
  // it.
  [[nodiscard]] Result<ListInfo> EnsureList(const ListName& name);

  // nullopt on 403; kNotFound when there is no such list.
  [[nodiscard]] Result<std::optional<std::int64_t>> CountContacts(ListId list);

  // nullopt on 403.
  [[nodiscard]] Result<std::optional<std::vector<std::string>>> AttributeKeys();

  // kNotFound when there is no such list. Repeating it does no harm.
  [[nodiscard]] Status ClearList(ListId list);

 private:
  // The first answer that another attempt would not better: 2xx, or a status that the caller tells
  // apart. Repeats what may pass.
  [[nodiscard]] Result<http::Response> Call(const http::Request& request);
  [[nodiscard]] http::Request Get(const std::string& path) const;
  [[nodiscard]] Result<std::optional<ListInfo>> LookUp(const ListName& name);
  [[nodiscard]] Result<ListInfo> Create(const ListName& name);
  [[nodiscard]] Result<ListInfo> FindAgain(const ListName& name, Error not_found);

  http::Client& client_;
  Clock& clock_;
  Random& random_;
  std::string path_prefix_;
  std::string authorization_;
  std::stop_token stop_;
};

}  // namespace cohort_sync::cordial

#endif  // COHORT_SYNC_CORDIAL_LIST_CLIENT_H_
