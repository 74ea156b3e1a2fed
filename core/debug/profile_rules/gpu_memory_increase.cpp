// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/profile_rule.h"

#include <cmath>
#include <deque>
#include <map>
#include <numeric>

namespace core::debug::profile_rules::gpu_memory_increase {

namespace {

struct Spec : ScanSpec {
    double increase = 5;
    std::int64_t patience = 1000, window = 10;
};

class Rule final : public ScannedRule<Spec, GpuRule> {
public:
    using ScannedRule::ScannedRule;

    void see(const events::SystemSample& sample) override
    {
        for (const events::SystemSample::Gpu& gpu : sample.gpus)
            see(gpu);
    }

    ProfileVerdict judge(const ProfileFacts&, double) override
    {
        std::int64_t points = 0;
        for (const auto& [index, gpu] : m_gpus)
            points = std::max(points, gpu.points);
        ProfileVerdict verdict{.triggered = m_hits > 0,
                               .value = m_most,
                               .threshold = m_spec.increase,
                               .points = points,
                               .needed = m_spec.patience,
                               .violations = m_hits};
        if (m_hits > 0)
            verdict.message = "memory in use of GPU " + std::to_string(m_index) + " rose by " + figure(m_most) +
                              " points of its percentage within " + std::to_string(m_spec.window) + " samples";
        return verdict;
    }

    std::vector<ProfileAdvice> advice(const ProfileFacts& facts) const override
    {
        std::vector<ProfileAdvice> all;
        adviseBatch(facts, 0.5, "If it nears the limit: half the batch, or a GPU with more memory.", all);
        return all;
    }

private:
    struct Gpu {
        std::deque<double> last;
        std::int64_t points = 0;
    };

    // mean(values[−w:]) − mean(values[−w−1:−2]), at every sample.
    void see(const events::SystemSample::Gpu& now)
    {
        Gpu& gpu = m_gpus[now.index];
        ++gpu.points;
        gpu.last.push_back(now.memory);
        const auto window = std::size_t(m_spec.window);
        if (gpu.last.size() > window + 1)
            gpu.last.pop_front();
        if (gpu.points <= m_spec.patience || gpu.last.size() <= window || window < 2)
            return;
        const auto begin = gpu.last.begin(), end = gpu.last.end();
        const double after = std::accumulate(begin + 1, end, 0.0) / double(window);
        const double before = std::accumulate(begin, end - 2, 0.0) / double(window - 1);
        if (after - before <= m_spec.increase)
            return;
        ++m_hits;
        if (after - before > m_most) {
            m_most = after - before;
            m_index = now.index;
        }
    }

    std::map<std::int64_t, Gpu> m_gpus;
    std::int64_t m_hits = 0, m_index = 0;
    double m_most = 0;
};

}

void enroll(ProfileRules& all)
{
    base::Fields<Spec> fields;
    fields
        .add("increase", &Spec::increase, base::Real{0, 100},
             {"It fires where the memory in use rises by more points of its percentage."}, {.unit = "points"})
        .add("patience", &Spec::patience, base::Int{0}, {"Samples before it says anything."}, {.unit = "samples"})
        .add("window", &Spec::window, base::Int{2, 1'000'000}, {"Samples over which means are taken."},
             {.unit = "samples"});
    addScan(fields);
    all.add<Rule>("GPUMemoryIncrease", "GPU memory grows", "More and more of the GPU's memory is in use.", fields);
}

}
