// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/loss.h"

#include <ATen/ops/maximum.h>
#include <ATen/ops/tensor.h>

#include <algorithm>
#include <cmath>

namespace core::train::losses::quantile {

namespace {

struct Spec {
    std::vector<double> quantiles{0.1, 0.5, 0.9};
};

base::Fields<Spec> fields()
{
    const base::Real level{.min = 0, .max = 1, .aboveMin = true, .belowMax = true};
    return base::Fields<Spec>{}.add(
        "quantiles", &Spec::quantiles, std::make_shared<const base::List>(base::List{level, 1, 99}),
        {"Which quantiles the network says, rising: 0.1 and 0.9 hold eight of ten rows between them. Figures are of "
         "the middle one.",
         "max(q (y − o), (q − 1) (y − o)), mean over all q",
         "Far tails are told by few rows.",
         {}});
}

/// The pinball loss (Koenker, Bassett 1978), scikit-learn's mean_pinball_loss, on outputs [n, numbers · quantiles],
/// the quantile fastest.
class Quantile final : public NumberLoss {
public:
    explicit Quantile(Spec spec) : m_levels(std::move(spec.quantiles)) { std::ranges::sort(m_levels); }

    std::int64_t outputs(const data::DatasetInfo& info) const override
    {
        return info.outputs() * std::int64_t(m_levels.size());
    }

    at::Tensor predictionOf(const at::Tensor& output) const override
    {
        const auto middle = std::ranges::min_element(m_levels, {}, [](double level) { return std::abs(level - 0.5); });
        return byLevel(output).select(2, middle - m_levels.begin());
    }

    bool learnsDistribution() const override { return true; }
    std::optional<Quantiles> quantilesOf(const at::Tensor& output) const override
    {
        return Quantiles{m_levels, byLevel(output)};
    }

protected:
    at::Tensor alignedTo(const at::Tensor&, const at::Tensor& output) const override { return byLevel(output); }

    at::Tensor each(const at::Tensor& output, const at::Tensor& target) const override
    {
        const at::Tensor miss = target.reshape({target.size(0), -1, 1}).sub(output);
        const at::Tensor levels = at::tensor(at::ArrayRef<double>(m_levels), output.options());
        return at::maximum(miss.mul(levels), miss.mul(levels.sub(1)));
    }

private:
    std::vector<double> m_levels;

    at::Tensor byLevel(const at::Tensor& output) const
    {
        return output.reshape({output.size(0), -1, std::int64_t(m_levels.size())});
    }
};

}

void enroll(Losses& all)
{
    all.add<Quantile>("quantile", "Quantile (pinball)",
                      "The network says several quantiles of each number: a best guess with the range about it. To be "
                      "below costs q, to be above 1 − q, so that a share of q of the rows ends up below.",
                      fields());
}

}
