// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/loss.h"

#include <ATen/ops/log.h>
#include <ATen/ops/softplus.h>
#include <ATen/ops/stack.h>

#include <cmath>
#include <numbers>

namespace core::train::losses::gaussian_nll {

namespace {

struct Spec {
    bool full = false;
    double eps = 1e-6;
};

constexpr double ninetieth = 1.6448536269514722; // 5 % of a normal distribution lie beyond it on either side

base::Fields<Spec> fields()
{
    return base::Fields<Spec>{}
        .add("full", &Spec::full, base::Flag{},
             {"Adds ½ ln 2π, which no weight depends on: the loss is then a likelihood, to be compared."},
             {.live = true})
        .add("eps", &Spec::eps, base::Real{.min = 0, .aboveMin = true, .log = true},
             {"The least variance, so that one row hit exactly is not worth everything.",
              "½ (ln v + (y − μ)² / v), v = max(softplus(s), eps)", "The loss may jump where a row is hit exactly.",
              "No answer is surer than this."},
             {.live = true});
}

/// torch.nn.GaussianNLLLoss on outputs [n, 2 · numbers]: first the means, then what softplus makes variances of.
class GaussianNll final : public NumberLoss {
public:
    explicit GaussianNll(Spec spec) : m_spec(spec) {}

    std::int64_t outputs(const data::DatasetInfo& info) const override { return 2 * info.outputs(); }

    at::Tensor predictionOf(const at::Tensor& output) const override { return output.narrow(1, 0, output.size(1) / 2); }

    bool learnsDistribution() const override { return true; }
    std::optional<Quantiles> quantilesOf(const at::Tensor& output) const override
    {
        const at::Tensor mean = predictionOf(output), away = varianceOf(output).sqrt().mul(ninetieth);
        return Quantiles{{0.05, 0.5, 0.95}, at::stack({mean.sub(away), mean, mean.add(away)}, 2)};
    }

protected:
    at::Tensor alignedTo(const at::Tensor&, const at::Tensor& output) const override { return output; }

    at::Tensor each(const at::Tensor& output, const at::Tensor& target) const override
    {
        const at::Tensor variance = varianceOf(output).reshape(target.sizes()),
                         miss = predictionOf(output).reshape(target.sizes()).sub(target);
        const at::Tensor loss = variance.log().add(miss.square().div(variance)).mul(0.5);
        return m_spec.full ? loss.add(0.5 * std::log(2 * std::numbers::pi)) : loss;
    }

private:
    Spec m_spec;

    // As PyTorch does, the bound is not followed by gradients: below it they are those of the variance itself.
    at::Tensor varianceOf(const at::Tensor& output) const
    {
        const std::int64_t numbers = output.size(1) / 2;
        at::Tensor variance = at::softplus(output.narrow(1, numbers, numbers)).clone();
        at::NoGradGuard noGraph;
        variance.clamp_min_(m_spec.eps);
        return variance;
    }
};

}

void enroll(Losses& all)
{
    all.add<GaussianNll>("gaussian_nll", "Gaussian likelihood",
                         "The network says a mean and how sure it is of it, as a variance: where rows scatter it may "
                         "say so instead of chasing them. Figures are of the mean.",
                         fields());
}

}
