// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/rule_fields.h"

namespace core::debug::rules::unchanged_tensor {

namespace {

struct Spec {
    Names collectionNames, tensorRegex;
    std::int64_t numSteps = 3;
    double rtol = 1e-5;
    double atol = 1e-8;
    bool equalNan = false;
};

/// Fires where the last num_steps saves of a selected tensor, this one included, are all close to it:
/// |older − now| ≤ atol + rtol · |now|, element by element.
class UnchangedTensor final : public Rule {
public:
    explicit UnchangedTensor(Spec spec) : m_spec(std::move(spec)) {}

    base::Status prepare(const RunFacts&) override
    {
        return needsSelection(m_spec.collectionNames, m_spec.tensorRegex);
    }

    std::vector<Need> needs() const override
    {
        const std::string same = "same_saves(" + exactly(m_spec.rtol) + "," + exactly(m_spec.atol) + "," +
                                 (m_spec.equalNan ? "1" : "0") + "," + std::to_string(m_spec.numSteps - 1) + ")";
        return {{{m_spec.collectionNames, m_spec.tensorRegex}, {same}}};
    }

    Compared compared() const override { return {"saves in a row that are equal", "num_steps", true, false}; }

    Verdict at(const Moment& now) override
    {
        const double least = double(m_spec.numSteps - 1);
        const Watched* worst = worstOf(
            now, 0, [&](const Watched& tensor) { return now.value(tensor) >= least ? 1 + now.value(tensor) : 0; });
        if (!worst)
            return {};
        return Hit{worst->tensor, now.value(*worst) + 1, double(m_spec.numSteps),
                   worst->tensor + " has been the same for " + figure(now.value(*worst) + 1) + " saves running."};
    }

private:
    Spec m_spec;
};

}

void enroll(Rules& all)
{
    all.add<UnchangedTensor>(
        "UnchangedTensor", "Unchanged tensor", "Fires when a tensor stays the same from save to save.",
        {"What does not change does not learn.",
         {{"The layer is frozen.", {clue::frozen()}},
          {"Its gradient is dead: nothing comes back to it.",
           {clue::fired("VanishingGradient"), clue::fired("DeadRelu"), clue::initAlike()}},
          {"The learning rate is too small.", {clue::rateLow(), clue::rateDied()}},
          {"Training has come to its end.", {clue::fellTo("train/loss", 0.01)}}},
         {"thaw", "lr_up", "leaky_relu"}},
        selectionFields<Spec>()
            .add("num_steps", &Spec::numSteps, base::Int{2, 65},
                 {"So many saves have to be the same, this one included."}, {.unit = "saves"})
            .add("rtol", &Spec::rtol, base::Real{.min = 0, .log = true},
                 {"How far apart the same may lie, as a share.", "|older − now| ≤ atol + rtol · |now|"})
            .add("atol", &Spec::atol, base::Real{.min = 0, .log = true}, {"How far apart the same may lie, besides."})
            .add("equal_nan", &Spec::equalNan, base::Flag{}, {"Whether a NaN is the same as a NaN."}));
}

}
