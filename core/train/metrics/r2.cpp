// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/metric.h"

#include <cmath>

namespace core::train::metrics::r2 {

namespace {

struct Spec {};

/// 1 − Σ(y − ŷ)² / Σ(y − ȳ)²; for a constant target 1 if all is right and else 0, as scikit-learn's r2_score.
class R2 final : public Metric {
public:
    explicit R2(Spec) {}

    void add(const at::Tensor& output, const at::Tensor& target) override
    {
        const std::vector<double> predicted = numbersOf(output), truths = numbersOf(target);
        for (std::size_t i = 0; i < truths.size(); ++i) {
            const double miss = truths[i] - predicted[i];
            m_misses += miss * miss;
            // Welford 1962: no difference of large squares.
            const double before = truths[i] - m_mean;
            m_mean += before / double(++m_rows);
            m_spread += before * (truths[i] - m_mean);
        }
    }

    double value() const override
    {
        if (m_rows < 2)
            return std::nan("");
        if (m_spread == 0)
            return m_misses == 0 ? 1 : 0;
        return 1 - m_misses / m_spread;
    }
    void reset() override { *this = R2({}); }
    bool higherIsBetter() const override { return true; }
    bool classifies() const override { return false; }

private:
    double m_misses = 0, m_mean = 0, m_spread = 0;
    std::int64_t m_rows = 0;
};

}

void enroll(Metrics& all)
{
    all.add<R2>("r2", "R²",
                "The share of the target's variance that is explained: 1 is perfect, 0 is no better than the mean.",
                base::Fields<Spec>{});
}

}
