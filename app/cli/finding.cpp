// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/command.h"
#include "core/session/finders.h"
#include "core/store/run_folder.h"

#include <cstdio>
#include <iostream>
#include <memory>
#include <unistd.h>

namespace app::cli {

using namespace core::base;
namespace session = core::session;

namespace {

struct FindOptions {
    std::string what, device = "auto";
    std::int64_t at = -1;
    std::vector<std::string> sets;
    session::RangeTestOptions range;
    session::BatchSearchOptions batch;
};

session::Going tried(const char* what)
{
    const bool terminal = ::isatty(STDERR_FILENO);
    return [what, terminal](std::int64_t done, std::int64_t all) {
        if (terminal)
            std::cerr << "\r\x1b[K" << what << " " << done << " of " << all << std::flush;
        return true;
    };
}

// An experiment file, or a run by its folder or id.
Result<session::TryOn> subject(const FindOptions& options, const Common& common)
{
    session::TryOn from;
    from.device = options.device;
    const std::filesystem::path path = options.what;
    if (std::filesystem::is_regular_file(path)) {
        if (options.at >= 0)
            return Error{ErrorKind::Usage, "--at names a step of a run, and this is an experiment", options.what,
                         "Name a run, or leave --at out"};
        CORE_TRY(resolved, loadExperiment(options.what, options.sets));
        from.resolved = std::move(resolved);
        return from;
    }
    if (!options.sets.empty())
        return Error{ErrorKind::Usage, "--set changes an experiment, and this is a run", options.what,
                     "Branch the run with the change first"};
    CORE_TRY(run, core::store::findRun(options.what, common.runsFolder()));
    from.run = run;
    from.step = options.at;
    return from;
}

Result<Outcome> findRate(const FindOptions& options, const Common& common)
{
    CORE_TRY(from, subject(options, common));
    CORE_TRY(test, session::rangeTest(from, options.range, tried("range test: step")));
    std::string text =
        std::to_string(test.lr.size()) + " steps from lr " + shown(test.lr.empty() ? 0 : test.lr.front()) + " to " +
        shown(test.lr.empty() ? 0 : test.lr.back()) + (test.diverged ? ", where the loss diverged\n" : "\n");
    for (const auto& [name, rate] : test.suggestions)
        text += name + std::string(12 - std::min<std::size_t>(11, name.size()), ' ') + "lr " + shown(rate) + "\n";
    if (test.suggestions.empty())
        text += "The loss never falls in this range: no rate is suggested. Try other rates with --from and --to.\n";
    return Outcome{session::toValue(test).object(), text, 0};
}

Result<Outcome> findBatchSize(const FindOptions& options, const Common& common)
{
    CORE_TRY(from, subject(options, common));
    CORE_TRY(search, session::searchBatchSize(from, options.batch, tried("batch size")));
    std::string text = "  batch    rows/s    ms/step  memory of a step\n";
    for (const session::BatchTrial& trial : search.trials) {
        char line[96];
        if (trial.fits)
            std::snprintf(line, sizeof line, "%7lld %9.0f %10.3g  %.1f MB\n", static_cast<long long>(trial.batchSize),
                          trial.rowsPerSecond, trial.secondsPerStep * 1e3, double(trial.bytes) / 1e6);
        else
            std::snprintf(line, sizeof line, "%7lld  does not fit: %s\n", static_cast<long long>(trial.batchSize),
                          trial.why.c_str());
        text += line;
    }
    text +=
        "fastest " + std::to_string(search.fastest) + ", largest that fits " + std::to_string(search.largest) + "\n";
    return Outcome{session::toValue(search).object(), text, 0};
}

}

void addFinding(Program& program)
{
    auto options = std::make_shared<FindOptions>();
    Common& common = program.common;
    const auto command = [&](const char* name, const char* help) {
        CLI::App* added = program.app.add_subcommand(name, help);
        added->add_option("what", options->what, "An experiment file, or a run's folder or id")->required();
        added->add_option("--at", options->at, "Of a run: updates done; the last if left out")
            ->check(CLI::NonNegativeNumber);
        added->add_option("--set", options->sets, "Change a setting of the experiment: PATH=VALUE")
            ->expected(1)
            ->allow_extra_args(false)
            ->take_all();
        added->add_option("--runs", common.runs, "Folder of the runs");
        added->add_option("--device", options->device, "auto, cpu, cuda, cuda:N")->capture_default_str();
        return added;
    };
    CLI::App* rate = command("lr-find", "The learning-rate range test: loss against a rate that grows");
    rate->add_option("--from", options->range.from, "First rate")->capture_default_str();
    rate->add_option("--to", options->range.to, "Last rate")->capture_default_str();
    rate->add_option("--steps", options->range.steps, "Steps from the first rate to the last")->capture_default_str();
    program.on(rate, [options, &common] { return findRate(*options, common); });
    CLI::App* batch = command("scale-batch-size", "Speed and memory of batch sizes, each twice the one before");
    batch->add_option("--from", options->batch.from, "First size")->check(CLI::PositiveNumber)->capture_default_str();
    batch->add_option("--to", options->batch.to, "Last size")->check(CLI::PositiveNumber)->capture_default_str();
    program.on(batch, [options, &common] { return findBatchSize(*options, common); });
}

}
