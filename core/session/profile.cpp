// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/profile.h"

#include "core/store/run_folder.h"

namespace core::session {

debug::ProfileTrace profileTraceOf(const store::RunRecord& record)
{
    debug::ProfileTrace trace{record.spec, record.id, {}};
    for (std::size_t i = 0; i < record.events.size(); ++i)
        trace.add(record.events[i], record.eventTimes[i]);
    return trace;
}

base::Result<RunProfile> profileOf(const std::string& run, const std::filesystem::path& runs)
{
    CORE_TRY(folder, store::findRun(run, runs));
    CORE_TRY(record, store::readRun(folder));
    RunProfile profile{profileTraceOf(record), {}};
    if (profile.trace.empty())
        return base::Error{base::ErrorKind::Data, "nothing of this run's time was recorded", folder.string(),
                           "Train it with profiler.enabled true; a run that has just begun needs a second"};
    profile.report = debug::reportOf(profile.trace, record.finished.has_value());
    return profile;
}

}
