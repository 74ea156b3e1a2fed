// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/rule_fields.h"

#include <map>

namespace core::debug::rules::learning_rate_too_low {

namespace {

struct Spec {
    double threshold = 1e-6;
    std::int64_t patience = 3;
};

/// Of each weight r = ‖update‖₂ / ‖weight‖₂ at a saved step; about 1e-3 is usual. Fires where the median of r over the
/// weights is below threshold at `patience` saved steps running.
class LearningRateTooLow final : public Rule {
public:
    explicit LearningRateTooLow(Spec spec) : m_spec(spec) {}

    std::vector<Need> needs() const override
    {
        return {{{{"weights"}}, {"l2"}, {Mode::Train}}, {{{"updates"}}, {"l2"}, {Mode::Train}}};
    }

    Compared compared() const override { return {"update / weight, median", "threshold", false, true}; }

    Verdict at(const Moment& now) override
    {
        std::map<std::string, double> sizes;
        for (const Watched& weight : now.tensors(0))
            if (now.has(weight))
                sizes["update/" + weight.tensor] = now.value(weight);
        std::vector<double> ratios;
        for (const Watched& update : now.tensors(1))
            if (const auto size = sizes.find(update.tensor); now.has(update) && size != sizes.end() && size->second > 0)
                ratios.push_back(now.value(update) / size->second);
        if (ratios.empty())
            return {};
        const auto middle = ratios.begin() + std::ptrdiff_t(ratios.size() / 2);
        std::nth_element(ratios.begin(), middle, ratios.end());
        if (!(*middle < m_spec.threshold)) {
            m_count = 0;
            return {};
        }
        if (++m_count == 1)
            m_since = now.step;
        if (m_count < m_spec.patience)
            return {};
        return Hit{"train/lr", *middle, m_spec.threshold,
                   "A step changes the weights by " + figure(100 * *middle) + " % of their size, for " +
                       plural(m_count, "saved step", "saved steps") + " running; about 0.1 % is usual.",
                   m_since};
    }

private:
    Spec m_spec;
    std::int64_t m_count = 0, m_since = -1;
};

}

void enroll(Rules& all)
{
    all.add<LearningRateTooLow>(
        "LearningRateTooLow", "Learning rate too low", "Fires when updates are too small a share of the weights.",
        {"At that pace it takes a million steps to get anywhere.",
         {"The learning rate is too small.", "Gradients vanish.", "The schedule has let the rate die."},
         {"hold_rate", "lr_up", "adam", "relu"},
         true,
         true},
        base::Fields<Spec>{}
            .add("threshold", &Spec::threshold, base::Real{.min = 0, .log = true},
                 {"The median share by which a step changes the weights.", "‖update‖ / ‖weight‖"})
            .add("patience", &Spec::patience, base::Int{1, 1'000'000}, {"So many saved steps running."}));
}

}
