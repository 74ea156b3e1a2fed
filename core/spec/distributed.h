// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/fields.h"

namespace core::spec {

/// One training on several devices or processes at once, which are its ranks.
struct DistributedSpec {
    std::string strategy = "none";
    std::int64_t worldSize = 1;
    std::string backend = "gloo";
    double bucketMb = 25;
    bool scaleLr = false;
    bool syncBatchnorm = true;
    bool evenShards = false;
    double timeoutS = 10;
    std::string compression = "none"; ///< of what ranks send: fp16, powersgd
    std::int64_t powersgdRank = 1;
    bool shardOptimizer = false; ///< ZeRO-1
    std::string onFailure = "stop";
    std::int64_t maxRestarts = 3;
    // Mistakes on purpose, for the DDP microscope.
    bool shardData = true, sameSeed = true;
    // pipeline
    std::string schedule = "1f1b";
    std::int64_t microBatches = 4;
    std::vector<std::int64_t> stages; ///< how many blocks each rank has; empty: by measured cost

    /// How many ranks share each batch: 1 unless the strategy says otherwise.
    std::int64_t ranks() const { return strategy == "ddp" ? worldSize : 1; }
    /// How many ranks take part.
    std::int64_t members() const { return strategy == "none" ? 1 : worldSize; }
};

const base::Fields<DistributedSpec>& distributedFields();

}
