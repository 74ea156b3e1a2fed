// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/rule_fields.h"

namespace core::debug::rules::all_zero {

namespace {

struct Spec {
    Names collectionNames, tensorRegex;
    double threshold = 100;
};

/// Fires where of a selected tensor 100 · zeros / elements ≥ threshold.
class AllZero final : public Rule {
public:
    explicit AllZero(Spec spec) : m_spec(std::move(spec)) {}

    base::Status prepare(const RunFacts&) override
    {
        return needsSelection(m_spec.collectionNames, m_spec.tensorRegex);
    }

    std::vector<Need> needs() const override
    {
        return {{{m_spec.collectionNames, m_spec.tensorRegex}, {"zeros", "count"}}};
    }

    Compared compared() const override { return {"zeros in %", "threshold", true, false}; }

    Verdict at(const Moment& now) override
    {
        const auto share = [&](const Watched& tensor) {
            const double count = now.value(tensor, 1);
            return count > 0 ? 100 * now.value(tensor, 0) / count : -1;
        };
        const Watched* worst = worstOf(
            now, 0, [&](const Watched& tensor) { return share(tensor) >= m_spec.threshold ? 1 + share(tensor) : 0; });
        if (!worst)
            return {};
        return Hit{worst->tensor, share(*worst), m_spec.threshold,
                   figure(share(*worst)) + " % of " + worst->tensor + " is zero."};
    }

private:
    Spec m_spec;
};

}

void enroll(Rules& all)
{
    all.add<AllZero>("AllZero", "All zero", "Fires when a share of a tensor's elements is zero.",
                     {"A layer that hands on zeros takes no part in the result, and nothing comes back to it.",
                      {{"Dead ReLUs.", {clue::fired("DeadRelu"), clue::layers({"ReLU"})}},
                       {"Weights that were never drawn.", {clue::initAlike()}},
                       {"Inputs that are empty.", {clue::below("input_0 abs_max", 1e-12)}},
                       {"Too strong a penalty.",
                        {clue::settingAbove("train.optimizer.weight_decay", 0.1), clue::settingAbove("train.l2", 0.1),
                         clue::settingAbove("train.l1", 0.01)}}},
                      {"leaky_relu", "lr_down", "init_kaiming", "less_decay"}},
                     selectionFields<Spec>().add("threshold", &Spec::threshold, base::Real{0, 100},
                                                 {"Percent of the elements that have to be zero."}, {.unit = "%"}));
}

}
