#include "cordial/list_client.h"

#include <algorithm>
#include <stop_token>

#include <nlohmann/json.hpp>

#include "base/format.h"
#include "base/text.h"
#include "base/time_text.h"
#include "cordial/answer_body.h"
#include "cordial/contact_request.h"
#include "cordial/list_body.h"
#include "cordial/retry_after.h"

namespace cohort_sync::cordial {
namespace {

constexpr RetryPolicy kRetries{.base = Duration(1'000), .cap = Duration(30'000), .max_attempts = 4};
// A person may be waiting in front of these calls: a longer pause is theirs to decide.
constexpr Duration kLongestPause{60'000};

bool MayPass(int status) {
  return status == 408 || status == 429 || status >= 500;
}

bool IsSuccess(int status) {
  return status >= 200 && status < 300;
}

tl::unexpected<Error> FailUnavailable(const std::string& what) {
  return Fail(ErrorCode::kUnavailable, Format("{}; try again later", what));
}

// The error for an answer that no caller gave a meaning of its own.
Error ErrorOf(const http::Response& response) {
  const AnswerBody body = ReadAnswerBody(response.body);
  const std::string said = Describe(response, body);
  if (response.status == 401 || response.status == 403) {
    return {ErrorCode::kUnauthorized, Format("{}: {}", said, kCredentialAdvice)};
  }
  const bool redirects = response.status >= 300 && response.status < 400;
  const bool is_foreign_path = response.status == 404 && !body.is_envelope;
  if (redirects || is_foreign_path || response.status == 405 || response.status == 410) {
    const auto location = response.headers.Find("Location");
    const std::string to =
        redirects && location ? Format(" leads to '{}'", Printable(*location)) : "";
    return {ErrorCode::kConfiguration,
            Format("{}{}: this is not Cordial's REST API; set endpoint to its base URL, for "
                   "example 'https://api.cordial.io/v2'",
                   said,
                   to)};
  }
  return {ErrorCode::kRejected, said};
}

// "Name must be unique" (contracts/cordial.md 2.3).
bool SaysNameIsTaken(const http::Response& response) {
  const AnswerBody body = ReadAnswerBody(response.body);
  return response.status == 422 &&
         std::any_of(body.texts.begin(), body.texts.end(), [](const std::string& text) {
           return ToLowerAscii(text).find("must be unique") != std::string::npos;
         });
}

Error NameIsTaken(const ListName& name) {
  return {ErrorCode::kRejected,
          Format("Cordial says that the name '{}' is taken and has no list of it: a contact "
                 "attribute has that name, or a list that differs in upper and lower case; set "
                 "list_name on that sync to another name",
                 name.value())};
}

Error NotShownYet(const ListName& name) {
  return {ErrorCode::kUnavailable,
          Format("Cordial made list '{}' and does not show it yet; try again", name.value())};
}

// Absent: 404 in the envelope of a missing record, which Cordial declares for collections too.
bool IsAbsent(const http::Response& response) {
  if (response.status != 404) return false;
  const AnswerBody body = ReadAnswerBody(response.body);
  return body.SaysContactMissing() || body.SaysListMissing();
}

template <typename T>
Result<T> InContext(Result<T> result, const std::string& context) {
  if (result) return result;
  return Fail(result.error().WithContext(context));
}

}  // namespace

ListClient::ListClient(http::Client& client,
                       Clock& clock,
                       Random& random,
                       std::string path_prefix,
                       std::string authorization,
                       std::stop_token stop)
    : client_(client),
      clock_(clock),
      random_(random),
      path_prefix_(std::move(path_prefix)),
      authorization_(std::move(authorization)),
      stop_(std::move(stop)) {}

Result<std::optional<ListInfo>> ListClient::FindList(const ListName& name) {
  return InContext(LookUp(name), Format("find list '{}' in Cordial", name.value()));
}

Result<ListInfo> ListClient::EnsureList(const ListName& name) {
  auto found = FindList(name);
  if (!found) return Fail(found.error());
  if (*found) return **found;
  return InContext(Create(name), Format("make list '{}' in Cordial", name.value()));
}

Result<std::optional<std::int64_t>> ListClient::CountContacts(ListId list) {
  const std::string context = Format("count the contacts of Cordial's list {}", list.value());
  const auto response = Call(Get(Format("/accountlists/{}/count", list.value())));
  if (!response) return Fail(response.error().WithContext(context));
  if (response->status == 403) return std::optional<std::int64_t>();
  if (IsAbsent(*response)) {
    return Fail(ErrorCode::kNotFound,
                Format("{}: there is no such list; resync the cohort to make it again", context));
  }
  if (!IsSuccess(response->status)) return Fail(ErrorOf(*response).WithContext(context));
  const auto count = ReadCount(response->body);
  if (!count) return Fail(count.error().WithContext(context));
  return std::optional<std::int64_t>(*count);
}

Result<std::optional<std::vector<std::string>>> ListClient::AttributeKeys() {
  using Keys = std::vector<std::string>;
  const std::string context = "read Cordial's contact attributes";
  const auto response = Call(Get("/accountcontactattributes"));
  if (!response) return Fail(response.error().WithContext(context));
  if (response->status == 403) return std::optional<Keys>();
  if (IsAbsent(*response)) return std::optional<Keys>(Keys{});
  if (!IsSuccess(response->status)) return Fail(ErrorOf(*response).WithContext(context));
  auto keys = ReadAttributeKeys(response->body);
  if (!keys) return Fail(keys.error().WithContext(context));
  return std::optional<Keys>(std::move(*keys));
}

Status ListClient::ClearList(ListId list) {
  const std::string context = Format("empty Cordial's list {}", list.value());
  const auto response = Call(MakeRequest(
      "PUT", path_prefix_ + Format("/accountlists/{}/clear", list.value()), authorization_));
  if (!response) return Fail(response.error().WithContext(context));
  if (IsAbsent(*response))
    return Fail(ErrorCode::kNotFound, Format("{}: there is no such list", context));
  if (!IsSuccess(response->status)) return Fail(ErrorOf(*response).WithContext(context));
  const AnswerBody body = ReadAnswerBody(response->body);
  if (body.is_object && body.success == SuccessFlag::kTrue && !body.has_error) return {};
  return Fail(ErrorCode::kInvalidInput, Format("{}: {}", context, Describe(*response, body)));
}

Result<http::Response> ListClient::Call(const http::Request& request) {
  for (int attempt = 1;; ++attempt) {
    http::Answer answer = client_.SendAndWait(request, stop_);
    if (answer && !MayPass(answer->status)) return std::move(*answer);
    if (!answer && answer.error().kind == http::FailureKind::kInterrupted) {
      return Fail(ErrorCode::kInterrupted, answer.error().message);
    }
    const std::string said =
        answer ? Describe(*answer, ReadAnswerBody(answer->body)) : answer.error().message;
    const auto wish = answer ? RequestedWait(answer->headers, clock_.Now()) : std::nullopt;
    if (wish && *wish > kLongestPause) {
      return FailUnavailable(Format("{}: Cordial asks to wait {}", said, FormatDuration(*wish)));
    }
    const auto delay = NextDelay(kRetries, attempt, wish, random_.Uniform());
    if (!delay) return FailUnavailable(Format("{} ({} attempts)", said, attempt));
    clock_.SleepFor(*delay, stop_);
  }
}

http::Request ListClient::Get(const std::string& path) const {
  return MakeRequest("GET", path_prefix_ + path, authorization_);
}

Result<std::optional<ListInfo>> ListClient::LookUp(const ListName& name) {
  const auto response = Call(Get("/accountlists?name=" + PercentEncode(name.value())));
  if (!response) return Fail(response.error());
  if (IsAbsent(*response)) return std::optional<ListInfo>();
  if (!IsSuccess(response->status)) return Fail(ErrorOf(*response));
  const auto lists = ReadLists(response->body);
  if (!lists) return Fail(lists.error());
  // The filter's rule is not published; it may match parts of names or ignore case.
  const auto same = std::find_if(
      lists->begin(), lists->end(), [&](const ListInfo& list) { return list.name == name; });
  if (same == lists->end()) return std::optional<ListInfo>();
  return std::optional<ListInfo>(*same);
}

Result<ListInfo> ListClient::Create(const ListName& name) {
  http::Request request = MakeRequest("POST", path_prefix_ + "/accountlists", authorization_);
  request.headers.Add("Content-Type", "application/json");
  nlohmann::ordered_json body;
  body["name"] = name.value();
  body["enhanced"] = true;
  request.body = body.dump();

  const auto response = Call(request);
  if (!response) return Fail(response.error());
  // Somebody else, or our own attempt whose answer was lost, may have made it meanwhile.
  if (SaysNameIsTaken(*response)) return FindAgain(name, NameIsTaken(name));
  if (!IsSuccess(response->status)) return Fail(ErrorOf(*response));
  const auto id = ReadCreatedListId(response->body);
  if (!id) return Fail(id.error());
  if (*id) return ListInfo{.id = **id, .name = name};
  return FindAgain(name, NotShownYet(name));
}

Result<ListInfo> ListClient::FindAgain(const ListName& name, Error not_found) {
  auto found = LookUp(name);
  if (!found) return Fail(found.error());
  if (!*found) return Fail(std::move(not_found));
  return **found;
}

}  // namespace cohort_sync::cordial
