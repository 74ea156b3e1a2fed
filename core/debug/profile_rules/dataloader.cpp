// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/percentile.h"
#include "core/debug/profile_rule.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace core::debug::profile_rules::dataloader {

namespace {

constexpr double leastWait = 0.05; // of the time

struct Spec : ScanSpec {
    double minThreshold = 70, maxThreshold = 200;
    std::int64_t patience = 10;
};

class Rule final : public ScannedRule<Spec> {
public:
    using ScannedRule::ScannedRule;

    void see(const events::StepTimes& times) override
    {
        for (std::size_t i = 0; i < times.phases.size(); ++i)
            m_all += std::max(0.0, times.phases[i]);
        m_waited += times.phases.empty() ? 0 : times.phases.front();
    }

    void see(const events::SystemSample& sample) override
    {
        const auto loaders =
            std::ranges::count_if(sample.threads, [](const auto& thread) { return thread.name.starts_with("loader"); });
        if (loaders == 0)
            return;
        double& most = m_seconds[std::int64_t(std::floor(sample.time))];
        most = std::max(most, double(loaders));
        if (m_seconds.size() > mostPoints)
            m_seconds.erase(m_seconds.begin());
    }

    // The median over seconds of how many threads make batches, against the cores. Too few of them are no trouble
    // where steps hardly wait: unlike PyTorch's processes, one thread often makes all batches in time.
    ProfileVerdict judge(const ProfileFacts& facts, double) override
    {
        ProfileVerdict verdict{.points = std::int64_t(m_seconds.size()), .needed = m_spec.patience};
        std::vector<double> counts;
        for (const auto& [second, count] : m_seconds)
            counts.push_back(count);
        if (counts.empty())
            return verdict;
        const double fewest = facts.cores * m_spec.minThreshold / 100, most = facts.cores * m_spec.maxThreshold / 100;
        verdict.value = percentile(std::move(counts), 50);
        const bool few = verdict.value < fewest;
        verdict.threshold = few ? fewest : most;
        const bool waits = m_all == 0 || m_waited > leastWait * m_all;
        verdict.triggered = verdict.points > m_spec.patience && ((few && waits) || verdict.value > most);
        verdict.violations = verdict.triggered;
        verdict.message = figure(verdict.value) + (verdict.value == 1 ? " thread makes" : " threads make") +
                          " batches on " + std::to_string(facts.cores) +
                          " cores: " + (few ? "fewer than " : "more than ") + figure(verdict.threshold);
        return verdict;
    }

    std::vector<ProfileAdvice> advice(const ProfileFacts& facts) const override
    {
        const std::int64_t wanted = std::max<std::int64_t>(1, facts.cores);
        return {{"Let as many threads make batches as there are cores.", {{"data.num_workers", wanted}}}};
    }

private:
    std::map<std::int64_t, double> m_seconds;
    double m_waited = 0, m_all = 0;
};

}

void enroll(ProfileRules& all)
{
    base::Fields<Spec> fields;
    fields
        .add("min_threshold", &Spec::minThreshold, base::Real{0}, {"Fewer threads than this share of the cores."},
             {.unit = "%"})
        .add("max_threshold", &Spec::maxThreshold, base::Real{0}, {"More threads than this share of the cores."},
             {.unit = "%"})
        .add("patience", &Spec::patience, base::Int{0}, {"Seconds before it says anything."}, {.unit = "s"});
    addScan(fields);
    all.add<Rule>("Dataloader", "Threads of the loader",
                  "Batches are made by fewer or by more threads than suit the cores.", fields);
}

}
