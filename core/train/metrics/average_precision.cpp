// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/metric.h"
#include "core/train/one_vs_rest.h"

namespace core::train::metrics::average_precision {

namespace {

struct Spec {};

double average(std::span<const Scored> rows, std::size_t there)
{
    double sum = 0;
    std::size_t found = 0;
    for (std::size_t first = 0, last = 0; first < rows.size(); first = last) {
        std::size_t more = 0;
        for (; last < rows.size() && rows[last].score == rows[first].score; ++last)
            more += rows[last].there;
        found += more;
        sum += double(more) * double(found) / double(last);
    }
    return sum / double(there);
}

/// Σ (Rₙ − Rₙ₋₁) Pₙ over thresholds, without interpolation: scikit-learn's average_precision_score.
class AveragePrecision final : public Metric {
public:
    explicit AveragePrecision(Spec) {}

    Needs needs() const override { return {.scores = true}; }

    double value(const Tally& tally) const override { return meanOverClasses(tally, average); }

    bool higherIsBetter() const override { return true; }
    Says of() const override { return Says::Classes; }
};

}

void enroll(Metrics& all)
{
    all.add<AveragePrecision>("average_precision", "Average precision",
                              "The precision at each row of a class that is found when rows are taken in the order of "
                              "their probability of it, and the mean over classes. It tells more than the ROC curve "
                              "where a class is rare. Keeps the probabilities of all rows.",
                              base::Fields<Spec>{});
}

}
