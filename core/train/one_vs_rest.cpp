// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/one_vs_rest.h"

#include <algorithm>
#include <cmath>

namespace core::train {

double meanOverClasses(const Tally& tally, double (*figure)(std::span<const Scored> rows, std::size_t there))
{
    const std::size_t classes = tally.classes().size(), rows = tally.truths().size();
    if (std::ranges::any_of(tally.scores(), [](float score) { return std::isnan(score); }))
        return std::nan("");
    std::vector<Scored> scored(rows);
    double sum = 0;
    std::size_t taken = 0;
    for (std::size_t c = 0; c < classes; ++c) {
        const auto there = std::size_t(tally.classes()[c].there);
        if (there == 0 || there == rows)
            continue;
        for (std::size_t row = 0; row < rows; ++row)
            scored[row] = {tally.scores()[row * classes + c], tally.truths()[row] == std::int64_t(c)};
        std::ranges::sort(scored, [](const Scored& a, const Scored& b) { return a.score > b.score; });
        sum += figure(scored, there);
        ++taken;
    }
    return taken > 0 ? sum / double(taken) : std::nan("");
}

}
