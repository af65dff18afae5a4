#include "support/source_dir.h"

namespace cohort_sync {

std::string SourceDir() {
  return COHORT_SYNC_SOURCE_DIR;
}

}  // namespace cohort_sync
