// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/rule_fields.h"

#include <map>

namespace core::debug::rules::learning_rate_too_high {

namespace {

struct Spec {
    double threshold = 0.2;
    std::int64_t patience = 3;
};

/// Of each weight r = ‖update‖₂ / ‖weight‖₂ at a saved step; about 1e-3 is usual. Fires where the median of r over the
/// weights is above threshold at `patience` saved steps running.
class LearningRateTooHigh final : public Rule {
public:
    explicit LearningRateTooHigh(Spec spec) : m_spec(spec) {}

    std::vector<Need> needs() const override
    {
        return {{{{"weights"}}, {"l2"}, {Mode::Train}}, {{{"updates"}}, {"l2"}, {Mode::Train}}};
    }

    Compared compared() const override { return {"update / weight, median", "threshold", true, true}; }

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
        if (!(*middle > m_spec.threshold)) {
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
    all.add<LearningRateTooHigh>(
        "LearningRateTooHigh", "Learning rate too high", "Fires when updates are too large a share of the weights.",
        {"Weights that are thrown that far in a step cannot settle anywhere.",
         {"The learning rate is too large.", "Gradients explode.", "Momentum adds up to many times the rate."},
         {"lr_down", "warmup", "clip", "adam"},
         true,
         true},
        base::Fields<Spec>{}
            .add("threshold", &Spec::threshold, base::Real{.min = 0, .log = true},
                 {"The median share by which a step changes the weights.", "‖update‖ / ‖weight‖"})
            .add("patience", &Spec::patience, base::Int{1, 1'000'000}, {"So many saved steps running."}));
}

}
