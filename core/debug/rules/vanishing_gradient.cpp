// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/rule_fields.h"

namespace core::debug::rules::vanishing_gradient {

namespace {

struct Spec {
    double threshold = 1e-7;
};

/// Fires where of any gradient mean |g| < threshold.
class VanishingGradient final : public Rule {
public:
    explicit VanishingGradient(Spec spec) : m_spec(spec) {}

    std::vector<Need> needs() const override { return {{{{"gradients"}}, {"abs_mean"}}}; }

    Compared compared() const override { return {"mean |gradient|", "threshold", false, true, true}; }

    Verdict at(const Moment& now) override
    {
        const double least = m_spec.threshold;
        const Watched* worst = worstOf(now, 0, [&](const Watched& tensor) {
            const double size = now.value(tensor);
            return size < least ? 1 + (least - size) / least : 0;
        });
        if (!worst)
            return {};
        const double size = now.value(*worst);
        return Hit{worst->tensor, size, least,
                   "The elements of " + worst->tensor + " are " + figure(size) + " large on average, below " +
                       figure(least) + ": this layer learns next to nothing."};
    }

private:
    Spec m_spec;
};

}

void enroll(Rules& all)
{
    all.add<VanishingGradient>(
        "VanishingGradient", "Vanishing gradient",
        "Fires when the mean magnitude of any gradient is below a threshold.",
        {"A layer moves by its gradient times the rate. Where the gradient is next to nothing, the layer stays as it "
         "was drawn, and all that lies above it works on noise.",
         {{"Activations with small slopes (sigmoid, tanh) over many layers: each multiplies what comes back by less "
           "than one.",
           {clue::layers({"Sigmoid", "Tanh"}, 3)}},
          {"Weights that began too small.", {clue::initNarrow()}},
          {"Dead ReLUs: nothing comes back through them.",
           {clue::none({"ReLU"}), clue::fired("DeadRelu"), clue::rateHigh()}},
          {"A bias in front of a batch norm, which takes away every mean again: its gradient is rounding, and that is "
           "no trouble. Layers that are normalized need no bias.",
           {clue::layers({"BatchNorm1d", "BatchNorm2d"}, 1)}},
          {"The run has converged: then it is no trouble.", {clue::fellTo("train/loss", 0.05)}}},
         {"relu", "batch_norm", "init_kaiming", "init_xavier", "init_orthogonal", "stop_best"},
         false,
         true},
        base::Fields<Spec>{}.add("threshold", &Spec::threshold, base::Real{.min = 0, .log = true},
                                 {"The mean magnitude of a gradient's elements below which it has vanished.",
                                  "mean |g| < threshold", "Fires only when nothing is left.",
                                  "Fires on gradients that are merely small."}));
}

}
