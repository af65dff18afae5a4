#include "sync/call_record.h"

#include <utility>

#include "base/format.h"
#include "base/redaction.h"

namespace cohort_sync {
namespace {

bool IsContinuation(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

}  // namespace

std::string RecordedBody(std::string body, std::size_t most) {
  if (body.size() <= most) return body;
  const std::size_t whole = body.size();
  body = Redact(body);
  std::size_t end = most < body.size() ? most : body.size();
  while (end > 0 && end < body.size() && IsContinuation(body[end]))
    --end;
  body.resize(end);
  body += Format(" [cut: {} bytes in all]", whole);
  return body;
}

}  // namespace cohort_sync
