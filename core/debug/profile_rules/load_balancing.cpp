// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/profile_rule.h"

#include <array>
#include <cmath>
#include <map>

namespace core::debug::profile_rules::load_balancing {

namespace {

struct Spec : ScanSpec {
    double threshold = 0.5;
    std::int64_t patience = 1000;
};

using Histogram = std::array<double, 50>; // of 2 % each

// Σ p · ln(p / q) of the shares.
double entropy(const Histogram& p, const Histogram& q)
{
    double sumP = 0, sumQ = 0, entropy = 0;
    for (std::size_t i = 0; i < p.size(); ++i) {
        sumP += p[i];
        sumQ += q[i];
    }
    for (std::size_t i = 0; i < p.size(); ++i)
        if (p[i] > 0)
            entropy += p[i] / sumP * std::log(p[i] / sumP / (q[i] / sumQ));
    return entropy;
}

// Jensen–Shannon, with the mean of the counts as they are.
double distance(const Histogram& p, const Histogram& q)
{
    Histogram mean;
    for (std::size_t i = 0; i < p.size(); ++i)
        mean[i] = (p[i] + q[i]) / 2;
    return std::sqrt(std::max(0.0, (entropy(p, mean) + entropy(q, mean)) / 2));
}

class Rule final : public ScannedRule<Spec, GpuRule> {
public:
    using ScannedRule::ScannedRule;

    void see(const events::SystemSample& sample) override
    {
        for (const events::SystemSample::Gpu& gpu : sample.gpus) {
            Gpu& one = m_gpus[gpu.index];
            ++one.points;
            one.histogram[std::size_t(std::min(49.0, std::max(0.0, gpu.busy) / 2))] += 1;
        }
    }

    // Two GPUs are busy in different ways: one of them waits for the other.
    ProfileVerdict judge(const ProfileFacts&, double) override
    {
        ProfileVerdict verdict{.threshold = m_spec.threshold, .needed = m_spec.patience};
        for (auto one = m_gpus.begin(); one != m_gpus.end(); ++one) {
            verdict.points = std::max(verdict.points, one->second.points);
            for (auto other = std::next(one); other != m_gpus.end(); ++other) {
                if (one->second.points <= m_spec.patience || other->second.points <= m_spec.patience)
                    continue;
                const double apart = distance(one->second.histogram, other->second.histogram);
                verdict.violations += apart > m_spec.threshold;
                if (apart <= verdict.value)
                    continue;
                verdict.value = apart;
                verdict.triggered = apart > m_spec.threshold;
                verdict.message = "GPU " + std::to_string(one->first) + " and GPU " + std::to_string(other->first) +
                                  " are busy in different ways: distance " + figure(apart);
            }
        }
        return verdict;
    }

    std::string notApplicable(const ProfileFacts& facts) const override
    {
        const std::string why = GpuRule::notApplicable(facts);
        return !why.empty() ? why : "";
    }

    std::vector<ProfileAdvice> advice(const ProfileFacts&) const override
    {
        return {{"Divide the work otherwise: the same number of rows for each GPU, or another strategy."}};
    }

private:
    struct Gpu {
        Histogram histogram{};
        std::int64_t points = 0;
    };
    std::map<std::int64_t, Gpu> m_gpus;
};

}

void enroll(ProfileRules& all)
{
    base::Fields<Spec> fields;
    fields
        .add("threshold", &Spec::threshold, base::Real{0, 1},
             {"The distance of two GPUs' histograms from which on they are not balanced.",
              "√((KL(p‖m) + KL(q‖m)) / 2), m = (p + q) / 2"})
        .add("patience", &Spec::patience, base::Int{0}, {"Samples before it says anything."}, {.unit = "samples"});
    addScan(fields);
    all.add<Rule>("LoadBalancing", "GPUs are not balanced", "Some GPUs have more to do than others.", fields);
}

}
