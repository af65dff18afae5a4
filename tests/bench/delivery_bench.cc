// Delivers pending operations of a real state to a server, and makes the same calls without a
// state: what scripts/bench delivery measures. Each phase prints one line of JSON.
//
//   delivery_bench prepare STATE CSV ENDPOINT
//       commits the file as a first snapshot, one pending operation for each member
//   delivery_bench deliver STATE ENDPOINT IN_FLIGHT RATE [API_KEY]
//       delivers what is pending; RATE is calls per second, 0 for no limit, 'unknown' to find it
//       out
//   delivery_bench bare ENDPOINT IN_FLIGHT CALLS
//       makes so many calls of the same kind, each as soon as another one is answered
#include <atomic>
#include <condition_variable>
#include <exception>
#include <fstream>
#include <iostream>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/format.h"
#include "base/random.h"
#include "base/text.h"
#include "bench_support.h"
#include "cordial/cordial_destination.h"
#include "cordial/endpoint.h"
#include "http/client.h"
#include "storage/sqlite_sync_store.h"
#include "support/blocking_runner.h"
#include "sync/diff.h"

namespace cohort_sync {
namespace {

using Arguments = std::vector<std::string>;

// As long as it takes: what is measured is no time-out.
constexpr Duration kTimeout{60'000};

Result<std::unique_ptr<cordial::CordialDestination>> MakeDestination(const std::string& endpoint,
                                                                     const std::string& api_key,
                                                                     Clock& clock,
                                                                     Random& random) {
  const auto parsed = cordial::ParseEndpoint(endpoint);
  if (!parsed) return Fail(parsed.error());
  http::ClientOptions options;
  options.base_url = parsed->origin;
  options.timeout = kTimeout;
  auto client = http::MakeClient(options);
  if (!client) return Fail(client.error());
  cordial::CordialSettings settings;
  settings.endpoint = endpoint;
  settings.api_key = Secret(api_key);
  settings.identifier = bench::Identifier();
  settings.request_timeout = kTimeout;
  return cordial::CordialDestination::Create(settings, std::move(*client), clock, random);
}

std::int64_t AnonymousKib() {
  std::ifstream file("/proc/self/status");
  std::string line;
  constexpr std::string_view kName = "RssAnon:";
  while (std::getline(file, line)) {
    if (line.starts_with(kName)) return std::stoll(line.substr(kName.size()));
  }
  throw std::runtime_error("/proc/self/status does not tell the anonymous memory");
}

// The most anonymous memory while it lives, looked at every ten milliseconds.
class MemoryWatch {
 public:
  MemoryWatch()
      : idle_(AnonymousKib()), peak_(idle_), thread_([this](const std::stop_token& stop) {
          while (!stop.stop_requested()) {
            peak_ = std::max(peak_.load(), AnonymousKib());
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
          }
        }) {}

  // `"idle_anon_kib": 1, "peak_anon_kib": 1`, idle being when this was made.
  [[nodiscard]] std::string Json() const {
    return Format("\"idle_anon_kib\": {}, \"peak_anon_kib\": {}", idle_, peak_.load());
  }

 private:
  const std::int64_t idle_;
  std::atomic<std::int64_t> peak_;
  std::jthread thread_;
};

// The pins are those of `endpoint` as the destination spells it.
Status Prepare(const Arguments& arguments) {
  SystemClock clock;
  SystemRandom random;
  const auto destination = MakeDestination(arguments.at(2), "unused", clock, random);
  if (!destination) return Fail(destination.error());
  const auto store = SqliteSyncStore::Open(arguments.at(0), clock, random);
  if (!store) return Fail(store.error());
  const Result<Snapshot> snapshot = bench::ReadSnapshot(arguments.at(1), (*store)->hash_key());
  if (!snapshot) return Fail(snapshot.error());
  const Delta delta = Diff(snapshot->members, BindingId(), **store);
  const CommittedPlan committed = (*store)->CommitPlan(
      bench::PlanOf(*snapshot, delta, clock.Now(), (*destination)->endpoint()));
  (*store)->FoldIfGrown(committed.binding);
  std::cout << Format("{{\"pending\": {}}}\n", delta.added.size());
  return {};
}

Result<std::optional<double>> ReadRate(const std::string& text) {
  if (text == "unknown") return std::optional<double>();
  const auto whole = ParseInteger(text);
  if (!whole) return Fail(ErrorCode::kConfiguration, Format("no rate '{}'", text));
  return std::optional(static_cast<double>(*whole));
}

Status Deliver(const Arguments& arguments) {
  SystemClock clock;
  SystemRandom random;
  const auto in_flight = ParseInteger(arguments.at(2));
  const auto rate = ReadRate(arguments.at(3));
  if (!rate) return Fail(rate.error());
  const std::string api_key = arguments.size() > 4 ? arguments[4] : "bench-key";
  const auto destination = MakeDestination(arguments.at(1), api_key, clock, random);
  if (!destination) return Fail(destination.error());
  const auto store = SqliteSyncStore::Open(arguments.at(0), clock, random);
  if (!store) return Fail(store.error());
  SyncTarget target;
  target.key = bench::Key();
  target.identifier = bench::Identifier();
  target.delivery.concurrency = static_cast<std::size_t>(in_flight.value_or(1));
  target.delivery.requests_per_second = *rate;
  target.destination = destination->get();
  BlockingRunner runner(**store, clock, random);
  const MemoryWatch memory;
  const bench::Meter meter;
  const std::optional<RunReport> report = runner.DeliverPending(target);
  if (!report)
    return Fail(ErrorCode::kInternal, "nothing is pending: is the endpoint another one?");
  std::cout << Format(
      "{{{}, {}, \"delivered\": {}, \"calls\": {}, \"pending\": {}, \"error\": {}}}\n",
      meter.Json(),
      memory.Json(),
      report->delivery.delivered,
      report->delivery.calls,
      report->delivery.pending,
      report->error.empty() ? "null" : "\"" + Printable(report->error) + "\"");
  return {};
}

// Calls under way, each followed by the next. Shared with the last answers.
struct Chain : std::enable_shared_from_this<Chain> {
  Chain(ListDestination& where, std::int64_t how_many) : destination(where), calls(how_many) {}

  void Next() {
    const std::int64_t number = begun++;
    if (number >= calls) return;
    destination.Deliver(
        {OperationKind::kAdd,
         Format("user{}@example{}.com", 100'000'000 + number, number % 97),
         ListName("bench")},
        [self = shared_from_this()](const DeliveryAnswer& answer) { self->Answered(answer); });
  }

  void Answered(const DeliveryAnswer& answer) {
    if (answer.verdict == Verdict::kDelivered) ++delivered;
    Next();
    const std::lock_guard lock(mutex);
    if (++ended == calls) done.notify_all();
  }

  void Wait() {
    std::unique_lock lock(mutex);
    done.wait(lock, [this] { return ended == calls; });
  }

  ListDestination& destination;
  const std::int64_t calls;
  std::atomic<std::int64_t> begun = 0;
  std::atomic<std::int64_t> delivered = 0;
  std::mutex mutex;
  std::condition_variable done;
  std::int64_t ended = 0;
};

Status Bare(const Arguments& arguments) {
  SystemClock clock;
  SystemRandom random;
  const auto destination = MakeDestination(arguments.at(0), "bench-key", clock, random);
  if (!destination) return Fail(destination.error());
  const auto in_flight = ParseInteger(arguments.at(1));
  const auto calls = ParseInteger(arguments.at(2));
  const auto chain = std::make_shared<Chain>(**destination, calls.value_or(1));
  const bench::Meter meter;
  for (std::int64_t slot = 0; slot < in_flight.value_or(1); ++slot)
    chain->Next();
  chain->Wait();
  std::cout << Format("{{{}, \"delivered\": {}}}\n", meter.Json(), chain->delivered.load());
  return {};
}

Status Run(std::string_view phase, const Arguments& arguments) {
  if (phase == "prepare") return Prepare(arguments);
  if (phase == "deliver") return Deliver(arguments);
  if (phase == "bare") return Bare(arguments);
  return Fail(ErrorCode::kConfiguration, Format("no phase '{}'", phase));
}

}  // namespace
}  // namespace cohort_sync

int main(int argc, char** argv) {
  if (argc < 5) {
    std::cerr << "delivery_bench: say PHASE and its arguments; they are in delivery_bench.cc\n";
    return 2;
  }
  try {
    const cohort_sync::Status status = cohort_sync::Run(argv[1], {argv + 2, argv + argc});
    if (status) return 0;
    std::cerr << "delivery_bench: " << status.error().message() << '\n';
  } catch (const std::exception& error) {
    std::cerr << "delivery_bench: " << error.what() << '\n';
  }
  return 1;
}
