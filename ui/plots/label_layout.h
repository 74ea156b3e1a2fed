// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

namespace ui::plots {

/// A label that wants to stand with its middle at `wanted`.
struct LabelSlot {
    double wanted = 0, height = 0;
    double middle = 0; ///< out
    bool shown = true; ///< out
    int rank = 0;      ///< when there is no room for all, the largest ranks go first
};

/// Moves labels apart so that none overlaps another and all stay in [top, bottom], each as near to its wanted place as
/// the others allow (pooled adjacent violators: the least sum of squared moves). Those that do not fit are hidden.
void spreadLabels(std::vector<LabelSlot>& labels, double top, double bottom);

}
