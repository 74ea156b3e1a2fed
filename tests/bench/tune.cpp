// SPDX-License-Identifier: GPL-3.0-or-later
// Studies of small networks beside Optuna with PyTorch, and how many steps a second many small networks make together.
#include "tests/bench/compared.h"

#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/session/inspect.h"
#include "core/session/tuning.h"
#include "core/spec/experiment.h"
#include "core/train/engine.h"
#include "tests/support/temp_folder.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace bench {

using core::base::Error;
using core::base::ErrorKind;
using core::base::Object;
using core::base::Result;
using core::base::Value;
namespace session = core::session;

namespace tune_bench {

constexpr int trials = 64, workers = 2, epochs = 200;

// 700 rows of 1,000 train, 22 steps an epoch.
std::string experiment(bool everythingRecorded)
{
    return R"({"name": "spirals", "data": {"source": "spirals", "rows": 1000},
        "model": {"kind": "mlp", "hidden": [16, 16]},
        "train": {"epochs": )" +
           std::to_string(epochs) + R"(, "batch_size": 32, "optimizer": "adam"}, )" +
           (everythingRecorded ? "" : R"("capture": [], "rules": [], )") +
           R"("tuning": {"strategy": "Random", "objective": {"metric": "validation/accuracy", "goal": "maximize"},
            "max_jobs": )" +
           std::to_string(trials) + R"(, "max_parallel_jobs": )" + std::to_string(workers) + R"(,
            "parameters": [{"path": "train.optimizer.lr", "min": 1e-4, "max": 0.1, "scale": "log"},
                           {"path": "train.optimizer.weight_decay", "min": 1e-6, "max": 0.01, "scale": "log"}]}})";
}

// Exit status of a program whose words nobody reads.
int statusOf(std::vector<std::string> words)
{
    std::vector<char*> arguments;
    for (std::string& word : words)
        arguments.push_back(word.data());
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t quiet;
    ::posix_spawn_file_actions_init(&quiet);
    for (const int file : {STDOUT_FILENO, STDERR_FILENO})
        ::posix_spawn_file_actions_addopen(&quiet, file, "/dev/null", O_WRONLY, 0);
    pid_t child = -1;
    int status = -1;
    if (::posix_spawn(&child, arguments[0], &quiet, nullptr, arguments.data(), environ) == 0)
        ::waitpid(child, &status, 0);
    ::posix_spawn_file_actions_destroy(&quiet);
    return status;
}

// The whole of `descent-cli tune`, from the start of the program to its end: seconds.
Result<double> study(bool batched, bool everythingRecorded)
{
    const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "descent-cli";
    if (!std::filesystem::exists(program))
        return Error{ErrorKind::Usage, "the command line's program is not built", program.string(),
                     "Build descent-cli"};
    CORE_TRY(tree, core::base::parseJson(experiment(everythingRecorded)));
    CORE_CHECK(tree.setAt("tuning.batched", batched ? "auto" : "off"));
    const tests::TempFolder folder;
    const std::string file = folder.file("spirals.experiment.json", core::base::writeJson(tree));
    const std::string runs = (folder.path() / "runs").string();
    const double start = core::base::steadySeconds();
    const int status = statusOf({program.string(), "tune", file, "--runs", runs, "--device", "cpu"});
    const double seconds = core::base::steadySeconds() - start;
    const auto studies = session::listStudies(runs);
    if (status != 0 || studies.size() != 1)
        return Error{ErrorKind::Run, "the study did not end as it should", runs, {}};
    CORE_TRY(read, session::readStudy(studies.front()));
    for (const core::tune::Trial& trial : read.state.trials)
        if (trial.state != core::tune::TrialState::Completed)
            return Error{ErrorKind::Run,
                         "trial " + std::to_string(trial.number) + " did not complete: " + trial.error,
                         studies.front().path.string(),
                         {}};
    return seconds;
}

Result<std::vector<std::unique_ptr<core::train::Engine>>> engines(int count, bool fused)
{
    CORE_TRY(tree, core::base::parseJson(experiment(false)));
    tree.object().erase("tuning");
    CORE_CHECK(tree.setAt("train.epochs", 100000));
    CORE_CHECK(tree.setAt("model.fused", fused));
    std::vector<std::unique_ptr<core::train::Engine>> made;
    for (int i = 0; i < count; ++i) {
        CORE_CHECK(tree.setAt("train.seed", i));
        const core::spec::Checked checked = core::spec::resolve(tree, {session::catalog()});
        if (!checked.problems.empty())
            return checked.problems.front();
        CORE_TRY(engine, core::train::Engine::make(checked.value, "cpu", nullptr, 1));
        made.push_back(std::move(engine));
    }
    return made;
}

// Steps a second of all networks together, on one thread. Each makes some steps while its numbers lie in the cache, as
// a trial does whose thread has its turn.
double stepsOf(const std::vector<std::unique_ptr<core::train::Engine>>& engines, double seconds)
{
    for (const auto& each : engines)
        each->advance();
    constexpr int turn = 50;
    std::int64_t steps = 0;
    const double start = core::base::steadySeconds();
    double now = start;
    for (; now - start < seconds; now = core::base::steadySeconds())
        for (const auto& each : engines)
            for (int i = 0; i < turn; ++i, ++steps)
                each->advance();
    return double(steps) / (now - start);
}

}

Result<Object> tune()
{
    constexpr int rounds = 3;
    Compared batched, recorded, processes;
    for (int round = 0; round < rounds; ++round) {
        // The peer says how long it took, as studies an hour, so that more is better on both sides.
        const auto other =
            peer("tune-" + std::to_string(tune_bench::workers) + "-" + std::to_string(tune_bench::epochs),
                 tune_bench::trials);
        CORE_TRY(seconds, tune_bench::study(true, false));
        CORE_TRY(whole, tune_bench::study(true, true));
        batched.add(3600 / seconds, other);
        recorded.add(3600 / whole, other);
        if (round > 0)
            continue;
        CORE_TRY(single, tune_bench::study(false, false));
        processes.add(3600 / single, other);
    }
    Object figures{{"trials", tune_bench::trials}, {"workers", tune_bench::workers}, {"epochs", tune_bench::epochs}};
    batched.write(figures, "studies_per_hour", "optuna_pytorch");
    recorded.write(figures, "studies_per_hour_with_captures_and_rules", "optuna_pytorch");
    processes.write(figures, "studies_per_hour_a_process_each", "optuna_pytorch");
    figures.set("study_s", 3600 / median(batched.ours));
    if (!batched.peers.empty())
        figures.set("optuna_pytorch_study_s", 3600 / median(batched.peers));
    return figures;
}

Result<Object> batched()
{
    const OneCore one;
    Object figures;
    constexpr double seconds = 1;
    CORE_TRY(alone, tune_bench::engines(1, false));
    const double operators = tune_bench::stepsOf(alone, seconds);
    figures.set("operators_steps_per_s", operators);
    for (const int count : {1, 8, 64, 256}) {
        const std::string name = std::to_string(count) + "_models_steps_per_s";
        CORE_TRY(many, tune_bench::engines(count, true));
        Compared compared;
        for (int round = 0; round < 3; ++round)
            compared.add(tune_bench::stepsOf(many, seconds),
                         peer("batched-" + std::to_string(count), 2000 / count + 50));
        compared.write(figures, name, "pytorch_bmm");
        figures.set(std::to_string(count) + "_models_ratio_to_operators", median(compared.ours) / operators);
    }
    return figures;
}

}
