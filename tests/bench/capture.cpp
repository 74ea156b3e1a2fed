// SPDX-License-Identifier: GPL-3.0-or-later
// What it costs to record statistics of every weight and gradient at every step.
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
using core::base::Value;

namespace {

constexpr int rounds = 7;

constexpr const char* mlp =
    R"({"data": {"source": "two-moons", "rows": 4570}, "model": {"kind": "mlp", "hidden": [16, 16], "activation": "tanh"},
    "train": {"steps": 20000, "batch_size": 32, "optimizer": "adamw", "threads": 1}})";
constexpr const char* cnn =
    R"({"data": {"source": "fashion-mnist", "rows": 12000}, "split": {"train": 0.85, "validation": 0.1},
    "model": {"kind": "cnn", "channels": [16, 32], "hidden": [], "activation": "relu"},
    "train": {"steps": 300, "batch_size": 64, "optimizer": "adamw", "threads": 1}})";

enum Captured { Nothing, Usual, Everything };

struct Figures {
    double stepsPerSecond = 0;
    double bytesPerStep = 0;
    std::string digest;
};

Result<Figures> train(const char* text, Captured captured)
{
    CORE_TRY(tree, core::base::parseJson(text));
    if (captured == Nothing)
        CORE_CHECK(tree.setAt("capture", Array{}));
    if (captured == Everything)
        CORE_CHECK(tree.setAt("capture", Array{Object{{"collection", "all"}, {"save_interval", 1}}}));
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

// In turns, so that the drift of a shared machine meets all alike.
core::base::Status compare(const std::string& name, const char* text, Object& figures)
{
    std::vector<double> speeds[3], bytes[3], shares, usualShares, overPeer;
    bool sameBits = true;
    for (int round = 0; round < rounds; ++round) {
        Figures all[3];
        for (int turn = 0; turn < 3; ++turn) {
            const auto captured = Captured((turn + round) % 3);
            CORE_TRY(measured, train(text, captured));
            all[captured] = std::move(measured);
        }
        for (const Captured captured : {Nothing, Usual, Everything}) {
            speeds[captured].push_back(all[captured].stepsPerSecond);
            bytes[captured].push_back(all[captured].bytesPerStep);
            sameBits = sameBits && all[captured].digest == all[Nothing].digest;
        }
        shares.push_back(1 - all[Everything].stepsPerSecond / all[Nothing].stepsPerSecond);
        usualShares.push_back(1 - all[Usual].stepsPerSecond / all[Nothing].stepsPerSecond);
        if (name == "mlp")
            if (const auto other = peer("step-mlp", 4000))
                overPeer.push_back(all[Everything].stepsPerSecond / *other);
    }
    figures.set(name + "_steps_per_s", median(speeds[Everything]));
    figures.set(name + "_steps_per_s_without", median(speeds[Nothing]));
    figures.set(name + "_share_of_the_time", median(shares));
    figures.set(name + "_share_of_the_time_by_default", median(usualShares));
    figures.set(name + "_bytes_per_step", median(bytes[Everything]) - median(bytes[Nothing]));
    figures.set(name + "_same_bits", sameBits);
    if (!overPeer.empty())
        figures.set(name + "_ratio_to_pytorch", median(overPeer));
    return {};
}

}

Result<Object> capture()
{
    Object figures;
    CORE_CHECK(compare("cnn", cnn, figures));
    CORE_CHECK(compare("mlp", mlp, figures));
    if (!figures.find("mlp_ratio_to_pytorch"))
        figures.set("peer", "no Python with torch found; name one in DESCENT_PEER_PYTHON");
    return figures;
}

}
