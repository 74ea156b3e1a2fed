// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/rule_fields.h"

#include <deque>
#include <map>

namespace core::debug::rules::loss_not_decreasing {

namespace {

struct Spec {
    Names collectionNames, tensorRegex;
    bool useLossesCollection = true;
    std::int64_t numSteps = 10;
    double diffPercent = 0.1;
    double increaseThresholdPercent = 5;
    std::string mode = "GLOBAL";
    bool legacy = false;
};

/// At most every num_steps steps each loss is compared with its newest value at least num_steps before. With
/// change% = 100 · (before − now) / |before| it is not decreasing where 0 ≤ change% ≤ diff_percent, or where
/// −change% > increase_threshold_percent; NaN is not decreasing. `legacy`, as in 2019: −change% ≥ diff_percent.
class LossNotDecreasing final : public Rule {
public:
    explicit LossNotDecreasing(Spec spec) : m_spec(std::move(spec)) { modeOf(m_spec.mode, m_mode); }

    std::vector<Need> needs() const override
    {
        Names collections = m_spec.collectionNames;
        const bool bare = collections.empty() && m_spec.tensorRegex.empty();
        if (m_spec.useLossesCollection || bare)
            collections.push_back("losses");
        std::vector<Mode> modes;
        if (m_mode != Mode::Global)
            modes.push_back(m_mode);
        return {{{collections, m_spec.tensorRegex}, {"mean", "count"}, modes}};
    }

    Compared compared() const override { return {"decrease of the loss in %", "diff_percent", false, false}; }

    Verdict at(const Moment& now) override
    {
        const std::int64_t step = m_mode == Mode::Global ? now.step : now.modeStep;
        const bool due = !m_checked || step == m_last || step - m_last >= m_spec.numSteps;
        std::vector<Hit> stuck;
        for (const Watched& tensor : now.tensors()) {
            if (!now.has(tensor) || now.value(tensor, 1) != 1)
                continue;
            const double value = now.value(tensor);
            Past& past = m_past[tensor.tensor];
            while (past.values.size() > 1 && past.values[1].first <= step - m_spec.numSteps)
                past.values.pop_front();
            if (due && !past.values.empty() && past.values.front().first <= step - m_spec.numSteps) {
                m_checked = true;
                m_last = step;
                judge(tensor.tensor, past.values.front(), value, stuck);
            }
            past.values.emplace_back(step, value);
        }
        if (stuck.empty())
            return {};
        Hit hit = stuck.front();
        hit.message = plural(std::int64_t(stuck.size()), "loss is", "losses are") + " not decreasing over the last " +
                      plural(m_spec.numSteps, "step", "steps") + ": " + hit.message;
        return hit;
    }

private:
    struct Past {
        std::deque<std::pair<std::int64_t, double>> values;
    };
    Spec m_spec;
    Mode m_mode = Mode::Global;
    std::map<std::string, Past> m_past;
    std::int64_t m_last = 0;
    bool m_checked = false;

    void judge(const std::string& name, const std::pair<std::int64_t, double>& before, double now,
               std::vector<Hit>& stuck) const
    {
        const double change = now == before.second ? 0 : 100 * (before.second - now) / std::abs(before.second);
        const double least = m_spec.diffPercent, most = m_spec.increaseThresholdPercent;
        bool fires = false;
        double threshold = least;
        if (std::isnan(now) || std::isnan(before.second) || std::isnan(change)) {
            fires = true;
        } else if (m_spec.legacy) {
            fires = -change >= least;
        } else if (change >= 0) {
            fires = change <= least;
        } else {
            fires = -change > most;
            threshold = -most;
        }
        if (fires)
            stuck.push_back({name, change, threshold,
                             name + " went from " + figure(before.second) + " at step " + std::to_string(before.first) +
                                 " to " + figure(now) + ".",
                             before.first});
    }
};

base::Fields<Spec> fields()
{
    return selectionFields<Spec>()
        .add("use_losses_collection", &Spec::useLossesCollection, base::Flag{},
             {"Looks at the losses whatever else is chosen."})
        .add("num_steps", &Spec::numSteps, base::Int{1, 1'000'000'000, true},
             {"Steps from one check to the next, and at least so far back lies what is compared with.",
              {},
              "Noise from batch to batch looks like a loss that does not fall.",
              "A run that learns nothing is noticed late."},
             {.unit = "steps"})
        .add("diff_percent", &Spec::diffPercent, base::Real{.min = 0, .max = 100, .belowMax = true},
             {"A loss has to fall by more than this share of itself.", "100 · (before − now) / |before|"},
             {.unit = "%"})
        .add("increase_threshold_percent", &Spec::increaseThresholdPercent, base::Real{.min = 0},
             {"A loss may rise by this share of itself: so much noise is let pass."}, {.unit = "%"})
        .add("mode", &Spec::mode, base::Choice{{"TRAIN", "EVAL", "PREDICT", "GLOBAL"}},
             {"Whose losses, and whose steps are counted: of the training, of evaluations (one each), or of all."})
        .add("legacy", &Spec::legacy, base::Flag{},
             {"As SageMaker's rule was in 2019: it fires where a loss rose by diff_percent or more, equality at 0 "
              "included."});
}

}

void enroll(Rules& all)
{
    all.add<LossNotDecreasing>(
        "LossNotDecreasing", "Loss not decreasing", "Fires when a loss does not fall by enough from check to check.",
        {"Training is the falling of the loss. Where it stands still, time is spent for nothing; where it rises, what "
         "was learned is lost again.",
         {{"The learning rate is too large: it jumps over the valley.",
           {clue::rateHigh(), clue::fired("LossOscillating"), clue::updatesAbove(0.1)}},
          {"The learning rate is too small to show.", {clue::rateLow(), clue::rateDied(), clue::updatesBelow(1e-5)}},
          {"Gradients vanish or explode.", {clue::fired("VanishingGradient"), clue::fired("ExplodingTensor")}},
          {"The run has converged: nothing more is to be had.", {clue::fellTo("train/loss", 0.1)}}},
         {"lr_down", "lr_up", "cosine", "batch_norm", "momentum_down", "stop_best"}},
        fields());
}

}
