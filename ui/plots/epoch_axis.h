// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

namespace ui::plots {

/// Steps ↔ epochs of a run whose epochs may change their length on the way.
struct EpochAxis {
    /// From `step` on, where `epochs` were done, an epoch has `stepsPerEpoch` steps.
    struct Bend {
        double step = 0, epochs = 0, stepsPerEpoch = 1;
    };
    std::vector<Bend> bends; ///< in rising steps; empty: nothing is known of epochs

    void bend(Bend next)
    {
        while (!bends.empty() && bends.back().step >= next.step)
            bends.pop_back();
        bends.push_back(next);
    }
    double epochOf(double step) const
    {
        if (bends.empty())
            return 0;
        std::size_t i = bends.size() - 1;
        while (i > 0 && bends[i].step > step)
            --i;
        return bends[i].epochs + (step - bends[i].step) / bends[i].stepsPerEpoch;
    }
    double stepOf(double epoch) const
    {
        if (bends.empty())
            return 0;
        std::size_t i = bends.size() - 1;
        while (i > 0 && bends[i].epochs > epoch)
            --i;
        return bends[i].step + (epoch - bends[i].epochs) * bends[i].stepsPerEpoch;
    }
};

}
