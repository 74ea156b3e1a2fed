// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/rule_fields.h"
#include "core/debug/update_rate.h"

namespace core::debug::rules::learning_rate_too_low {

namespace {

struct Spec {
    double threshold = 1e-6;
    std::int64_t patience = 3;
};

/// Fires where the median of ‖update‖₂ / ‖weight‖₂ over the weights is below threshold at `patience` saved steps
/// running.
class LearningRateTooLow final : public UpdateRate {
public:
    explicit LearningRateTooLow(Spec spec) : UpdateRate(spec.threshold, spec.patience, false) {}
};

}

void enroll(Rules& all)
{
    all.add<LearningRateTooLow>(
        "LearningRateTooLow", "Learning rate too low", "Fires when updates are too small a share of the weights.",
        {"At that pace it takes a million steps to get anywhere.",
         {{"The learning rate is too small.", {clue::rateLow()}},
          {"Gradients vanish.", {clue::fired("VanishingGradient"), clue::fellTo("train/grad_norm", 1e-3)}},
          {"The schedule has let the rate die.", {clue::rateDied()}}},
         {"hold_rate", "lr_up", "adam", "relu"},
         true,
         true},
        base::Fields<Spec>{}
            .add("threshold", &Spec::threshold, base::Real{.min = 0, .log = true},
                 {"The median share by which a step changes the weights.", "‖update‖ / ‖weight‖"})
            .add("patience", &Spec::patience, base::Int{1, 1'000'000}, {"So many saved steps running."}));
}

}
