// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/resume.h"

#include "core/base/files.h"
#include "core/base/json.h"
#include "core/jobs/job.h"
#include "core/jobs/process.h"
#include "core/store/run_record.h"
#include "tests/bench/bench.h"
#include "tests/support/temp_folder.h"

#include <algorithm>
#include <poll.h>

namespace bench {

using core::base::Error;
using core::base::ErrorKind;
using core::base::Object;
using core::base::Result;
using core::jobs::JobState;

namespace {

constexpr int jobRounds = 7;

constexpr const char* killedOnce = R"({"name": "killed", "data": {"source": "fashion-mnist", "rows": 12000},
    "model": {"kind": "cnn", "channels": [16, 32], "hidden": []},
    "train": {"steps": 60, "batch_size": 64, "threads": 1, "checkpoint": {"every_steps": 20}},
    "job": {"notify": null, "interruption": {"kind": "step", "steps": [40]}}})";

struct Costs {
    double start = 0, resume = 0; ///< seconds
};

// The first step's time after `from`; of a job whose run has none it is an error.
Result<double> firstStepAfter(const core::store::RunRecord& record, double from)
{
    const auto loss = record.scalars.find("train/loss");
    if (loss != record.scalars.end())
        for (const double time : loss->second.times)
            if (time >= from)
                return time;
    return Error{ErrorKind::Run, "recorded no step", record.folder.string(), {}};
}

Result<Costs> killOnce(const std::filesystem::path& program)
{
    const tests::TempFolder folder;
    const std::string runs = (folder.path() / "runs").string();
    const auto file = folder.file("killed.experiment.json", killedOnce);
    // A step has to be seen before the kill takes its rows away: the steps of the first launch up to its checkpoint
    // stay, and so does the time of the first one.
    CORE_TRY(worker, core::jobs::WorkerProcess::start({.command = {program.string(), "job", "run", file.string(),
                                                                   "--runs", runs, "--device", "cpu", "--json"},
                                                       .environment = {},
                                                       .folder = {},
                                                       .log = folder.path() / "log",
                                                       .output = folder.path() / "out"}));
    while (!worker.ended())
        ::poll(nullptr, 0, 20);
    const auto all = core::jobs::JobQueue(runs).list();
    if (all.size() != 1 || all[0].state() != JobState::Completed || all[0].interruptions() != 1)
        return Error{ErrorKind::Run, "was not killed once and completed", folder.path().string(), {}};
    CORE_TRY(record, core::store::readRun(all[0].run));
    std::vector<double> begun;
    double killed = 0;
    for (const core::jobs::StateChange& change : all[0].changes) {
        if (change.state == JobState::Training)
            begun.push_back(change.time);
        if (change.state == JobState::Interrupted)
            killed = change.time;
    }
    CORE_TRY(first, firstStepAfter(record, begun[0]));
    CORE_TRY(again, firstStepAfter(record, begun[1]));
    return Costs{first - begun[0], again - killed};
}

}

Result<Object> resume()
{
    const auto program = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "descent-cli";
    if (!std::filesystem::exists(program))
        return Error{ErrorKind::Usage, "there is no descent-cli beside this program", program.string(),
                     "Build descent-cli"};
    std::vector<double> starts, resumes, ratios;
    for (int round = 0; round < jobRounds; ++round) {
        CORE_TRY(costs, killOnce(program));
        starts.push_back(costs.start);
        resumes.push_back(costs.resume);
        ratios.push_back(costs.resume / costs.start);
    }
    return Object{{"start_s", median(starts)}, {"resume_s", median(resumes)}, {"ratio_to_start", median(ratios)}};
}

}
