// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/rule_fields.h"

#include <map>

namespace core::debug::rules::class_imbalance {

namespace {

struct Spec {
    double thresholdImbalance = 10;
    double thresholdMisprediction = 0.7;
    std::int64_t samples = 500;
    bool argmax = false;
    Names labelsRegex{".*labels"}, predictionsRegex{".*predictions"};
};

/// Counts labels over all saved steps. From `samples` on it fires where the most frequent class is more than
/// threshold_imbalance times as frequent as the rarest that was seen, or where of a class more than
/// threshold_misprediction is taken for others.
class ClassImbalance final : public Rule {
public:
    explicit ClassImbalance(Spec spec) : m_spec(std::move(spec)) {}

    std::vector<Need> needs() const override
    {
        return {{{{}, m_spec.labelsRegex}, {"class_count(*)"}},
                {{{}, m_spec.predictionsRegex}, {"wrong_count(*)"}, {}, false},
                {{{}, m_spec.labelsRegex}, {"wrong_count(*)"}, {}, false}};
    }

    Compared compared() const override { return {"largest / smallest class", "threshold_imbalance", true, false}; }

    Verdict at(const Moment& now) override
    {
        count(now, 0, m_labels, m_total);
        std::int64_t ignored = 0;
        if (!count(now, 1, m_wrong, ignored))
            count(now, 2, m_wrong, ignored);
        if (m_total < m_spec.samples || m_labels.empty())
            return {};
        const auto byCount = [](const auto& a, const auto& b) { return a.second < b.second; };
        const auto rarest = std::ranges::min_element(m_labels, byCount),
                   most = std::ranges::max_element(m_labels, byCount);
        const double ratio = double(most->second) / double(rarest->second);
        if (ratio > m_spec.thresholdImbalance)
            return Hit{m_name, ratio, m_spec.thresholdImbalance,
                       "Class " + std::to_string(most->first) + " came " + figure(ratio) + " times as often as class " +
                           std::to_string(rarest->first) + " among " + std::to_string(m_total) + " rows."};
        for (const auto& [label, all] : m_labels) {
            const auto wrong = m_wrong.find(label);
            const double share = wrong == m_wrong.end() ? 0 : double(wrong->second) / double(all);
            if (share > m_spec.thresholdMisprediction)
                return Hit{m_name, share, m_spec.thresholdMisprediction,
                           figure(100 * share) + " % of class " + std::to_string(label) +
                               " is taken for other classes."};
        }
        return {};
    }

private:
    Spec m_spec;
    std::map<std::int64_t, std::int64_t> m_labels, m_wrong;
    std::int64_t m_total = 0;
    std::string m_name;

    // Adds the counts of the first tensor of a need that was saved.
    bool count(const Moment& now, std::size_t need, std::map<std::int64_t, std::int64_t>& counts, std::int64_t& total)
    {
        for (const Watched& tensor : now.tensors(need)) {
            bool any = false;
            for (std::size_t i = 0; i < tensor.sources.size(); ++i) {
                const double rows = now.value(tensor, i);
                if (!(rows > 0) || tensor.sources[i].arguments.empty()) {
                    any = any || now.has(tensor, i);
                    continue;
                }
                counts[std::int64_t(tensor.sources[i].arguments[0])] += std::int64_t(rows);
                total += std::int64_t(rows);
                any = true;
            }
            if (any) {
                if (need == 0)
                    m_name = tensor.tensor;
                return true;
            }
        }
        return false;
    }
};

}

void enroll(Rules& all)
{
    all.add<ClassImbalance>(
        "ClassImbalance", "Class imbalance",
        "Fires when classes come much more often than others, or when most rows of a class are taken for others.",
        {"A model that always says the frequent class is right most of the time and knows nothing of the rare one.",
         {"The data hold few rows of a class.",
          {"The split or a filter took them away.",
           {clue::without("data.classes", -0.2),
            clue::settingIs("split.kind", {"chronological", "group", "predefined", "random"}, 0.3)}},
          {"Nothing makes up for it: no weights, no sampling.", {clue::unweighted()}}},
         {"class_weights", "weighted_sampler", "smote", "over_sampling"}},
        base::Fields<Spec>{}
            .add("threshold_imbalance", &Spec::thresholdImbalance, base::Real{.min = 1},
                 {"How many times as often a class may come as the rarest.", "max count / min count"})
            .add("threshold_misprediction", &Spec::thresholdMisprediction, base::Real{0, 1},
                 {"The share of a class that may be taken for others."})
            .add("samples", &Spec::samples, base::Int{1}, {"Rows that are counted before it speaks."}, {.unit = "rows"})
            .add("argmax", &Spec::argmax, base::Flag{},
                 {"Predictions are rows of scores, of which the greatest is meant. Found by itself here."})
            .add("labels_regex", &Spec::labelsRegex, spec::listOf(base::Text{}), {"The labels."})
            .add("predictions_regex", &Spec::predictionsRegex, spec::listOf(base::Text{}), {"The predictions."}));
}

}
