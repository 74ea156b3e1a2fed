// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/check.h"

#include <algorithm>

namespace core::data::checks::class_imbalance {

namespace {

constexpr double imbalancedRatio = 10;

struct Spec {};

class ClassImbalance final : public Check {
public:
    explicit ClassImbalance(Spec) {}

    int rank() const override { return 2; }

    std::vector<Problem> examine(const Examined& data) const override
    {
        if (data.info.classes.size() < 2 || !data.targets.defined())
            return {};
        const ClassRows rows = classRows(data);
        std::vector<std::int64_t> counts = rows.kept;
        // A class that was left out by hand is not one of few rows.
        for (std::size_t c = 0; c < counts.size(); ++c)
            if (rows.leftOut(c))
                counts[c] = *std::max_element(rows.kept.begin(), rows.kept.end());
        const auto [least, most] = std::minmax_element(counts.begin(), counts.end());
        if (double(*most) <= imbalancedRatio * double(*least))
            return {};
        const auto nameOf = [&](auto place) {
            return "\"" + data.info.classes[std::size_t(place - counts.begin())] + "\"";
        };
        Problem problem{"class_imbalance",
                        data.info.target,
                        {},
                        *least,
                        "class " + nameOf(least) + " has " + countText(*least, "row", "rows") + ", class " +
                            nameOf(most) + " has " + std::to_string(*most),
                        "Draw every class as often (data.sampler: weighted) or let each row of a small class count for "
                        "more (train.loss.class_weights: balanced), use a stratified split and judge by each class: "
                        "always saying " +
                            nameOf(most) + " would already look accurate",
                        "Most gradients come from the large class; the small one is hardly learned, and accuracy does "
                        "not show it."};
        const auto& loss = data.experiment.train.loss;
        const bool weighed =
            loss && loss->params["class_weights"] != base::Value("none") && !loss->params["class_weights"].isNull();
        if (data.experiment.data.sampler == "weighted") {
            problem.remedy = "Every class is drawn as often already; judge by each class, since always saying " +
                             nameOf(most) + " would look accurate";
            problem.effect = "The few rows of the small class are seen again and again: it may be learned by heart.";
        } else if (!weighed) {
            problem.action = "Draw every class as often";
            problem.changes = {{"data.sampler", "weighted"}};
        }
        return {problem};
    }
};

}

void enroll(Checks& all)
{
    all.add<ClassImbalance>("class_imbalance", "Classes of very different size",
                            "One class has more than ten times the rows of another.", base::Fields<Spec>{});
}

}
