// SPDX-License-Identifier: GPL-3.0-or-later
// Fixes of a training that several ranks share.
#include "core/debug/fix_changes.h"

namespace core::debug {

using base::Result;
using base::Value;

namespace {

Result<Changes> ofRanks(const Value& now, const char* key)
{
    if (now["distributed"]["strategy"].text() != "ddp")
        return doesNotApply("one process trains it");
    return setTo(now, std::string("distributed.") + key, true);
}

Result<Changes> fewerRanks(const Value& now)
{
    if (now["distributed"]["strategy"].text() != "ddp")
        return doesNotApply("one process trains it");
    return times(now, "distributed.world_size", 0.5);
}

}

void addRankFixes(std::vector<Fix>& all)
{
    all.push_back({"shard_data", "Share the rows out", "Rank r of N takes rows r, r + N, …: each is learned from once.",
                   Fix::From::Start, [](const Value& now) { return ofRanks(now, "shard_data"); }});
    all.push_back({"sync_batchnorm", "Synchronise batch norm",
                   "Means and variances are taken over the rows of all ranks.", Fix::From::Start,
                   [](const Value& now) { return ofRanks(now, "sync_batchnorm"); }});
    all.push_back({"same_seed", "Begin with the same weights", "Equal replicas that take equal steps stay equal.",
                   Fix::From::Start, [](const Value& now) { return ofRanks(now, "same_seed"); }});
    all.push_back({"scale_lr", "The rate times the number of ranks",
                   "N times the rows a step, N times the rate (Goyal et al. 2017). Take a warm-up with it.",
                   Fix::From::Start, [](const Value& now) { return ofRanks(now, "scale_lr"); }});
    all.push_back({"fewer_ranks", "Half the ranks", "Each gets a core of its own, and fewer wait for the slowest.",
                   Fix::From::Start, fewerRanks});
}

}
