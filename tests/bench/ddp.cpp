// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/bench.h"

#include <algorithm>
#include <future>

namespace bench {

using core::base::Object;
using core::base::Result;

namespace {

constexpr int ddpRounds = 9, steps = 400, batch = 64;

// step-cnn with `more` in the experiment; the batch is each rank's. No epoch ends on the way: the peers do not
// evaluate.
std::string experimentWith(const std::string& more)
{
    return R"({"data": {"source": "fashion-mnist", "rows": 60000}, "split": {"train": 0.95, "validation": 0.02},
        "model": {"kind": "cnn", "channels": [16, 32], "hidden": [], "activation": "relu"},
        "train": {"steps": )" +
           std::to_string(steps) + R"(, "batch_size": )" + std::to_string(batch) +
           R"(, "optimizer": "adamw", "threads": 1})" + more + "}";
}

// Of each two steps the longer one.
std::vector<double> later(const std::vector<double>& one, const std::vector<double>& other)
{
    std::vector<double> longer(std::min(one.size(), other.size()));
    for (std::size_t i = 0; i < longer.size(); ++i)
        longer[i] = std::max(one[i], other[i]);
    return longer;
}

}

Result<Object> ddp()
{
    const std::string alone = experimentWith(""),
                      one = experimentWith(R"(, "distributed": {"strategy": "ddp", "world_size": 1})"),
                      two = experimentWith(R"(, "distributed": {"strategy": "ddp", "world_size": 2})");
    std::vector<double> single, both, gain, strangers, inStep, overhead, peerBoth, peerGain, ratio;
    // In turns: a shared machine's speed drifts, the ratio of neighbours drifts less.
    for (int round = 0; round < ddpRounds; ++round) {
        CORE_TRY(speed, stepsPerSecond(alone, "cpu"));
        CORE_TRY(ofOne, stepsPerSecond(one, "cpu"));
        CORE_TRY(ofTwo, stepsPerSecond(two, "cpu"));
        // What two trainings that know nothing of each other make of this machine, and what they would make if each
        // waited after each step until the other is there, as two ranks must.
        auto other = std::async(std::launch::async, [&] { return stepSeconds(alone, "cpu"); });
        const auto first = stepSeconds(alone, "cpu"), second = other.get();
        if (!first || !second)
            return (first ? second : first).error();
        strangers.push_back((perSecond(*first) + perSecond(*second)) / speed);
        inStep.push_back(2 * perSecond(later(*first, *second)) / speed);
        single.push_back(speed * batch);
        both.push_back(2 * ofTwo * batch);
        gain.push_back(2 * ofTwo / speed);
        overhead.push_back(speed / ofOne - 1);
        const auto peerOne = peer("step-cnn", steps), peerTwo = peer("ddp-2", steps);
        if (!peerOne || !peerTwo)
            continue;
        peerBoth.push_back(2 * *peerTwo * batch);
        peerGain.push_back(2 * *peerTwo / *peerOne);
        ratio.push_back(ofTwo / *peerTwo);
    }
    Object figures{{"rows_per_s_of_one_rank", median(single)},
                   {"rows_per_s_of_two_ranks", median(both)},
                   {"speed_up_of_two_ranks", median(gain)},
                   {"speed_up_of_two_strangers", median(strangers)},
                   {"speed_up_of_two_strangers_in_step", median(inStep)},
                   {"overhead_of_one_rank", median(overhead)}};
    if (ratio.empty()) {
        figures.set("peer", "no Python with torch found; name one in DESCENT_PEER_PYTHON");
        return figures;
    }
    figures.set("pytorch_rows_per_s_of_two_ranks", median(peerBoth));
    figures.set("pytorch_speed_up_of_two_ranks", median(peerGain));
    figures.set("ratio_to_pytorch", median(ratio));
    return figures;
}

}
