// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/rule_fields.h"

namespace core::debug::rules::saturated_activation {

namespace {

constexpr const char* usualRegex = ".*tanh_input|.*sigmoid_input";

struct Spec {
    Names collectionNames, tensorRegex{usualRegex};
    double thresholdTanhMin = -9.4999, thresholdTanhMax = 9.4999;
    double thresholdSigmoidMin = -23, thresholdSigmoidMax = 16.99999;
    double thresholdInactivity = 1;
    double thresholdLayer = 50;
};

bool isSigmoid(const Watched& tensor)
{
    return std::ranges::find(tensor.tags, "sigmoid_input") != tensor.tags.end();
}

/// As DeadRelu, of the inputs of tanh and sigmoid: active is what lies between the bounds.
class SaturatedActivation final : public Rule {
public:
    explicit SaturatedActivation(Spec spec) : m_spec(std::move(spec)) {}

    std::vector<Need> needs() const override
    {
        return {need(m_spec.thresholdTanhMin, m_spec.thresholdTanhMax, "tanh_input"),
                need(m_spec.thresholdSigmoidMin, m_spec.thresholdSigmoidMax, "sigmoid_input")};
    }

    Compared compared() const override { return {"saturated units of a layer in %", "threshold_layer", true, false}; }

    Verdict at(const Moment& now) override
    {
        for (const std::size_t which : {0, 1}) {
            const Watched* worst = worstOf(now, which, [&](const Watched& tensor) {
                const bool meant = isSigmoid(tensor) == (which == 1) && !tensor.tensor.starts_with("gradient");
                return meant && now.value(tensor) > m_spec.thresholdLayer ? now.value(tensor) : 0;
            });
            if (worst)
                return Hit{worst->tensor, now.value(*worst), m_spec.thresholdLayer,
                           figure(now.value(*worst)) + " % of the units that " + worst->tensor +
                               " goes into are saturated: what they are given lies outside of " + bounds(which) +
                               " in nearly every row."};
        }
        return {};
    }

private:
    Spec m_spec;

    std::string bounds(std::size_t which) const
    {
        return which == 0 ? figure(m_spec.thresholdTanhMin) + " … " + figure(m_spec.thresholdTanhMax)
                          : figure(m_spec.thresholdSigmoidMin) + " … " + figure(m_spec.thresholdSigmoidMax);
    }

    Need need(double min, double max, const char* collection) const
    {
        const std::string share =
            "saturated_share(" + exactly(min) + "," + exactly(max) + "," + exactly(m_spec.thresholdInactivity) + ")";
        if (m_spec.collectionNames.empty() && m_spec.tensorRegex == Names{usualRegex})
            return {{{collection}}, {share}, {}, false};
        return {{m_spec.collectionNames, m_spec.tensorRegex}, {share}, {}, false};
    }
};

}

void enroll(Rules& all)
{
    const base::Real any;
    all.add<SaturatedActivation>(
        "SaturatedActivation", "Saturated activation",
        "Fires when too many units of a tanh or sigmoid layer are given values at which its slope is zero.",
        {"Where tanh or sigmoid is flat, nothing comes back through it: the layers below learn nothing.",
         {{"Weights that are too large.", {clue::initWide()}},
          {"Inputs that are not normalized.", {clue::unnormalized(), clue::above("input_0 abs_max", 20)}},
          {"The learning rate is too large.", {clue::rateHigh(), clue::updatesAbove(0.1)}},
          {"Tanh or sigmoid over many layers.", {clue::layers({"Sigmoid", "Tanh"}, 3)}}},
         {"relu", "batch_norm", "normalize", "init_xavier", "lr_down"},
         false,
         true},
        selectionFields<Spec>()
            .add("threshold_tanh_min", &Spec::thresholdTanhMin, any, {"A tanh is active above this input."})
            .add("threshold_tanh_max", &Spec::thresholdTanhMax, any, {"A tanh is active below this input."})
            .add("threshold_sigmoid_min", &Spec::thresholdSigmoidMin, any, {"A sigmoid is active above this input."})
            .add("threshold_sigmoid_max", &Spec::thresholdSigmoidMax, any, {"A sigmoid is active below this input."})
            .add("threshold_inactivity", &Spec::thresholdInactivity, base::Real{.min = 0, .max = 100},
                 {"A unit is saturated that is active in less than this share of the rows."}, {.unit = "%"})
            .add("threshold_layer", &Spec::thresholdLayer, base::Real{.min = 0, .max = 100},
                 {"How many of a layer's units may be saturated."}, {.unit = "%"}));
}

}
