// Stand-ins of Amplitude and Cordial on sockets of this machine, for trying the product offline and
// for tests. Written from the contracts; shares no code with the product but src/base and src/http.
#ifndef COHORT_SYNC_SIMULATOR_SIMULATOR_H_
#define COHORT_SYNC_SIMULATOR_SIMULATOR_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "http/server.h"
#include "simulator/amplitude_project.h"
#include "simulator/cohort.h"
#include "simulator/control.h"
#include "simulator/cordial_account.h"
#include "simulator/pusher.h"
#include "simulator/seeded_random.h"

namespace cohort_sync::simulator {

// The defaults need nothing: free ports, keys for show, the built-in cohorts.
struct SimulatorOptions {
  std::string address = "127.0.0.1";
  std::uint16_t cordial_port = 0;  // 0: the system chooses.
  std::uint16_t amplitude_port = 0;
  std::uint16_t storage_port = 0;
  std::uint16_t control_port = 0;
  std::string cordial_api_key = "demo-cordial-key";
  AmplitudeKeys amplitude_keys;
  std::vector<Cohort> cohorts = BuiltInCohorts();
  // How Cordial fetches the files of imports, on its own thread; without it, it cannot.
  FetchFile fetch_file{};
};

// Four servers: Cordial, Amplitude, the storage that Amplitude's downloads are redirected to, and
// the control door; and Amplitude's pushes. They serve until the object is destroyed.
class Simulator {
 public:
  ~Simulator();
  Simulator(const Simulator&) = delete;
  Simulator& operator=(const Simulator&) = delete;

  // kUnavailable when a port cannot be had. `clock` outlives it and is used on the servers'
  // threads; `random` only seeds, here.
  [[nodiscard]] static Result<std::unique_ptr<Simulator>> Start(SimulatorOptions options,
                                                                Clock& clock,
                                                                Random& random);

  // "http://127.0.0.1:PORT"; the endpoint of a destination is cordial_url() + "/v2".
  [[nodiscard]] std::string cordial_url() const { return cordial_server_->url(); }
  [[nodiscard]] std::string amplitude_url() const { return amplitude_server_->url(); }
  [[nodiscard]] std::string storage_url() const { return storage_server_->url(); }
  [[nodiscard]] std::string control_url() const { return control_server_->url(); }

  // Runs `task` on the thread of that service, between two requests, and waits. Safe from any
  // thread but those of the servers.
  void WithCordial(const std::function<void(CordialAccount&)>& task);
  void WithAmplitude(const std::function<void(AmplitudeProject&)>& task);
  // Safe from any thread but those of the servers.
  [[nodiscard]] Pusher& pushes() { return pushes_; }
  // All of them, for PlayStep; valid while this object is.
  [[nodiscard]] ControlAccess access();

 private:
  Simulator(SimulatorOptions options, Clock& clock, Random& random);
  Status StartServers(const SimulatorOptions& options);

  SeededRandom cordial_random_;
  SeededRandom amplitude_random_;
  CordialAccount cordial_;
  AmplitudeProject amplitude_;
  Pusher pushes_;
  Control control_;
  // Those that reach into another one's thread come after it, so that they stop before it.
  std::unique_ptr<http::Server> cordial_server_;
  std::unique_ptr<http::Server> amplitude_server_;
  std::unique_ptr<http::Server> storage_server_;
  std::unique_ptr<http::Server> control_server_;
};

}  // namespace cohort_sync::simulator

#endif  // COHORT_SYNC_SIMULATOR_SIMULATOR_H_
