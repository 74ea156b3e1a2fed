// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/metric.h"

#include <cmath>

namespace core::train::metrics::recall_at_1 {

namespace {

struct Spec {};

std::size_t nearest(const std::vector<float>& vectors, std::size_t rows, std::size_t size, std::size_t row)
{
    const float* own = vectors.data() + row * size;
    std::size_t best = row == 0 ? 1 : 0;
    float least = HUGE_VALF;
    for (std::size_t other = 0; other < rows; ++other) {
        const float* theirs = vectors.data() + other * size;
        float sum = 0;
        for (std::size_t i = 0; i < size; ++i)
            sum += (own[i] - theirs[i]) * (own[i] - theirs[i]);
        if (other != row && sum < least) {
            least = sum;
            best = other;
        }
    }
    return best;
}

/// By Euclidean distance; of equally near rows the first.
class RecallAt1 final : public Metric {
public:
    explicit RecallAt1(Spec) {}

    Needs needs() const override { return {.vectors = true}; }

    double value(const Tally& tally) const override
    {
        const std::size_t rows = tally.truths().size(), size = rows > 0 ? tally.vectors().size() / rows : 0;
        std::int64_t found = 0;
        for (std::size_t row = 0; row < rows; ++row)
            found += rows > 1 && tally.truths()[nearest(tally.vectors(), rows, size, row)] == tally.truths()[row];
        return rows > 1 ? double(found) / double(rows) : std::nan("");
    }

    bool higherIsBetter() const override { return true; }
    Says of() const override { return Says::Vectors; }
    bool usual(const data::DatasetInfo&) const override { return true; }
};

}

void enroll(Metrics& all)
{
    all.add<RecallAt1>("recall_at_1", "Recall at 1",
                       "The share of rows whose nearest other row is of the same class. All rows are compared with "
                       "all, so it costs their square.",
                       base::Fields<Spec>{});
}

}
