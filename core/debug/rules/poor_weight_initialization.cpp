// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/rule_fields.h"

#include <limits>

namespace core::debug::rules::poor_weight_initialization {

namespace {

struct Spec {
    Names activationInputsRegex{".*relu_input"};
    double threshold = 10;
    double distributionRange = 0.001;
    std::int64_t patience = 5;
    std::int64_t steps = 10;
};

/// At the first `steps` saved steps any of: the greatest variance of activation inputs over the least > threshold; of a
/// gradient p95 − p5 < distribution_range; no new least loss for `patience` saved steps.
class PoorWeightInitialization final : public Rule {
public:
    explicit PoorWeightInitialization(Spec spec) : m_spec(std::move(spec)) {}

    std::vector<Need> needs() const override
    {
        const std::vector<Mode> training{Mode::Train, Mode::Global};
        return {{{{}, m_spec.activationInputsRegex}, {"variance"}, training, false},
                {{{"gradients"}}, {"p5", "p95"}, training, false},
                {{{"losses"}}, {"mean"}, training, false}};
    }

    Compared compared() const override
    {
        return {"largest / smallest variance of activations", "threshold", true, true};
    }

    Verdict at(const Moment& now) override
    {
        if (m_looked++ >= m_spec.steps)
            return {};
        const Verdict slow = standing(now);
        if (Verdict uneven = spread(now))
            return uneven;
        if (Verdict alike = symmetric(now))
            return alike;
        return slow;
    }

private:
    Spec m_spec;
    std::int64_t m_looked = 0, m_waited = 0;
    double m_best = std::nan("");

    Verdict spread(const Moment& now) const
    {
        const Watched *widest = nullptr, *least = nullptr;
        double most = 0, few = 0;
        for (const Watched& tensor : now.tensors(0)) {
            const double variance = now.value(tensor);
            if (std::isnan(variance))
                continue;
            if (!widest || variance > most) {
                widest = &tensor;
                most = variance;
            }
            if (!least || variance < few) {
                least = &tensor;
                few = variance;
            }
        }
        const double ratio = most / few;
        if (!widest || !(ratio > m_spec.threshold))
            return {};
        return Hit{widest->tensor, ratio, m_spec.threshold,
                   "What goes into " + widest->tensor + " varies " + figure(ratio) +
                       " times as much as what goes into " + least->tensor +
                       ": signals grow or shrink from layer to layer."};
    }

    Verdict symmetric(const Moment& now) const
    {
        const double least = m_spec.distributionRange;
        const auto width = [&](const Watched& tensor) { return now.value(tensor, 1) - now.value(tensor, 0); };
        const Watched* worst = worstOf(now, 1, [&](const Watched& tensor) {
            return width(tensor) < least ? 1 + (least - width(tensor)) / std::max(least, 1e-300) : 0;
        });
        if (!worst)
            return {};
        return Hit{worst->tensor, width(*worst), least,
                   "Nearly all elements of " + worst->tensor + " lie within " + figure(width(*worst)) +
                       ": neurons are told the same and stay alike."};
    }

    Verdict standing(const Moment& now)
    {
        Mean loss;
        addTo(loss, now, 2);
        if (loss.count == 0)
            return {};
        if (std::isnan(m_best) || loss.value() < m_best) {
            m_best = loss.value();
            m_waited = 0;
            return {};
        }
        if (++m_waited < m_spec.patience)
            return {};
        return Hit{now.tensors(2).front().tensor, double(m_waited), double(m_spec.patience),
                   "The loss has not got below " + figure(m_best) + " for " +
                       plural(m_waited, "saved step", "saved steps") + " since the run began."};
    }
};

}

void enroll(Rules& all)
{
    all.add<PoorWeightInitialization>(
        "PoorWeightInitialization", "Poor initial weights",
        "Fires in the first steps when signals grow or shrink from layer to layer, when neurons are alike, or when the "
        "loss does not begin to fall. PyTorch's own default weights make it fire on deep networks: the variance of "
        "their activations does shrink.",
        {"With weights of the wrong size signals die out or blow up before the last layer; with equal weights all "
         "neurons of a layer learn the same.",
         {{"Weights that were drawn too wide or too narrow for the number of inputs.",
           {clue::initWide(), clue::initNarrow()}},
          {"All weights are equal.", {clue::initAlike()}},
          {"Inputs that are not normalized.", {clue::unnormalized(), clue::above("input_0 abs_max", 20)}},
          {"No norm layers in a deep network.", {clue::deepWithoutNorm(5)}}},
         {"init_kaiming", "init_xavier", "init_orthogonal", "batch_norm", "layer_norm", "normalize"},
         false,
         true},
        base::Fields<Spec>{}
            .add("activation_inputs_regex", &Spec::activationInputsRegex, spec::listOf(base::Text{}),
                 {"The inputs of activations; the default stands for those of all ReLUs."})
            .add("threshold", &Spec::threshold, base::Real{.min = 0, .log = true},
                 {"How many times as much the inputs of one layer may vary as those of another.",
                  "max var / min var > threshold"})
            .add("distribution_range", &Spec::distributionRange, base::Real{.min = 0, .log = true},
                 {"How close together nine tenths of a gradient's elements may lie.", "p95 − p5 < distribution_range"})
            .add("patience", &Spec::patience, base::Int{1, 1'000'000}, {"Saved steps without a new least loss."},
                 {.unit = "saved steps"})
            .add("steps", &Spec::steps, base::Int{1, 1'000'000'000},
                 {"How many saved steps are looked at; after them weights are no longer those that were drawn."},
                 {.unit = "saved steps"}));
}

}
