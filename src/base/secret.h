// A credential. Nothing prints it by accident: there is no conversion to text and no stream
// operator, and the logger knows the values to blank out.
#ifndef COHORT_SYNC_BASE_SECRET_H_
#define COHORT_SYNC_BASE_SECRET_H_

#include <string>
#include <utility>

namespace cohort_sync {

class Secret {
 public:
  Secret() = default;
  // Registers the value with the log's redaction (base/log.h), in plain and base64 form.
  explicit Secret(std::string value);

  // The value itself. Call it only where the bytes go on the wire.
  [[nodiscard]] const std::string& Reveal() const { return value_; }
  [[nodiscard]] bool empty() const { return value_.empty(); }

 private:
  std::string value_;
};

// What is printed instead of a secret.
inline constexpr const char* kRedacted = "***";

}  // namespace cohort_sync

#endif  // COHORT_SYNC_BASE_SECRET_H_
