// SPDX-License-Identifier: GPL-3.0-or-later
// Several ranks that train one run: `launch`, and what stands behind it.
#include "app/cli/ranks.h"
#include "app/cli/command.h"
#include "core/base/clock.h"
#include "core/base/files.h"
#include "core/base/json.h"
#include "core/session/folds.h"
#include "core/session/memory_fit.h"
#include "core/session/tuning_slurm.h"
#include "core/tensor/cuda_devices.h"
#include "core/train/ranks/gpus.h"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <sys/prctl.h>
#include <unistd.h>

namespace app::cli {

using namespace core::base;
namespace session = core::session;

namespace {

// Whoever starts the ranks may ask all of them to end: the first one does that for all, and keeps a checkpoint.
extern "C" void onRankEndAsked(int)
{
    constexpr unsigned patience = 30; // seconds
    ::alarm(patience);
}

void waitForFirstRank()
{
    std::signal(SIGINT, onRankEndAsked);
    std::signal(SIGTERM, onRankEndAsked);
}

Result<Outcome> estimated(const Value& resolved)
{
    CORE_TRY(fit, session::memoryFit(resolved));
    Object object{
        {"fits", fit.fits()}, {"bytes", std::int64_t(fit.bytes)},       {"available", std::int64_t(fit.available)},
        {"ranks", fit.ranks}, {"together", std::int64_t(fit.together)}, {"stages", fit.stages}};
    Array stages;
    for (std::size_t i = 0; i < fit.stageBytes.size(); ++i)
        stages.push_back(Object{{"blocks", fit.blocks[i]}, {"bytes", std::int64_t(fit.stageBytes[i])}});
    object.set("stage_bytes", std::move(stages));
    return Outcome{std::move(object), fit.text() + "\n"};
}

// Machines of a job may not begin at the same moment.
constexpr double apartS = 2 * session::RankSet::usualStartS;

double timeoutIn(const Value& resolved)
{
    return resolved["distributed"]["timeout_s"].toReal(10);
}

bool replacesIn(const Value& resolved)
{
    return resolved["distributed"]["on_failure"].text() == "replace";
}

// What a starter ends and starts anew goes on where it stood.
bool startedAnew()
{
    for (const char* name : {"TORCHELASTIC_RESTART_COUNT", "SLURM_RESTART_COUNT"})
        if (const char* count = std::getenv(name); count && std::atoi(count) > 0)
            return true;
    return false;
}

// What sbatch takes: every task is a rank, and one that is requeued goes on where it stood.
std::string batchScript(const std::filesystem::path& program, const std::filesystem::path& experiment,
                        const std::vector<std::string>& sets, std::int64_t ranks, const std::string& device,
                        const Value& resolved, const std::filesystem::path& runs)
{
    const std::int64_t threads = resolved["train"]["threads"].toInt(1);
    std::string script = "#!/bin/sh\n#SBATCH --job-name=descent\n#SBATCH --ntasks=" + std::to_string(ranks) +
                         "\n#SBATCH --cpus-per-task=" + std::to_string(std::max<std::int64_t>(1, threads)) +
                         "\n# Before its time is over the job is asked to end with a checkpoint; then it waits for its "
                         "next turn.\n#SBATCH --signal=TERM@120\n#SBATCH --requeue\n#SBATCH --open-mode=append\n\n"
                         "exec srun --kill-on-bad-exit=1 " +
                         session::shellWord(program.string()) + " train " + session::shellWord(experiment.string()) +
                         " --runs " + session::shellWord(runs.string()) + " --device " + session::shellWord(device) +
                         " --resume auto";
    for (const std::string& each : sets)
        script += " --set " + session::shellWord(each);
    return script + "\n";
}

}

Result<Value> loadSpread(const std::string& file, std::int64_t ranks, std::vector<std::string> sets,
                         const std::string& device, std::int64_t localRanks)
{
    CORE_TRY(asked, loadExperiment(file, sets));
    if (asked["distributed"]["strategy"].text() == "none")
        sets.push_back("distributed.strategy=ddp");
    sets.push_back("distributed.world_size=" + std::to_string(ranks));
    CORE_TRY(devices, core::tensor::resolveDevices(device, localRanks));
    // Gradients go between GPUs by NCCL, unless these are too few for it or somebody wishes otherwise.
    const auto given = readJson(file);
    const bool said = (given && !(*given)["distributed"]["backend"].isNull()) ||
                      std::ranges::any_of(sets, [](const std::string& set) {
                          return set.starts_with("distributed.backend=") || set.starts_with("distributed=");
                      });
    const auto gpus = std::int64_t(core::tensor::cudaNumbers(devices).size());
    if (!said && gpus > 1 && gpus >= localRanks && asked["distributed"]["strategy"].text() != "pipeline")
        sets.push_back("distributed.backend=nccl");
    return loadExperiment(file, sets);
}

Result<Value> loadForDevices(const std::string& file, std::vector<std::string> sets, const std::string& device)
{
    const auto gpus = std::int64_t(core::tensor::cudaNumbers(device).size());
    CORE_TRY(resolved, loadExperiment(file, sets));
    const Value& distributed = resolved["distributed"];
    if (gpus < 2 || (distributed["strategy"].text() != "none" && distributed["world_size"].toInt(1) > 1))
        return resolved;
    return loadSpread(file, gpus, std::move(sets), device, gpus);
}

Result<Outcome> trainAsRank(const session::Place& place, const Value& resolved, const RankOptions& how, double started)
{
    if (place.rank > 0) {
        waitForFirstRank();
        CORE_CHECK(session::followRanks(place, timeoutIn(resolved), apartS));
        return Outcome{Object{{"rank", place.rank}, {"world_size", place.size}, {"status", "completed"}},
                       "rank " + std::to_string(place.rank) + " of " + std::to_string(place.size) + " is done\n"};
    }
    RankOptions again = how;
    if (startedAnew())
        again.resume = "auto";
    return trainTogether(session::RankSet::join(place, timeoutIn(resolved), apartS, replacesIn(resolved)), resolved,
                         again, started);
}

Result<Outcome> trainTogether(const std::shared_ptr<session::RankSet>& ranks, const Value& resolved,
                              const RankOptions& how, double started)
{
    CORE_TRY(folds, session::foldsOf(resolved));
    if (folds > 1)
        return Error{ErrorKind::Spec, "folds are trained one after the other, and ranks meet once", "/split/kind",
                     "Use random or stratified, or train without ranks"};
    const std::int64_t local = how.localRanks ? how.localRanks : resolved["distributed"]["world_size"].toInt(1);
    const core::spec::DistributedSpec shared = core::spec::read(resolved).distributed;
    CORE_TRY(devices, core::tensor::resolveDevices(how.device, local));
    CORE_CHECK(core::train::ranks::deviceOfRank({.size = local, .localSize = local}, devices, shared));
    session::Options options{how.runs, devices};
    options.meet = [ranks](const std::filesystem::path& run) { return ranks->meet(run); };
    const auto finish = [&](session::Session& run) -> Result<Outcome> {
        CORE_TRY(outcome, conduct(run, started));
        outcome.object.set("world_size", resolved["distributed"]["world_size"]);
        outcome.object.set("ranks", ranks->told());
        return outcome;
    };
    if (how.resume == "auto")
        if (const auto found = session::findInterrupted(resolved, how.runs)) {
            CORE_TRY(run, session::Session::resume(*found, options));
            return finish(*run);
        }
    CORE_TRY(run, session::Session::create(resolved, options));
    return finish(*run);
}

void addRanks(Program& program)
{
    struct Launch {
        std::string experiment, device = "auto", resume = "never", script;
        std::vector<std::string> sets;
        std::int64_t ranks = 0;
        double start = session::RankSet::usualStartS;
        bool estimate = false;
    };
    auto options = std::make_shared<Launch>();
    Common& common = program.common;
    CLI::App* launch = program.app.add_subcommand("launch", "Train one run on several ranks of this machine");
    launch->add_option("experiment", options->experiment, "Experiment file (*.experiment.json)")->required();
    launch->add_option("--nproc", options->ranks, "How many; else distributed.world_size says so")
        ->check(CLI::Range(1, 1024));
    launch->add_option("--set", options->sets, "Change a setting: PATH=VALUE, such as train.optimizer.lr=0.1")
        ->expected(1)
        ->allow_extra_args(false)
        ->take_all();
    launch->add_option("--runs", common.runs, "Folder of the runs");
    launch->add_option("--device", options->device, "auto, cpu, cuda, or cuda:0,1 that ranks take in turns")
        ->capture_default_str();
    launch->add_option("--resume", options->resume, "auto: go on with an interrupted run of the same experiment")
        ->check(CLI::IsMember({"auto", "never"}))
        ->capture_default_str();
    launch
        ->add_option("--start-timeout", options->start,
                     "Seconds that a rank may take until it has come to the others; then it is lost, and "
                     "distributed.on_failure says what follows. Once ranks have met, distributed.timeout_s holds")
        ->check(CLI::Range(0.1, 86'400.0))
        ->capture_default_str();
    launch->add_option("--export-sbatch", options->script,
                       "Trains nothing: writes a script for Slurm's sbatch that does, to this file");
    launch->add_flag("--estimate", options->estimate,
                     "Only say whether the training fits in the memory that is free, or how many stages would");
    program.on(launch, [options, &common]() -> Result<Outcome> {
        const double started = steadySeconds();
        listenForSignals();
        std::int64_t ranks = options->ranks;
        if (ranks == 0) {
            CORE_TRY(asked, loadExperiment(options->experiment, options->sets));
            ranks = asked["distributed"]["world_size"].toInt(1);
        }
        CORE_TRY(resolved, loadSpread(options->experiment, ranks, options->sets, options->device, ranks));
        if (options->estimate)
            return estimated(resolved);
        const std::string program = std::filesystem::read_symlink("/proc/self/exe").string();
        if (!options->script.empty()) {
            CORE_CHECK(writeFileAtomically(options->script,
                                           batchScript(program, std::filesystem::absolute(options->experiment),
                                                       options->sets, ranks, options->device, resolved,
                                                       std::filesystem::absolute(common.runsFolder()))));
            return Outcome{Object{{"script", options->script}, {"ranks", ranks}},
                           "sbatch " + options->script + " trains this on " + std::to_string(ranks) + " ranks\n"};
        }
        const auto set = session::RankSet::launch({program, "rank-worker"}, ranks, timeoutIn(resolved), options->start,
                                                  replacesIn(resolved));
        return trainTogether(set, resolved, {common.runsFolder(), options->device, options->resume}, started);
    });

    // Hidden: started by launch, told everything else by the first rank.
    CLI::App* worker =
        program.app.add_subcommand("rank-worker", "Train along with the rank that started this")->group("");
    auto timeout = std::make_shared<double>(10), start = std::make_shared<double>(session::RankSet::usualStartS);
    worker->add_option("--timeout", *timeout, "Seconds to wait for another rank");
    worker->add_option("--start-timeout", *start, "Seconds to wait for one that has not come yet");
    program.on(worker, [timeout, start]() -> Result<Outcome> {
        // Also one that is stopped does not outlive it.
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        CORE_TRY(place, session::placeHere());
        if (!place)
            return Error{ErrorKind::Usage, "is not set", "RANK", "Use launch, which starts this"};
        CORE_CHECK(session::followRanks(*place, *timeout, *start));
        return Outcome{Object{{"rank", place->rank}, {"world_size", place->size}, {"status", "completed"}}, {}};
    });
}

}
