// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/rule_fields.h"

namespace core::debug::rules::dead_relu {

namespace {

struct Spec {
    Names tensorRegex{".*relu_output"};
    double thresholdInactivity = 1;
    double thresholdLayer = 50;
};

/// Fires where of a layer's units, the elements behind the batch axis, more than threshold_layer percent are above zero
/// in less than threshold_inactivity percent of the rows.
class DeadRelu final : public Rule {
public:
    explicit DeadRelu(Spec spec) : m_spec(std::move(spec)) {}

    std::vector<Need> needs() const override
    {
        return {{{{}, m_spec.tensorRegex}, {"dead_share(" + exactly(m_spec.thresholdInactivity) + ")"}}};
    }

    Compared compared() const override { return {"dead units of a layer in %", "threshold_layer", true, false, true}; }

    Verdict at(const Moment& now) override
    {
        const Watched* worst = worstOf(now, 0, [&](const Watched& tensor) {
            return !tensor.tensor.starts_with("gradient") && now.value(tensor) > m_spec.thresholdLayer
                       ? now.value(tensor)
                       : 0;
        });
        if (!worst)
            return {};
        return Hit{worst->tensor, now.value(*worst), m_spec.thresholdLayer,
                   figure(now.value(*worst)) + " % of the units of " + worst->tensor +
                       " are dead: they let something through in less than " + figure(m_spec.thresholdInactivity) +
                       " % of the rows."};
    }

private:
    Spec m_spec;
};

}

void enroll(Rules& all)
{
    all.add<DeadRelu>(
        "DeadRelu", "Dead ReLUs", "Fires when too many units of a ReLU layer let nothing through.",
        {"A unit that is never above zero has no gradient: it cannot come back by itself, and its weights are lost.",
         {{"The learning rate is too large: a step threw the weights where every input is cut off.",
           {clue::rateHigh(), clue::updatesAbove(0.1), clue::fired("LearningRateTooHigh"),
            clue::fired("LossOscillating")}},
          "Biases that are far below zero.",
          {"Inputs that are not centred at zero.",
           {clue::unnormalized(), clue::above("input_0 abs_max", 20), clue::fired("CheckInputImages")}}},
         {"leaky_relu", "lr_down", "normalize", "batch_norm", "init_kaiming"},
         false,
         true},
        regexField<Spec>()
            .add("threshold_inactivity", &Spec::thresholdInactivity, base::Real{.min = 0, .max = 100},
                 {"A unit is dead that is above zero in less than this share of the rows."}, {.unit = "%"})
            .add("threshold_layer", &Spec::thresholdLayer, base::Real{.min = 0, .max = 100},
                 {"How many of a layer's units may be dead.", "100 · dead / units > threshold_layer"}, {.unit = "%"}));
}

}
