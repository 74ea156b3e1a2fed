// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/label_layout.h"

#include <algorithm>
#include <numeric>

namespace ui::plots {

namespace {

/// Labels that touch, standing from `top` on.
struct Pile {
    double top, height;
    double pull; ///< sum over the labels of the pile's top that each would like
    std::size_t first, count;
};

double placed(const Pile& pile, double top, double bottom)
{
    return std::max(top, std::min(pile.pull / double(pile.count), bottom - pile.height));
}

void hideUntilTheyFit(std::vector<LabelSlot>& labels, double room)
{
    double height = 0;
    for (LabelSlot& label : labels) {
        label.shown = true;
        height += label.height;
    }
    while (height > room + 1e-9) {
        LabelSlot* least = nullptr;
        for (LabelSlot& label : labels)
            if (label.shown && (!least || label.rank >= least->rank))
                least = &label;
        if (!least)
            return;
        least->shown = false;
        height -= least->height;
    }
}

}

void spreadLabels(std::vector<LabelSlot>& labels, double top, double bottom)
{
    hideUntilTheyFit(labels, bottom - top);
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < labels.size(); ++i)
        if (labels[i].shown)
            order.push_back(i);
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return labels[a].wanted < labels[b].wanted; });

    std::vector<Pile> piles;
    for (std::size_t k = 0; k < order.size(); ++k) {
        const LabelSlot& label = labels[order[k]];
        Pile pile{0, label.height, label.wanted - label.height / 2, k, 1};
        pile.top = placed(pile, top, bottom);
        while (!piles.empty() && piles.back().top + piles.back().height > pile.top) {
            const Pile& above = piles.back();
            pile = {0, above.height + pile.height, above.pull + pile.pull - double(pile.count) * above.height,
                    above.first, above.count + pile.count};
            pile.top = placed(pile, top, bottom);
            piles.pop_back();
        }
        piles.push_back(pile);
    }
    for (const Pile& pile : piles) {
        double y = pile.top;
        for (std::size_t k = pile.first; k < pile.first + pile.count; ++k) {
            LabelSlot& label = labels[order[k]];
            label.middle = y + label.height / 2;
            y += label.height;
        }
    }
}

}
