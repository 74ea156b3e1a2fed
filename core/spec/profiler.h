// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/spec/check.h"

namespace core::spec {

/// Where the time goes, and how busy the machine is. Nothing of it changes the training.
struct ProfilerSpec {
    bool enabled = true;
    std::int64_t intervalMs = 500;
    std::int64_t layerEvery = 500;
    std::vector<base::Value> rules; ///< each `{"rule": name, "enabled": …, parameters …}`
};

/// Checks `/profiler/rules`: each is the name of a rule of the family `profile_rules`, or `{"rule": name, "enabled":
/// true, parameters …}`, numbers also as texts, as SageMaker's rules take them. Each gets its defaults. ProfilerReport
/// stands for all of them, with parameters such as `CPUBottleneck_threshold`.
void takeProfilerRules(const CheckContext& context, Checked& checked);

}
