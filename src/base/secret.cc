#include "base/secret.h"

#include <utility>

#include "base/redaction.h"

namespace cohort_sync {

Secret::Secret(std::string value) : value_(std::move(value)) {
  RegisterForRedaction(value_);
}

}  // namespace cohort_sync
