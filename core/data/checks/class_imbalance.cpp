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
        std::vector<std::int64_t> counts(data.info.classes.size());
        const std::int64_t* target = data.targets.const_data_ptr<std::int64_t>();
        const std::vector<std::uint8_t> part = partOfRows(data);
        for (std::int64_t row = 0; row < data.targets.size(0); ++row)
            if (target[row] >= 0 && part[std::size_t(row)] != 3)
                ++counts[std::size_t(target[row])];
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
        if (data.experiment.data.sampler != "weighted" && !weighed) {
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
