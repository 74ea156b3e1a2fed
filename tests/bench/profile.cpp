// SPDX-License-Identifier: GPL-3.0-or-later
// What the profiler costs a training.
#include "tests/bench/bench.h"

#include "core/base/json.h"
#include "core/session/inspect.h"
#include "core/session/session.h"
#include "core/spec/experiment.h"
#include "tests/support/temp_folder.h"

namespace bench {

using core::base::Object;
using core::base::Result;

namespace {

constexpr int rounds = 9;

constexpr const char* mlp =
    R"({"data": {"source": "two-moons", "rows": 4570}, "model": {"kind": "mlp", "hidden": [16, 16], "activation": "tanh"},
    "train": {"steps": 20000, "batch_size": 32, "optimizer": "adamw", "threads": 1}})";
constexpr const char* cnn =
    R"({"data": {"source": "fashion-mnist", "rows": 12000}, "split": {"train": 0.85, "validation": 0.1},
    "model": {"kind": "cnn", "channels": [16, 32], "hidden": [], "activation": "relu"},
    "train": {"steps": 300, "batch_size": 64, "optimizer": "adamw", "threads": 1}})";

struct Figures {
    double stepsPerSecond = 0, bytesPerStep = 0;
    std::string digest;
};

Result<Figures> train(const char* text, bool profiled)
{
    CORE_TRY(tree, core::base::parseJson(text));
    CORE_CHECK(tree.setAt("profiler.enabled", profiled));
    core::spec::Checked checked = core::spec::resolve(tree, {core::session::catalog()});
    if (!checked.problems.empty())
        return checked.problems.front();
    const tests::TempFolder folder;
    CORE_TRY(run, core::session::Session::create(checked.value, {folder.path(), "cpu"}));
    run->start();
    const core::events::RunFinished& result = run->wait();
    if (!result.error.message.empty())
        return result.error;
    return Figures{double(result.steps) / result.trainSeconds,
                   double(std::filesystem::file_size(run->folder() / "run.h5")) / double(result.steps), result.digest};
}

// In turns, so that the drift of a shared machine meets both alike.
core::base::Status compare(const std::string& name, const char* text, Object& figures)
{
    std::vector<double> with, without, shares, bytes;
    bool sameBits = true;
    for (int round = 0; round < rounds; ++round) {
        Figures all[2];
        for (int turn = 0; turn < 2; ++turn) {
            const bool profiled = (turn + round) % 2 == 1;
            CORE_TRY(measured, train(text, profiled));
            all[profiled] = std::move(measured);
        }
        with.push_back(all[1].stepsPerSecond);
        without.push_back(all[0].stepsPerSecond);
        shares.push_back(1 - all[1].stepsPerSecond / all[0].stepsPerSecond);
        bytes.push_back(all[1].bytesPerStep - all[0].bytesPerStep);
        sameBits = sameBits && all[0].digest == all[1].digest;
    }
    figures.set(name + "_steps_per_s", median(with));
    figures.set(name + "_steps_per_s_without", median(without));
    figures.set(name + "_share_of_the_time", median(shares));
    figures.set(name + "_bytes_per_step", median(bytes));
    figures.set(name + "_same_bits", sameBits);
    return {};
}

}

Result<Object> profile()
{
    Object figures;
    CORE_CHECK(compare("cnn", cnn, figures));
    CORE_CHECK(compare("mlp", mlp, figures));
    return figures;
}

}
