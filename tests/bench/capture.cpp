// SPDX-License-Identifier: GPL-3.0-or-later
// What it costs to record statistics of every weight and gradient at every step, and what is captured by default.
#include "tests/bench/trained.h"

namespace bench {

using core::base::Array;
using core::base::Object;

core::base::Result<Object> capture()
{
    const Object nothing{{"capture", Array{}}, {"rules", Array{}}};
    const Object everything{{"capture", Array{Object{{"collection", "all"}, {"save_interval", 1}}}},
                            {"rules", Array{}}};
    CORE_TRY(figures, costs(everything, nothing));
    CORE_TRY(usual, costs({{"rules", Array{}}}, nothing));
    for (const char* name : {"cnn", "mlp"})
        for (const char* share : {"_share_of_a_step", "_share_of_the_trainer"})
            figures.set(std::string(name) + share + "_by_default", *usual.find(std::string(name) + share));
    std::vector<double> overPeer;
    for (int round = 0; round < 3; ++round) {
        CORE_TRY(ours, trained(smallMlp, everything));
        if (const auto other = peer("step-mlp", 4000))
            overPeer.push_back(1 / (ours.secondsPerStep * *other));
    }
    if (overPeer.empty())
        figures.set("peer", "no Python with torch found; name one in DESCENT_PEER_PYTHON");
    else
        figures.set("mlp_ratio_to_pytorch", median(overPeer));
    return figures;
}

}
