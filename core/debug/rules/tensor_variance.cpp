// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/rule_fields.h"

#include <limits>

namespace core::debug::rules::tensor_variance {

namespace {

struct Spec {
    Names collectionNames, tensorRegex;
    std::optional<double> maxThreshold, minThreshold;
};

/// Fires where the variance (ddof 0) of a selected tensor is above max_threshold or below min_threshold; a bound that
/// is not given is none.
class TensorVariance final : public Rule {
public:
    explicit TensorVariance(Spec spec) : m_spec(std::move(spec)) {}

    base::Status prepare(const RunFacts&) override
    {
        return needsSelection(m_spec.collectionNames, m_spec.tensorRegex);
    }

    std::vector<Need> needs() const override { return {{{m_spec.collectionNames, m_spec.tensorRegex}, {"variance"}}}; }

    Compared compared() const override { return {"variance", "max_threshold", true, true, true}; }

    Verdict at(const Moment& now) override
    {
        const double most = m_spec.maxThreshold.value_or(std::numeric_limits<double>::infinity());
        const double least = m_spec.minThreshold.value_or(-1);
        const Watched* worst = worstOf(now, 0, [&](const Watched& tensor) {
            const double variance = now.value(tensor);
            return variance > most ? 2 + variance - most : variance < least ? 1 + (least - variance) / least : 0;
        });
        if (!worst)
            return {};
        const double variance = now.value(*worst);
        const bool wide = variance > most;
        return Hit{worst->tensor, variance, wide ? most : least,
                   "The variance of " + worst->tensor + " is " + figure(variance) + (wide ? ", above " : ", below ") +
                       figure(wide ? most : least) + "."};
    }

private:
    Spec m_spec;
};

}

void enroll(Rules& all)
{
    const base::Real positive{.min = 0, .log = true};
    all.add<TensorVariance>(
        "TensorVariance", "Variance of a tensor", "Fires when a tensor's variance leaves its bounds.",
        {"A very large variance saturates activations or announces an explosion; a very small one makes all rows "
         "alike.",
         {{"Weights that were drawn too wide or too narrow.", {clue::initWide(), clue::initNarrow()}},
          {"The learning rate is too large.", {clue::rateHigh(), clue::updatesAbove(0.1)}},
          {"Inputs that are not normalized.", {clue::unnormalized()}}},
         {"init_kaiming", "lr_down", "batch_norm", "normalize"}},
        selectionFields<Spec>()
            .add("max_threshold", &Spec::maxThreshold, positive, {"The variance may not be above this."},
                 {.nullWord = "no bound"})
            .add("min_threshold", &Spec::minThreshold, positive, {"The variance may not be below this."},
                 {.nullWord = "no bound"}));
}

}
