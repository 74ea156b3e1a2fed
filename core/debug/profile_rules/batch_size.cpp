// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/percentile.h"
#include "core/debug/profile_rule.h"

#include <deque>
#include <map>
#include <numeric>

namespace core::debug::profile_rules::batch_size {

namespace {

struct Spec : ScanSpec {
    double cpuThresholdP95 = 70, gpuThresholdP95 = 70, gpuMemoryThresholdP95 = 70;
    std::int64_t patience = 1000, window = 500;
};

class Rule final : public ScannedRule<Spec, GpuRule> {
public:
    using ScannedRule::ScannedRule;

    void see(const events::SystemSample& sample) override
    {
        if (sample.cores.empty())
            return;
        ++m_points;
        keep(m_cpu, std::accumulate(sample.cores.begin(), sample.cores.end(), 0.0) / double(sample.cores.size()));
        for (const events::SystemSample::Gpu& gpu : sample.gpus) {
            keep(m_gpus[gpu.index].busy, gpu.busy);
            keep(m_gpus[gpu.index].memory, gpu.memory);
        }
    }

    // The processor and at least one GPU are both idle for the most part, and its memory has room.
    ProfileVerdict judge(const ProfileFacts&, double) override
    {
        ProfileVerdict verdict{.threshold = m_spec.gpuThresholdP95,
                               .points = m_points,
                               .needed = std::max(m_spec.patience, m_spec.window)};
        if (m_points <= verdict.needed)
            return verdict;
        const double cpu = of(m_cpu);
        for (const auto& [index, gpu] : m_gpus) {
            const double busy = of(gpu.busy), memory = of(gpu.memory);
            if (!(cpu < m_spec.cpuThresholdP95 && busy < m_spec.gpuThresholdP95 &&
                  memory < m_spec.gpuMemoryThresholdP95))
                continue;
            verdict.triggered = true;
            ++verdict.violations;
            verdict.value = busy;
            verdict.message = "95 % of the time GPU " + std::to_string(index) + " was at most " + figure(busy) +
                              " % busy with " + figure(memory) + " % of its memory in use, and the processor " +
                              figure(cpu) + " %";
        }
        return verdict;
    }

    std::vector<ProfileAdvice> advice(const ProfileFacts& facts) const override
    {
        std::vector<ProfileAdvice> all;
        adviseBatch(facts, 2, "Give the GPU twice the rows at once, or train on a smaller machine.", all);
        return all;
    }

private:
    using Window = std::deque<double>;
    struct Gpu {
        Window busy, memory;
    };

    void keep(Window& window, double value) const
    {
        window.push_back(value);
        if (window.size() > std::size_t(m_spec.window))
            window.pop_front();
    }
    static double of(const Window& window) { return percentile({window.begin(), window.end()}, 95); }

    std::int64_t m_points = 0;
    Window m_cpu;
    std::map<std::int64_t, Gpu> m_gpus;
};

}

void enroll(ProfileRules& all)
{
    base::Fields<Spec> fields;
    const base::Real percent{0, 100};
    fields
        .add("cpu_threshold_p95", &Spec::cpuThresholdP95, percent,
             {"The processor has room where it is busier than this 5 % of the time at most."}, {.unit = "%"})
        .add("gpu_threshold_p95", &Spec::gpuThresholdP95, percent, {"The same of the GPU."}, {.unit = "%"})
        .add("gpu_memory_threshold_p95", &Spec::gpuMemoryThresholdP95, percent, {"The same of its memory."},
             {.unit = "%"})
        .add("patience", &Spec::patience, base::Int{0}, {"Samples before it says anything."}, {.unit = "samples"})
        .add("window", &Spec::window, base::Int{1}, {"The last samples that count."}, {.unit = "samples"});
    addScan(fields);
    all.add<Rule>("BatchSize", "Batch size",
                  "Processor, GPU and its memory all have room: a larger batch would use it.", fields);
}

}
