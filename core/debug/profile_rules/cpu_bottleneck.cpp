// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/profile_rule.h"

#include <algorithm>

namespace core::debug::profile_rules::cpu_bottleneck {

namespace {

struct Spec : ScanSpec {
    double threshold = 50, gpuThreshold = 10, cpuThreshold = 90;
    std::int64_t patience = 1000;
};

class Rule final : public ScannedRule<Spec, GpuRule> {
public:
    using ScannedRule::ScannedRule;
    bool latches() const override { return false; }

    void see(const events::SystemSample& sample) override
    {
        ++m_points;
        const bool idle =
            std::ranges::any_of(sample.gpus, [&](const auto& gpu) { return gpu.busy < m_spec.gpuThreshold; });
        const bool full = std::ranges::any_of(sample.cores, [&](double busy) { return busy > m_spec.cpuThreshold; });
        m_bottlenecks += idle && full;
    }

    // A GPU waits while a core has all it can do, in too many samples.
    ProfileVerdict judge(const ProfileFacts&, double) override
    {
        const double share = m_points > 0 ? 100 * double(m_bottlenecks) / double(m_points) : 0;
        ProfileVerdict verdict{.value = share,
                               .threshold = m_spec.threshold,
                               .points = m_points,
                               .needed = m_spec.patience,
                               .violations = m_bottlenecks};
        verdict.triggered = m_points > m_spec.patience && share > m_spec.threshold;
        verdict.message = "in " + figure(share) + " % of the samples a GPU was under " + figure(m_spec.gpuThreshold) +
                          " % while a core was over " + figure(m_spec.cpuThreshold) + " %";
        return verdict;
    }

    std::vector<ProfileAdvice> advice(const ProfileFacts& facts) const override
    {
        std::vector<ProfileAdvice> all;
        adviseWorkers(facts, all);
        advisePrefetch(facts, all);
        return all;
    }

private:
    std::int64_t m_points = 0, m_bottlenecks = 0;
};

}

void enroll(ProfileRules& all)
{
    base::Fields<Spec> fields;
    const base::Real percent{0, 100};
    fields
        .add("threshold", &Spec::threshold, percent, {"It fires where more samples than this show the bottleneck."},
             {.unit = "%"})
        .add("gpu_threshold", &Spec::gpuThreshold, percent, {"A GPU that is less busy waits."}, {.unit = "%"})
        .add("cpu_threshold", &Spec::cpuThreshold, percent, {"A core that is busier has all it can do."}, {.unit = "%"})
        .add("patience", &Spec::patience, base::Int{0}, {"Samples before it says anything."}, {.unit = "samples"});
    addScan(fields);
    all.add<Rule>("CPUBottleneck", "Processor holds up the GPU",
                  "The GPU waits while a core of the processor is full: rows are prepared too slowly.", fields);
}

}
