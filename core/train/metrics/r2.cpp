// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/metric.h"

#include <cmath>

namespace core::train::metrics::r2 {

namespace {

struct Spec {};

/// 1 − Σ(y − ŷ)² / Σ(y − ȳ)² of each output, and the mean over them; for a constant target 1 if all is right and else
/// 0, as scikit-learn's r2_score.
class R2 final : public Metric {
public:
    explicit R2(Spec) {}

    void add(const at::Tensor& output, const at::Tensor& target) override
    {
        const std::vector<double> predicted = numbersOf(output), truths = numbersOf(target);
        m_outputs.resize(target.dim() > 1 ? std::size_t(target.size(1)) : 1);
        for (std::size_t i = 0; i < truths.size(); ++i) {
            Output& one = m_outputs[i % m_outputs.size()];
            const double miss = truths[i] - predicted[i];
            one.misses += miss * miss;
            // Welford 1962: no difference of large squares.
            const double before = truths[i] - one.mean;
            one.mean += before / double(++one.rows);
            one.spread += before * (truths[i] - one.mean);
        }
    }

    double value() const override
    {
        if (m_outputs.empty() || m_outputs.front().rows < 2)
            return std::nan("");
        double sum = 0;
        for (const Output& one : m_outputs)
            sum += one.spread > 0 ? 1 - one.misses / one.spread : one.misses == 0 ? 1 : 0;
        return sum / double(m_outputs.size());
    }
    void reset() override { *this = R2({}); }
    bool higherIsBetter() const override { return true; }
    bool classifies() const override { return false; }

private:
    struct Output {
        double misses = 0, mean = 0, spread = 0;
        std::int64_t rows = 0;
    };
    std::vector<Output> m_outputs;
};

}

void enroll(Metrics& all)
{
    all.add<R2>("r2", "R²",
                "The share of the target's variance that is explained: 1 is perfect, 0 is no better than the mean.",
                base::Fields<Spec>{});
}

}
