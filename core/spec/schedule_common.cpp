// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/spec/schedule_common.h"

namespace core::spec {

using namespace base;

const Fields<WarmupSpec>& warmupFields()
{
    static const auto fields = Fields<WarmupSpec>{}
                                   .add("warmup_steps", &WarmupSpec::warmupSteps, Int{0, 1'000'000'000},
                                        {"Steps over which the rate rises in a line to its full size.",
                                         "lr · (f + (1 − f) · step / warmup_steps)",
                                         "A large rate meets random weights: the loss jumps at the start.",
                                         "Time spent at rates that are too small."},
                                        {.unit = "step", .tunable = true, .live = true})
                                   .add("warmup_start_factor", &WarmupSpec::warmupStartFactor, Real{0, 1},
                                        {"The share of the rate that the first step has."}, {.live = true});
    return fields;
}

std::shared_ptr<const Schema> scheduleCommon()
{
    static const auto schema = std::make_shared<const Schema>(warmupFields().schema());
    return schema;
}

}
