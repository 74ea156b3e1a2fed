// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/percentile.h"
#include "core/debug/profile_rule.h"

#include <deque>
#include <map>

namespace core::debug::profile_rules::low_gpu_utilization {

namespace {

struct Spec : ScanSpec {
    double thresholdP95 = 70, thresholdP5 = 10;
    std::int64_t window = 500, patience = 1000;
};

class Rule final : public ScannedRule<Spec, GpuRule> {
public:
    using ScannedRule::ScannedRule;

    void see(const events::SystemSample& sample) override
    {
        for (const events::SystemSample::Gpu& gpu : sample.gpus) {
            Gpu& one = m_gpus[gpu.index];
            ++one.points;
            one.last.push_back(gpu.busy);
            if (one.last.size() > std::size_t(m_spec.window))
                one.last.pop_front();
        }
    }

    // Idle for the most part, or busy and idle in turns.
    ProfileVerdict judge(const ProfileFacts&, double) override
    {
        ProfileVerdict verdict{.threshold = m_spec.thresholdP95, .needed = std::max(m_spec.patience, m_spec.window)};
        for (const auto& [index, gpu] : m_gpus) {
            verdict.points = std::max(verdict.points, gpu.points);
            if (gpu.points <= verdict.needed)
                continue;
            const std::vector<double> last(gpu.last.begin(), gpu.last.end());
            const double high = percentile(last, 95), low = percentile(last, 5);
            const bool idle = high < m_spec.thresholdP95, uneven = !idle && low < m_spec.thresholdP5;
            if (!idle && !uneven)
                continue;
            verdict.triggered = true;
            ++verdict.violations;
            verdict.value = idle ? high : low;
            verdict.threshold = idle ? m_spec.thresholdP95 : m_spec.thresholdP5;
            verdict.message =
                idle ? "95 % of the time GPU " + std::to_string(index) + " was at most " + figure(high) + " % busy"
                     : "GPU " + std::to_string(index) + " was at most " + figure(low) +
                           " % busy for 5 % of the time and over " + figure(high) + " % for another 5 %";
        }
        return verdict;
    }

    std::vector<ProfileAdvice> advice(const ProfileFacts& facts) const override
    {
        std::vector<ProfileAdvice> all;
        adviseBatch(facts, 2, "Twice the rows at once are more work for each launch.", all);
        adviseWorkers(facts, all);
        return all;
    }

private:
    struct Gpu {
        std::deque<double> last;
        std::int64_t points = 0;
    };
    std::map<std::int64_t, Gpu> m_gpus;
};

}

void enroll(ProfileRules& all)
{
    base::Fields<Spec> fields;
    const base::Real percent{0, 100};
    fields
        .add("threshold_p95", &Spec::thresholdP95, percent,
             {"It is idle where it is busier than this 5 % of the time at most."}, {.unit = "%"})
        .add("threshold_p5", &Spec::thresholdP5, percent,
             {"It is uneven where, though busy at times, it is less busy than this for 5 % of the time."},
             {.unit = "%"})
        .add("window", &Spec::window, base::Int{1}, {"The last samples that count."}, {.unit = "samples"})
        .add("patience", &Spec::patience, base::Int{0}, {"Samples before it says anything."}, {.unit = "samples"});
    addScan(fields);
    all.add<Rule>("LowGPUUtilization", "GPU is hardly used", "The GPU is idle, or busy and idle in turns.", fields);
}

}
