// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/metric.h"
#include "core/train/one_vs_rest.h"

namespace core::train::metrics::auc {

namespace {

struct Spec {};

// Pairs of a row of the class and one of another, as far as they stand in the right order.
double area(std::span<const Scored> rows, std::size_t there)
{
    double pairs = 0;
    std::size_t before = 0; // rows of the class
    for (std::size_t first = 0, last = 0; first < rows.size(); first = last) {
        std::size_t ours = 0, others = 0;
        for (; last < rows.size() && rows[last].score == rows[first].score; ++last)
            ++(rows[last].there ? ours : others);
        pairs += double(others) * (double(before) + 0.5 * double(ours));
        before += ours;
    }
    return pairs / (double(there) * double(rows.size() - there));
}

/// By ranks, equal scores counting half (Mann, Whitney 1947): scikit-learn's roc_auc_score, multi_class="ovr".
class Auc final : public Metric {
public:
    explicit Auc(Spec) {}

    Needs needs() const override { return {.scores = true}; }

    double value(const Tally& tally) const override { return meanOverClasses(tally, area); }

    bool higherIsBetter() const override { return true; }
    Says of() const override { return Says::Classes; }
};

}

void enroll(Metrics& all)
{
    all.add<Auc>("auc", "Area under the ROC curve",
                 "How likely a row of a class gets a higher probability of it than a row of another class: 0.5 is "
                 "guessing. The mean over classes, each against the rest. Keeps the probabilities of all rows.",
                 base::Fields<Spec>{});
}

}
