// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/rule_fields.h"

namespace core::debug::rules::weight_update_ratio {

namespace {

struct Spec {
    std::optional<std::int64_t> numSteps;
    double largeThreshold = 10;
    double smallThreshold = 1e-8;
    double epsilon = 1e-9;
};

/// r = mean |w_s − w_p| / (mean |w_p| + epsilon) of any weight, p the save before or, with num_steps, the oldest of the
/// last num_steps steps: fires where r > large_threshold or r < small_threshold.
class WeightUpdateRatio final : public Rule {
public:
    explicit WeightUpdateRatio(Spec spec) : m_spec(spec) {}

    std::vector<Need> needs() const override
    {
        const std::string ratio =
            "change_ratio(" + exactly(m_spec.epsilon) + "," + std::to_string(m_spec.numSteps.value_or(0)) + ")";
        return {{{{"weights"}}, {ratio}, {Mode::Train, Mode::Global}}};
    }

    Compared compared() const override { return {"change between saves / size", "large_threshold", true, true, true}; }

    Verdict at(const Moment& now) override
    {
        const double large = m_spec.largeThreshold, small = m_spec.smallThreshold;
        const Watched* worst = worstOf(now, 0, [&](const Watched& tensor) {
            const double ratio = now.value(tensor);
            return ratio > large ? 2 + ratio - large : ratio < small ? 1 + (small - ratio) / small : 0;
        });
        if (!worst)
            return {};
        const double ratio = now.value(*worst);
        const bool much = ratio > large;
        return Hit{worst->tensor, ratio, much ? large : small,
                   worst->tensor + " changed by " + figure(ratio) + " times its size since the save before, " +
                       (much ? "above " : "below ") + figure(much ? large : small) +
                       (much ? ": it jumps." : ": it hardly moves.")};
    }

private:
    Spec m_spec;
};

}

void enroll(Rules& all)
{
    all.add<WeightUpdateRatio>(
        "WeightUpdateRatio", "Weights change too much or too little",
        "Fires when a weight changes by too large or too small a share of itself. A weight that begins at zero fires "
        "at its second save.",
        {"A step that is as large as the weights overshoots; one of a millionth of them gets nowhere.",
         {{"The learning rate is too large or too small.", {clue::rateHigh(), clue::rateLow()}},
          {"Gradients explode or vanish.", {clue::fired("ExplodingTensor"), clue::fired("VanishingGradient")}},
          {"The layer is frozen.", {clue::frozen()}}},
         {"lr_down", "lr_up", "clip", "thaw"},
         false,
         true},
        base::Fields<Spec>{}
            .add("num_steps", &Spec::numSteps, base::Int{1, 1'000'000'000},
                 {"How many steps back the weights lie that are compared with. Empty: the save before."},
                 {.unit = "steps", .nullWord = "the save before"})
            .add("large_threshold", &Spec::largeThreshold, base::Real{.min = 0, .log = true},
                 {"Above this the change is too large.", "mean |w − before| / (mean |before| + epsilon)"})
            .add("small_threshold", &Spec::smallThreshold, base::Real{.min = 0, .log = true},
                 {"Below this the change is too small."})
            .add("epsilon", &Spec::epsilon, base::Real{.min = 0, .log = true},
                 {"Keeps the ratio finite where weights are zero."}));
}

}
