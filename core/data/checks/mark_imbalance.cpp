// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/check.h"

#include <algorithm>

namespace core::data::checks::mark_imbalance {

namespace {

constexpr double imbalancedRatio = 10;

struct Spec {};

class MarkImbalance final : public Check {
public:
    explicit MarkImbalance(Spec) {}

    int rank() const override { return 2; }
    bool ofMarks() const override { return true; }

    std::vector<Problem> examine(const Examined& data) const override
    {
        const std::vector<std::int64_t> counts = marksOfClasses(data);
        const bool boxes = data.info.task == "detection";
        // Those without any are told elsewhere.
        std::ptrdiff_t least = -1, most = -1;
        for (std::ptrdiff_t c = 0; c < std::ptrdiff_t(counts.size()); ++c) {
            const std::int64_t count = counts[std::size_t(c)];
            if (count > 0 && (least < 0 || count < counts[std::size_t(least)]))
                least = c;
            if (count > 0 && (most < 0 || count > counts[std::size_t(most)]))
                most = c;
        }
        if (least < 0 || double(counts[std::size_t(most)]) <= imbalancedRatio * double(counts[std::size_t(least)]))
            return {};
        const auto told = [&](std::ptrdiff_t c) {
            return "class \"" + data.info.classes[std::size_t(c)] + "\" has " +
                   countText(counts[std::size_t(c)], boxes ? "box" : "pixel", boxes ? "boxes" : "pixels");
        };
        return {{.kind = "class_imbalance",
                 .column = data.info.target,
                 .count = counts[std::size_t(least)],
                 .message = told(least) + ", " + told(most) + lookedAtText(data),
                 .remedy = boxes ? "Take more pictures with the rare things, or judge by the precision of each class"
                                 : "Weigh the classes in the loss, or judge by the overlap (IoU) of each class",
                 .effect = "Most gradients come from the frequent class; what is rare is hardly learned."}};
    }
};

}

void enroll(Checks& all)
{
    all.add<MarkImbalance>("mark_imbalance", "Marks of very different number",
                           "One class has more than ten times the boxes or pixels of another.", base::Fields<Spec>{});
}

}
