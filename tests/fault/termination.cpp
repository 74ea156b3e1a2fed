// SPDX-License-Identifier: GPL-3.0-or-later
// SIGTERM while a large model trains: a verified checkpoint of the very step in time, exit status 143, and the run goes
// on to the undisturbed end.
#include "core/base/clock.h"
#include "core/base/rng.h"
#include "core/store/checkpoint.h"
#include "tests/fault/campaign.h"

#include <cstdio>
#include <poll.h>

using namespace fault;
namespace fs = std::filesystem;
namespace store = core::store;

int main(int argc, char** argv)
{
    // A platform that takes a machine back gives 120 s; the goal is 30 s for 1,000 MB.
    Campaign campaign(argc, argv, {{"mb", 200}, {"times", 1}, {"limit", 30}});
    const fs::path experiment = campaign.folder() / "large.experiment.json";
    std::ofstream(experiment) << largeExperiment(campaign["mb"]);
    const Reference reference = train(campaign, experiment, campaign.folder() / "undisturbed");
    fs::remove_all(campaign.folder() / "undisturbed");
    const core::base::Draw draw(campaign.seed(), "termination");
    double slowest = 0;
    std::uint64_t bytes = 0;
    long stopped = 0;
    // A run that ends before the signal comes, which the load of the machine decides, is tried again.
    for (long time = 0; stopped < campaign["times"] && time < 4 * campaign["times"]; ++time) {
        campaign.doing("time " + std::to_string(time));
        const fs::path runs = campaign.folder() / "runs";
        fs::remove_all(runs);
        tests::Running run(tests::cliCommand({"train", experiment, "--runs", runs, "--json"}));
        const fs::path folder = runs / "large-0001";
        // After some of its first steps; the rows are seen a moment later.
        const auto step = 1 + std::int64_t(draw.below(std::uint64_t(time), std::uint64_t(reference.steps) / 3));
        const auto trains = [&] {
            if (!run.going() || !fs::exists(folder / "spec.json"))
                return !run.going();
            const auto record = store::readRun(folder);
            return record && rowsOf(*record) >= step;
        };
        campaign.check(tests::until(trains, 300), "it does not begin to train");
        if (!run.going())
            continue;
        const double start = core::base::steadySeconds();
        run.signal(SIGTERM);
        const tests::Ended ended = run.wait(2.0 * double(campaign["limit"]));
        const double seconds = core::base::steadySeconds() - start;
        if (ended.status == 0)
            continue; // it was done before the signal came
        ++stopped;
        slowest = std::max(slowest, seconds);
        campaign.check(ended.status == 143, "exit status " + std::to_string(ended.status) + ": " + ended.err);
        campaign.check(ended.json()["status"].text() == "interrupted", "the run does not say that it is interrupted");
        campaign.check(seconds < double(campaign["limit"]), "it took " + std::to_string(seconds) + " s to end");
        const auto newest = store::newestWhole(folder / "checkpoints");
        if (campaign.check(bool(newest), "there is no whole checkpoint")) {
            campaign.check(newest->step == ended.json()["steps"].toInt(),
                           "the checkpoint is of step " + std::to_string(newest->step) + ", not of the last");
            bytes = 0;
            for (const auto& blob : newest->tensors)
                bytes += blob.bytes.size();
        }
        resumeToTheEnd(campaign, experiment, runs, reference);
    }
    campaign.check(stopped > 0, "no run was stopped: all ended before the signal came");
    char text[200];
    std::snprintf(text, sizeof text,
                  "%ld runs stopped with %.0f MB of state, from the signal to the end %.2f s at most", stopped,
                  double(bytes) / 1e6, slowest);
    return campaign.end(text);
}
