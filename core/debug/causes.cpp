// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/causes.h"

#include <algorithm>

namespace core::debug {

std::vector<RankedCause> ranked(const std::vector<Cause>& causes, const Scene& scene)
{
    std::vector<RankedCause> all;
    for (const Cause& cause : causes) {
        RankedCause one{cause.text()};
        double doubt = 1, against = 0;
        std::vector<Clue> clues;
        for (const Look& look : cause.looks())
            if (Clue clue = look(scene); clue.weight != 0)
                clues.push_back(std::move(clue));
        std::ranges::stable_sort(clues, std::greater{}, [](const Clue& clue) { return std::abs(clue.weight); });
        for (const Clue& clue : clues) {
            doubt *= 1 - std::clamp(clue.weight, 0.0, 1.0);
            against = std::max(against, -clue.weight);
            one.seen += (one.seen.empty() ? "" : "; ") + clue.seen;
        }
        one.score = 1 - doubt - against;
        all.push_back(std::move(one));
    }
    std::ranges::stable_sort(all, std::greater{}, &RankedCause::score);
    return all;
}

}
