// Port: where things stand, for metrics.
#ifndef COHORT_SYNC_WEB_DAEMON_FIGURES_H_
#define COHORT_SYNC_WEB_DAEMON_FIGURES_H_

#include "base/result.h"
#include "sync/binding_figures.h"

namespace cohort_sync::web {

class FiguresSource {
 public:
  virtual ~FiguresSource() = default;
  // kUnavailable when the state cannot be read. One thread.
  [[nodiscard]] virtual Result<DaemonFigures> Read() = 0;
};

}  // namespace cohort_sync::web

#endif  // COHORT_SYNC_WEB_DAEMON_FIGURES_H_
