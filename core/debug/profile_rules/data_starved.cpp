// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/profile_rule.h"

#include <deque>
#include <numeric>

namespace core::debug::profile_rules::data_starved {

namespace {

struct Spec : ScanSpec {
    double threshold = 20, gpuThreshold = 50, window = 10;
    std::int64_t patience = 5;

    Spec() { scanIntervalUs = 1'000'000; }
};

// Data wait as a share of the time of the last seconds of training:
// 100 · Σ data_wait / Σ (all phases but validation and keyframe) > threshold.
class Rule final : public ScannedRule<Spec> {
public:
    using ScannedRule::ScannedRule;
    bool latches() const override { return false; }
    bool ours() const override { return true; }

    void see(const events::StepTimes& times) override
    {
        m_steps += times.count;
        Block block;
        for (std::size_t i = 0; i < times.phases.size(); ++i) {
            const bool between = events::phaseNames[i] == "validation" || events::phaseNames[i] == "keyframe";
            if (!between && times.phases[i] > 0)
                block.all += times.phases[i];
            if (events::phaseNames[i] == "data_wait")
                block.waited = times.phases[i];
        }
        m_all += block.all;
        m_waited += block.waited;
        m_blocks.push_back(block);
        while (m_blocks.size() > 1 && m_all - m_blocks.front().all >= m_spec.window) {
            m_all -= m_blocks.front().all;
            m_waited -= m_blocks.front().waited;
            m_blocks.pop_front();
        }
    }

    void see(const events::SystemSample& sample) override
    {
        if (sample.gpus.empty())
            return;
        m_busy.push_back(sample.gpus.front().busy);
        if (m_busy.size() > 20)
            m_busy.pop_front();
    }

    ProfileVerdict judge(const ProfileFacts& facts, double) override
    {
        const double share = m_all > 0 ? 100 * m_waited / m_all : 0;
        ProfileVerdict verdict{
            .value = share, .threshold = m_spec.threshold, .points = m_steps, .needed = m_spec.patience};
        verdict.triggered = m_steps > m_spec.patience && share > m_spec.threshold;
        verdict.violations = verdict.triggered;
        verdict.message = "steps waited for data " + figure(share) + " % of the time";
        const double busy =
            m_busy.empty() ? 100 : std::accumulate(m_busy.begin(), m_busy.end(), 0.0) / double(m_busy.size());
        if (facts.gpu && busy < m_spec.gpuThreshold)
            verdict.message += ", and the GPU was " + figure(busy) + " % busy";
        return verdict;
    }

    std::vector<ProfileAdvice> advice(const ProfileFacts& facts) const override
    {
        std::vector<ProfileAdvice> all;
        const base::Value* mode = facts.spec.at("data.mode");
        if (mode && mode->text() == "pipe")
            all.push_back({"Read the rows into memory once, if they fit.", {{"data.mode", "file"}}});
        adviseWorkers(facts, all);
        advisePrefetch(facts, all);
        return all;
    }

private:
    struct Block {
        double all = 0, waited = 0;
    };
    std::deque<Block> m_blocks;
    double m_all = 0, m_waited = 0;
    std::int64_t m_steps = 0;
    std::deque<double> m_busy;
};

}

void enroll(ProfileRules& all)
{
    base::Fields<Spec> fields;
    fields
        .add("threshold", &Spec::threshold, base::Real{0, 100},
             {"It fires where steps wait for their rows for more of the time.",
              "100 · data wait / time of the steps > threshold"},
             {.unit = "%"})
        .add("gpu_threshold", &Spec::gpuThreshold, base::Real{0, 100}, {"A GPU that is less busy is told of, too."},
             {.unit = "%"})
        .add("window", &Spec::window, base::Real{.min = 0, .aboveMin = true},
             {"The last seconds of training that count."}, {.unit = "s"})
        .add("patience", &Spec::patience, base::Int{0}, {"Steps before it says anything."}, {.unit = "steps"});
    addScan(fields);
    all.add<Rule>("DataStarved", "Steps wait for data",
                  "The network could train faster: batches are made or read too slowly.", fields);
}

}
