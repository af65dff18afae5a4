// Makes a step of a story happen to the stand-ins.
#ifndef COHORT_SYNC_SIMULATOR_STORY_PLAYER_H_
#define COHORT_SYNC_SIMULATOR_STORY_PLAYER_H_

#include "base/result.h"
#include "simulator/control.h"
#include "simulator/story.h"

namespace cohort_sync::simulator {

// kNotFound when the list, contact or push of the step is not there; then nothing happened. A push
// is begun, not waited for; kRejected when it is paused or still under way.
Status PlayStep(const StoryStep& step, const ControlAccess& access);

}  // namespace cohort_sync::simulator

#endif  // COHORT_SYNC_SIMULATOR_STORY_PLAYER_H_
