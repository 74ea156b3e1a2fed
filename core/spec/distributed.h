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

    /// How many ranks share the work: 1 unless the strategy says otherwise.
    std::int64_t ranks() const { return strategy == "ddp" ? worldSize : 1; }
};

const base::Fields<DistributedSpec>& distributedFields();

}
