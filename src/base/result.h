// Expected failures as values.
//
// Two tiers, decided once: what the outside world can do to us (an HTTP status, a bad file, a name
// that Cordial refuses) is a Result; a database that fails is the one exception type
// DatabaseError (base/database_error.h), caught at the run boundary. Programmer errors are CHECKs.
#ifndef COHORT_SYNC_BASE_RESULT_H_
#define COHORT_SYNC_BASE_RESULT_H_

#include <string>
#include <string_view>
#include <utility>

#include <tl/expected.hpp>

namespace cohort_sync {

// What kind of failure it is: decides the exit code and whether waiting can help. The message says
// the rest.
enum class ErrorCode {
  kInvalidInput,   // A file, a body or a value is not what it should be.
  kConfiguration,  // The configuration or the command line has to change.
  kNotFound,       // The named thing does not exist on the other side.
  kUnauthorized,   // A credential was refused.
  kUnavailable,    // The other side cannot be reached or asks to wait; trying later may help.
  kRejected,       // The other side understood and said no.
  kIncomplete,     // A read ended before its end; nothing of it may be used.
  kLocked,         // Another process owns the state.
  kNothingNew,     // There was nothing to do; nobody's fault.
  kInterrupted,    // A person or the service manager asked to stop.
  kInternal,       // A broken promise of our own.
};

// An error that a person can act on. `message` is lower case, without a full stop, of the form
// "context: cause", quotes the input and ends with the next step where there is one.
class Error {
 public:
  Error(ErrorCode code, std::string message) : code_(code), message_(std::move(message)) {}

  [[nodiscard]] ErrorCode code() const { return code_; }
  [[nodiscard]] const std::string& message() const { return message_; }

  // The same failure seen from one level up: "fetch cohort 'ab12': http 503".
  [[nodiscard]] Error WithContext(std::string_view context) const {
    return Error(code_, std::string(context) + ": " + message_);
  }

  friend bool operator==(const Error&, const Error&) = default;

 private:
  ErrorCode code_;
  std::string message_;
};

template <typename T>
using Result = tl::expected<T, Error>;
using Status = Result<void>;

// `return Fail(ErrorCode::kNotFound, Format("no cohort '{}'", id));`
[[nodiscard]] inline tl::unexpected<Error> Fail(ErrorCode code, std::string message) {
  return tl::unexpected<Error>(Error(code, std::move(message)));
}
[[nodiscard]] inline tl::unexpected<Error> Fail(Error error) {
  return tl::unexpected<Error>(std::move(error));
}

}  // namespace cohort_sync

#endif  // COHORT_SYNC_BASE_RESULT_H_
