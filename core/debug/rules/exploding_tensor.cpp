// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/rule_fields.h"

namespace core::debug::rules::exploding_tensor {

namespace {

struct Spec {
    Names collectionNames, tensorRegex;
    bool onlyNan = false;
};

/// Fires where any element of a selected tensor is NaN or, unless only_nan, infinite.
class ExplodingTensor final : public Rule {
public:
    explicit ExplodingTensor(Spec spec) : m_spec(std::move(spec)) {}

    std::vector<Need> needs() const override
    {
        return {{{m_spec.collectionNames, m_spec.tensorRegex, true}, {"nan", "inf"}}};
    }

    Verdict at(const Moment& now) override
    {
        for (const Watched& tensor : now.tensors()) {
            const double nan = now.has(tensor) ? now.value(tensor, 0) : 0;
            const double infinite = now.has(tensor, 1) && !m_spec.onlyNan ? now.value(tensor, 1) : 0;
            const double bad = std::max(nan, 0.0) + std::max(infinite, 0.0);
            if (bad > 0)
                return Hit{tensor.tensor, bad, 0,
                           tensor.tensor + " has " + figure(bad) +
                               (bad == 1 ? " element that is " : " elements that are ") +
                               (infinite > 0 ? nan > 0 ? "NaN or infinite." : "infinite." : "NaN.")};
        }
        return {};
    }

private:
    Spec m_spec;
};

}

void enroll(Rules& all)
{
    all.add<ExplodingTensor>(
        "ExplodingTensor", "Exploding tensor", "Fires when any element of a tensor is NaN or infinite.",
        {"One NaN in a weight makes every output NaN: from there on nothing is learned, and nothing comes back by "
         "itself.",
         {{"The learning rate is too large: weights ran away.",
           {clue::rateHigh(), clue::updatesAbove(0.1), clue::fired("LearningRateTooHigh"),
            clue::grewBy("train/loss", 10)}},
          {"Gradients that are not clipped, in recurrent networks above all.",
           {clue::without("train.clip_grad_norm"), clue::grewBy("train/grad_norm", 10), clue::recurrent()}},
          {"NaN, infinite or enormous values in the data.",
           {clue::above("input_0 nan", 0), clue::above("input_0 inf", 0), clue::above("data/infinite_values", 0),
            clue::settingIs("data.normalize", {"none"}, 0.3)}},
          {"Weights that began too large.", {clue::initWide(), clue::fired("PoorWeightInitialization")}}},
         {"lr_down", "clip", "drop_missing", "init_kaiming", "full_precision", "momentum_down"}},
        selectionFields<Spec>().add("only_nan", &Spec::onlyNan, base::Flag{},
                                    {"Looks for NaN only; infinite elements are let pass."}));
}

}
