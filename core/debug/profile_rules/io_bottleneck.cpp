// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/profile_rule.h"

#include <algorithm>

namespace core::debug::profile_rules::io_bottleneck {

namespace {

struct Spec : ScanSpec {
    double threshold = 50, gpuThreshold = 10, ioThreshold = 50;
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
        m_bottlenecks += idle && sample.ioWait > m_spec.ioThreshold;
    }

    // A GPU waits while the processor waits for a disk, in too many samples.
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
                          " % while the processor waited for the disk over " + figure(m_spec.ioThreshold) +
                          " % of its time";
        return verdict;
    }

    std::vector<ProfileAdvice> advice(const ProfileFacts& facts) const override
    {
        std::vector<ProfileAdvice> all;
        const base::Value* mode = facts.spec.at("data.mode");
        if (mode && mode->text() == "pipe")
            all.push_back({"Read the rows into memory once, if they fit.", {{"data.mode", "file"}}});
        advisePrefetch(facts, all);
        all.push_back({"Keep the rows in a binary format, such as HDF5 or RecordIO, on a fast disk: "
                       "descent-cli data convert writes one."});
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
        .add("io_threshold", &Spec::ioThreshold, percent,
             {"The processor waits for the disk where it does for more of its time."}, {.unit = "%"})
        .add("patience", &Spec::patience, base::Int{0}, {"Samples before it says anything."}, {.unit = "samples"});
    addScan(fields);
    all.add<Rule>("IOBottleneck", "Disk holds up the GPU", "The GPU waits while the processor waits for a disk.",
                  fields);
}

}
