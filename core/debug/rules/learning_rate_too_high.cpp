// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/rule_fields.h"
#include "core/debug/update_rate.h"

namespace core::debug::rules::learning_rate_too_high {

namespace {

struct Spec {
    double threshold = 0.2;
    std::int64_t patience = 3;
};

/// Fires where the median of ‖update‖₂ / ‖weight‖₂ over the weights is above threshold at `patience` saved steps
/// running.
class LearningRateTooHigh final : public UpdateRate {
public:
    explicit LearningRateTooHigh(Spec spec) : UpdateRate(spec.threshold, spec.patience, true) {}
};

}

void enroll(Rules& all)
{
    all.add<LearningRateTooHigh>(
        "LearningRateTooHigh", "Learning rate too high", "Fires when updates are too large a share of the weights.",
        {"Weights that are thrown that far in a step cannot settle anywhere.",
         {{"The learning rate is too large.", {clue::rateHigh()}},
          {"Gradients explode.", {clue::fired("ExplodingTensor"), clue::grewBy("train/grad_norm", 10)}},
          {"Momentum adds up to many times the rate.", {clue::momentumAbove(0.95)}}},
         {"lr_down", "momentum_down", "warmup", "clip", "adam"},
         true,
         true},
        base::Fields<Spec>{}
            .add("threshold", &Spec::threshold, base::Real{.min = 0, .log = true},
                 {"The median share by which a step changes the weights.", "‖update‖ / ‖weight‖"})
            .add("patience", &Spec::patience, base::Int{1, 1'000'000}, {"So many saved steps running."}));
}

}
