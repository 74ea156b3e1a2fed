// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/metric.h"

#include <algorithm>
#include <cmath>

namespace core::train::metrics::recall_at_1 {

namespace {

struct Spec {};

constexpr std::int64_t atOnce = 256; ///< rows that are compared with all

// Of each of the rows `first` … the row that is nearest to it, besides itself.
std::vector<std::int64_t> nearest(const at::Tensor& all, const at::Tensor& squares, std::int64_t first)
{
    const std::int64_t rows = all.size(0), count = std::min(atOnce, rows - first);
    const at::Tensor products = all.narrow(0, first, count).mm(all.t()).contiguous();
    const double* product = products.const_data_ptr<double>();
    const double* square = squares.const_data_ptr<double>();
    std::vector<std::int64_t> found;
    for (std::int64_t row = first; row < first + count; ++row, product += rows) {
        std::int64_t best = row == 0 ? 1 : 0;
        double least = HUGE_VAL;
        for (std::int64_t other = 0; other < rows; ++other)
            // |a − b|² without |a|², which is the same for all.
            if (const double away = square[other] - 2 * product[other]; away < least && other != row) {
                least = away;
                best = other;
            }
        found.push_back(best);
    }
    return found;
}

/// By Euclidean distance; of equally near rows the first.
class RecallAt1 final : public Metric {
public:
    explicit RecallAt1(Spec) {}

    Needs needs() const override { return {.vectors = true}; }

    double value(const Tally& tally) const override
    {
        const std::vector<std::int64_t>& truths = tally.truths();
        const std::int64_t rows = std::int64_t(truths.size());
        if (rows < 2)
            return std::nan("");
        at::Tensor all = tensor::empty({rows, std::int64_t(tally.vectors().size()) / rows}, at::kDouble);
        std::ranges::copy(tally.vectors(), all.mutable_data_ptr<double>());
        const at::Tensor squares = all.square().sum(1);
        std::int64_t right = 0;
        for (std::int64_t first = 0; first < rows; first += atOnce) {
            std::int64_t row = first;
            for (const std::int64_t other : nearest(all, squares, first))
                right += truths[std::size_t(other)] == truths[std::size_t(row++)];
        }
        return double(right) / double(rows);
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
