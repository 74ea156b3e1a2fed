// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/loss.h"

#include <ATen/core/Reduction.h>
#include <ATen/ops/exp.h>
#include <ATen/ops/poisson_nll_loss.h>

namespace core::train::losses::poisson_nll {

namespace {

struct Spec {
    bool logInput = true;
    bool full = false;
    double eps = 1e-8;
};

base::Fields<Spec> fields()
{
    return base::Fields<Spec>{}
        .add("log_input", &Spec::logInput, base::Flag{},
             {"The output is the logarithm of the expected count, so that no count is negative. Off: the count itself, "
              "for networks whose last layer keeps it above 0.",
              "on: exp(o) − y · o    off: o − y · ln(o + eps)"})
        .add("full", &Spec::full, base::Flag{},
             {"Adds Stirling's term for ln y!, which no weight depends on: the loss is then a likelihood, to be "
              "compared.",
              "y ln y − y + ½ ln(2πy) where y > 1"},
             {.live = true})
        .add("eps", &Spec::eps, base::Real{.min = 0, .aboveMin = true, .log = true},
             {"Keeps the logarithm finite where log_input is off."},
             {.live = true, .visibleWhen = {{"log_input", {false}}}});
}

/// torch.nn.PoissonNLLLoss: counts y of a Poisson distribution.
class PoissonNll final : public NumberLoss {
public:
    explicit PoissonNll(Spec spec) : m_spec(spec) {}

    at::Tensor predictionOf(const at::Tensor& output) const override
    {
        return m_spec.logInput ? at::exp(output) : output;
    }

    std::string misfit(const data::DatasetInfo& info) const override
    {
        if (const std::string why = Loss::misfit(info); !why.empty())
            return why;
        return info.targetShift != 0 || info.targetScale != 1
                   ? "counts, and this series is learned on a scale of its own where values are below 0"
                   : "";
    }

protected:
    at::Tensor each(const at::Tensor& output, const at::Tensor& target) const override
    {
        return at::poisson_nll_loss(output, target, m_spec.logInput, m_spec.full, m_spec.eps, at::Reduction::None);
    }

private:
    Spec m_spec;
};

}

void enroll(Losses& all)
{
    all.add<PoissonNll>("poisson_nll", "Poisson",
                        "For counts, such as visits in an hour: the negative log-likelihood of a Poisson distribution, "
                        "whose variance is its mean. Large counts may be off by more.",
                        fields());
}

}
