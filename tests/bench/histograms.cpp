// SPDX-License-Identifier: GPL-3.0-or-later
// What it costs to record histograms of every weight, gradient, update and activation at every tenth step.
#include "tests/bench/bench.h"

#include "core/base/json.h"
#include "core/session/inspect.h"
#include "core/session/session.h"
#include "core/spec/experiment.h"
#include "tests/support/temp_folder.h"

namespace bench {

using core::base::Array;
using core::base::Object;
using core::base::Result;

namespace histograms_bench {

constexpr int rounds = 9;

constexpr const char* mlp =
    R"({"data": {"source": "two-moons", "rows": 4570}, "model": {"kind": "mlp", "hidden": [16, 16], "activation": "tanh"},
    "train": {"steps": 20000, "batch_size": 32, "optimizer": "adamw", "threads": 1}})";
constexpr const char* cnn =
    R"({"data": {"source": "fashion-mnist", "rows": 12000}, "split": {"train": 0.85, "validation": 0.1},
    "model": {"kind": "cnn", "channels": [16, 32], "hidden": [], "activation": "relu"},
    "train": {"steps": 300, "batch_size": 64, "optimizer": "adamw", "threads": 1}})";

struct Trained {
    double secondsPerStep = 0, bytesPerStep = 0;
    std::string digest;
};

Result<Trained> train(const char* text, bool recorded)
{
    CORE_TRY(tree, core::base::parseJson(text));
    Array captures;
    for (const char* collection : {"all", "updates", "activations"})
        if (recorded)
            captures.push_back(Object{{"collection", collection}, {"save_interval", 10}, {"histogram", true}});
    CORE_CHECK(tree.setAt("capture", std::move(captures)));
    core::spec::Checked checked = core::spec::resolve(tree, {core::session::catalog()});
    if (!checked.problems.empty())
        return checked.problems.front();
    const tests::TempFolder folder;
    CORE_TRY(run, core::session::Session::create(checked.value, {folder.path(), "cpu"}));
    run->start();
    const core::events::RunFinished& result = run->wait();
    if (!result.error.message.empty())
        return result.error;
    return Trained{result.trainSeconds / double(result.steps),
                   double(std::filesystem::file_size(run->folder() / "run.h5")) / double(result.steps), result.digest};
}

// In turns, so that the drift of a shared machine meets both alike.
core::base::Status compare(const std::string& name, const char* text, Object& figures)
{
    std::vector<double> with, without, shares, bytes;
    bool sameBits = true;
    for (int round = 0; round < rounds; ++round) {
        Trained both[2];
        for (const bool recorded : {round % 2 == 0, round % 2 != 0}) {
            CORE_TRY(measured, train(text, recorded));
            both[recorded] = std::move(measured);
        }
        with.push_back(both[1].secondsPerStep * 1e6);
        without.push_back(both[0].secondsPerStep * 1e6);
        shares.push_back(both[1].secondsPerStep / both[0].secondsPerStep - 1);
        bytes.push_back(both[1].bytesPerStep - both[0].bytesPerStep);
        sameBits = sameBits && both[0].digest == both[1].digest;
    }
    figures.set(name + "_step_us", median(with));
    figures.set(name + "_step_us_without", median(without));
    figures.set(name + "_share_of_a_step", median(shares));
    figures.set(name + "_bytes_per_step", median(bytes));
    figures.set(name + "_same_bits", sameBits);
    return {};
}

}

Result<Object> histograms()
{
    Object figures;
    CORE_CHECK(histograms_bench::compare("cnn", histograms_bench::cnn, figures));
    CORE_CHECK(histograms_bench::compare("mlp", histograms_bench::mlp, figures));
    return figures;
}

}
