// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/metric.h"

#include <cmath>

namespace core::train::metrics::mae {

namespace {

struct Spec {};

/// mean |output − target|, over rows and outputs.
class Mae final : public Metric {
public:
    explicit Mae(Spec) {}

    void add(const at::Tensor& output, const at::Tensor& target) override
    {
        const std::vector<double> predicted = numbersOf(output), truths = numbersOf(target);
        for (std::size_t i = 0; i < truths.size(); ++i)
            m_sum += std::abs(predicted[i] - truths[i]);
        m_rows += std::int64_t(truths.size());
    }

    double value() const override { return m_rows > 0 ? m_sum / double(m_rows) : std::nan(""); }
    void reset() override { *this = Mae({}); }
    bool higherIsBetter() const override { return false; }
    bool classifies() const override { return false; }

private:
    double m_sum = 0;
    std::int64_t m_rows = 0;
};

}

void enroll(Metrics& all)
{
    all.add<Mae>("mae", "Mean absolute error", "How far predictions are off on average, in the target's own unit.",
                 base::Fields<Spec>{});
}

}
