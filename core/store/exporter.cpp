// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/exporter.h"

#include "core/store/checkpoint.h"
#include "core/store/run_folder.h"

#include <algorithm>
#include <charconv>

namespace core::store {

using base::Error;
using base::ErrorKind;

namespace {

// The step of the best value so far; -1 if nothing is watched.
std::int64_t bestStep(const RunRecord& record)
{
    if (record.finished && record.finished->bestStep >= 0)
        return record.finished->bestStep;
    std::int64_t step = -1;
    for (const auto& event : record.events)
        if (const auto* best = std::get_if<events::BestChanged>(&event))
            step = best->step;
    return step;
}

}

base::Result<std::filesystem::path> checkpointAt(const std::filesystem::path& run, const std::string& at)
{
    const std::vector<CheckpointFile> all = listCheckpoints(run / "checkpoints");
    if (all.empty())
        return Error{ErrorKind::Data, "this run has no checkpoint yet", run.string(), {}};
    if (at == "last")
        return all.back().file;
    std::int64_t step = -1;
    if (at == "best") {
        CORE_TRY(record, readRun(run));
        step = bestStep(record);
        if (step < 0)
            return Error{ErrorKind::Data, "this run has no best step: nothing was validated", run.string(),
                         "Use last or a step"};
    } else if (const auto [end, code] = std::from_chars(at.data(), at.data() + at.size(), step);
               code != std::errc{} || end != at.data() + at.size() || step < 0) {
        return Error{ErrorKind::Usage, "\"" + at + "\" is neither last nor best nor a step", "--at", {}};
    }
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const CheckpointFile& file) { return file.step == step; });
    if (found != all.end())
        return found->file;
    std::string steps;
    for (const CheckpointFile& file : all)
        steps += (steps.empty() ? "" : ", ") + std::to_string(file.step);
    return Error{ErrorKind::Data, "there is no checkpoint at step " + std::to_string(step), run.string(),
                 "There are: " + steps};
}

base::Result<std::filesystem::path> exportFile(const ExportRequest& request, const std::string& suffix)
{
    std::error_code failed;
    std::filesystem::path file = request.destination;
    if (!file.has_filename() || std::filesystem::is_directory(file, failed))
        file /=
            std::filesystem::absolute(request.run / "").lexically_normal().parent_path().filename().string() + suffix;
    failed.clear(); // that the file is not there yet is no failure
    if (file.has_parent_path())
        std::filesystem::create_directories(file.parent_path(), failed);
    if (failed)
        return Error{
            ErrorKind::Resource, "cannot make the folder: " + failed.message(), file.parent_path().string(), {}};
    return file;
}

}
