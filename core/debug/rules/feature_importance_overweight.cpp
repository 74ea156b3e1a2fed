// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/rule_fields.h"

#include <numeric>

namespace core::debug::rules::feature_importance_overweight {

namespace {

struct Spec {
    double threshold = 0.8;
    std::int64_t nfeatures = 3;
    Names tensorRegex{".*feature_importance/weight"};
};

/// Fires where Σ of the nfeatures largest importances / Σ of all > threshold.
class FeatureImportanceOverweight final : public Rule {
public:
    explicit FeatureImportanceOverweight(Spec spec) : m_spec(std::move(spec)) {}

    std::vector<Need> needs() const override { return {{{{}, m_spec.tensorRegex}, {"mean"}}}; }

    Compared compared() const override { return {"share of the most important features", "threshold", true, false}; }

    Verdict at(const Moment& now) override
    {
        std::vector<std::pair<double, std::string>> all;
        double sum = 0;
        for (const Watched& tensor : now.tensors())
            if (const double weight = now.value(tensor); !std::isnan(weight)) {
                all.emplace_back(weight, tensor.tensor);
                sum += weight;
            }
        std::ranges::stable_sort(all, [](const auto& a, const auto& b) { return a.first > b.first; });
        const std::size_t largest = std::min(all.size(), std::size_t(m_spec.nfeatures));
        double top = 0;
        std::string names;
        for (std::size_t i = 0; i < largest; ++i) {
            top += all[i].first;
            names += (i == 0 ? "" : ", ") + all[i].second.substr(all[i].second.rfind('/') + 1);
        }
        if (!(top / sum > m_spec.threshold))
            return {};
        return Hit{all.front().second, top / sum, m_spec.threshold,
                   figure(100 * top / sum) + " % of the importance lies on " +
                       plural(std::int64_t(largest), "feature: ", "features: ") + names + "."};
    }

private:
    Spec m_spec;
};

}

void enroll(Rules& all)
{
    all.add<FeatureImportanceOverweight>(
        "FeatureImportanceOverweight", "Few features decide", "Fires when a few features carry most of the importance.",
        {"Where one or two features decide all, they may give the answer away, and the model fails when they are "
         "missing.",
         {{"A feature that is made from the target: leakage.",
           {clue::fired("TargetLeakage"), clue::above("data/target_leakage", 0)}},
          "The other features say little.",
          {"Trees that always begin with the same split.", {clue::settingAbove("model.colsample_bytree", 1, 0.4)}}},
         {"colsample", "shallower", "drop_leak"},
         false,
         false,
         true},
        base::Fields<Spec>{}
            .add("threshold", &Spec::threshold, base::Real{0, 1}, {"The share of the importance that they may have."})
            .add("nfeatures", &Spec::nfeatures, base::Int{1, 1'000'000}, {"How many of the largest are added up."})
            .add("tensor_regex", &Spec::tensorRegex, spec::listOf(base::Text{}), {"The importances that are meant."}));
}

}
