// SPDX-License-Identifier: GPL-3.0-or-later
// What it costs to record histograms of every weight, gradient, update and activation at every tenth step.
#include "tests/bench/trained.h"

namespace bench {

using core::base::Array;
using core::base::Object;

core::base::Result<Object> histograms()
{
    Array captures;
    for (const char* collection : {"all", "updates", "activations"})
        captures.push_back(Object{{"collection", collection}, {"save_interval", 10}, {"histogram", true}});
    return costs({{"capture", captures}, {"rules", Array{}}}, {{"capture", Array{}}, {"rules", Array{}}});
}

}
