// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/metric.h"

#include <cmath>

namespace core::train::metrics::accuracy {

namespace {

struct Spec {};

/// The share of rows whose largest output is the true class's.
class Accuracy final : public Metric {
public:
    explicit Accuracy(Spec) {}

    void add(const at::Tensor& output, const at::Tensor& target) override
    {
        m_rows += output.size(0);
        if (output.is_cpu() && output.is_contiguous() && output.scalar_type() == at::kFloat && target.is_contiguous())
            m_right += countRight(output, target);
        else
            m_right += output.argmax(1).eq(target).sum().item<std::int64_t>();
    }

    double value() const override { return m_rows > 0 ? double(m_right) / double(m_rows) : std::nan(""); }
    void reset() override { m_rows = m_right = 0; }
    bool higherIsBetter() const override { return true; }
    bool classifies() const override { return true; }

private:
    // For small batches three operators would cost more than the network.
    static std::int64_t countRight(const at::Tensor& output, const at::Tensor& target)
    {
        const std::int64_t rows = output.size(0), classes = output.size(1);
        const float* scores = output.const_data_ptr<float>();
        const std::int64_t* truths = target.const_data_ptr<std::int64_t>();
        std::int64_t right = 0;
        for (std::int64_t row = 0; row < rows; ++row, scores += classes) {
            std::int64_t best = 0;
            for (std::int64_t i = 1; i < classes; ++i)
                if (scores[i] > scores[best])
                    best = i;
            right += best == truths[row];
        }
        return right;
    }

    std::int64_t m_rows = 0, m_right = 0;
};

}

void enroll(Metrics& all)
{
    all.add<Accuracy>("accuracy", "Accuracy", "The share of rows that get their true class.", base::Fields<Spec>{});
}

}
