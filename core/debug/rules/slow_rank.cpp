// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/rank_signals.h"

namespace core::debug::rules::slow_rank {

namespace {

struct Spec {
    std::int64_t window = 20;
    double threshold = 1.5;
};

/// Over the last `window` measured steps: fires where the slowest rank computes longer than threshold · the median of
/// the others; again when that had been over.
class SlowRank final : public Rule {
public:
    explicit SlowRank(Spec spec) : m_spec(spec), m_lasting(1) {}

    std::vector<Need> needs() const override { return {needOfRanks("compute_seconds")}; }

    Compared compared() const override { return {"slowest rank / median of the others", "threshold", true, false}; }

    Verdict at(const Moment& now) override
    {
        for (const auto& [rank, seconds] : figuresOf(now))
            m_sums[rank].add(seconds);
        if (m_sums.size() < 2 || m_sums.begin()->second.count < m_spec.window)
            return {};
        auto slowest = m_sums.begin();
        for (auto one = m_sums.begin(); one != m_sums.end(); ++one)
            if (one->second.value() > slowest->second.value())
                slowest = one;
        std::vector<double> others;
        for (auto one = m_sums.begin(); one != m_sums.end(); ++one)
            if (one != slowest)
                others.push_back(one->second.value());
        std::ranges::sort(others);
        const std::size_t half = others.size() / 2;
        const double median = others.size() % 2 ? others[half] : (others[half - 1] + others[half]) / 2;
        const double slow = slowest->second.value();
        const std::int64_t rank = slowest->first;
        m_sums.clear();
        if (!m_lasting.see(slow > m_spec.threshold * median, now.step))
            return {};
        return Hit{events::rankScalar(rank, events::RankFigure::Compute), slow / median, m_spec.threshold,
                   "Rank " + std::to_string(rank) + " computes for " + figure(1000 * slow) +
                       " ms a step, the others for " + figure(1000 * median) + " ms: in every step they wait for it."};
    }

private:
    Spec m_spec;
    Lasting m_lasting;
    std::map<std::int64_t, Mean> m_sums;
};

}

void enroll(Rules& all)
{
    all.add<SlowRank>("SlowRank", "One rank is slow", "Fires when one rank computes longer than the others.",
                      {"A step ends when the slowest rank has its gradients: all others wait, and devices stand idle.",
                       {"Its processor or device does other work beside, or is a slower one.",
                        {"There are more ranks than cores.", {clue::settingAbove("distributed.world_size", 3)}},
                        "Its rows take longer than others: long texts, large pictures."},
                       {"fewer_ranks"},
                       true,
                       true},
                      base::Fields<Spec>{}
                          .add("window", &Spec::window, base::Int{1, 1'000'000}, {"Measured steps that are averaged."},
                               {.unit = "steps"})
                          .add("threshold", &Spec::threshold, base::Real{.min = 1},
                               {"How much longer it takes, as a factor of the others' median."}));
}

}
