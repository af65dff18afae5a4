#include "service/service_notifier.h"

#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <limits>
#include <system_error>
#include <systemd/sd-daemon.h>

#include "base/format.h"
#include "base/log.h"
#include "base/redaction.h"
#include "base/text.h"

namespace cohort_sync {
namespace {

// Not rounded to Clock's milliseconds: systemd compares it with the time of its own request, which
// a time that was cut off would lie before.
std::int64_t MonotonicMicroseconds() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return std::int64_t{now.tv_sec} * 1'000'000 + now.tv_nsec / 1'000;
}

}  // namespace

ServiceNotifier::ServiceNotifier() {
  // Nothing in this process changes the environment, so reading it needs no lock.
  const char* socket = std::getenv("NOTIFY_SOCKET");  // NOLINT(concurrency-mt-unsafe)
  enabled_ = socket != nullptr && *socket != '\0';
  std::uint64_t microseconds = 0;
  if (enabled_ && ::sd_watchdog_enabled(0, &microseconds) > 0)
    watchdog_ = std::chrono::duration_cast<Duration>(std::chrono::microseconds(microseconds));
}

void ServiceNotifier::Ready() {
  Send("READY=1");
}

void ServiceNotifier::Reloading() {
  Send(Format("RELOADING=1\nMONOTONIC_USEC={}", MonotonicMicroseconds()));
}

void ServiceNotifier::Stopping() {
  Send("STOPPING=1");
}

void ServiceNotifier::Status(std::string_view line) {
  std::string text = Printable(Redact(line), std::numeric_limits<std::size_t>::max());
  if (text == status_) return;
  status_ = std::move(text);
  Send("STATUS=" + status_);
}

void ServiceNotifier::Turned(SteadyPoint now) {
  if (!watchdog_) return;
  if (alive_told_at_ && now - *alive_told_at_ < *watchdog_ / 4) return;
  alive_told_at_ = now;
  Send("WATCHDOG=1");
}

std::optional<Duration> ServiceNotifier::longest_turn() const {
  if (!watchdog_) return std::nullopt;
  return std::max(*watchdog_ / 2, Duration(1));
}

void ServiceNotifier::Send(const std::string& state) {
  if (!enabled_) return;
  const int sent = ::sd_notify(0, state.c_str());
  if (sent >= 0 || failed_) return;
  failed_ = true;
  Log(LogLevel::kWarning,
      Format("systemd cannot be told how the service is: {}",
             std::generic_category().message(-sent)));
}

}  // namespace cohort_sync
