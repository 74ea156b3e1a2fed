// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/check.h"

#include <algorithm>

namespace core::data::checks::tiny_boxes {

namespace {

constexpr float smallest = 4; // pixels

struct Spec {};

class TinyBoxes final : public Check {
public:
    explicit TinyBoxes(Spec) {}

    int rank() const override { return 2; }
    bool ofMarks() const override { return true; }

    std::vector<Problem> examine(const Examined& data) const override
    {
        if (data.info.inputShape.size() != 3)
            return {};
        std::vector<std::int64_t> rows;
        std::int64_t count = 0, all = 0;
        for (const Marks& picture : data.marks) {
            // As large as the network sees them.
            const float x = float(data.info.inputShape[2]) / float(std::max<std::int64_t>(1, picture.width));
            const float y = float(data.info.inputShape[1]) / float(std::max<std::int64_t>(1, picture.height));
            const auto tiny = std::count_if(picture.boxes.begin(), picture.boxes.end(), [&](const Box& box) {
                const float side = std::min(x * (box.right - box.left), y * (box.bottom - box.top));
                return side > 0 && side < smallest;
            });
            all += std::int64_t(picture.boxes.size());
            count += tiny;
            if (tiny > 0)
                rows.push_back(picture.row);
        }
        if (count == 0)
            return {};
        const std::int64_t pictures = std::int64_t(rows.size());
        rows = firstFew(std::move(rows));
        return {
            {.kind = "tiny_boxes",
             .column = data.info.target,
             .rows = rows,
             .count = count,
             .message = std::to_string(count) + " of " + countText(all, "box", "boxes") +
                        " have a side under 4 pixels at the size that the network sees: " +
                        rowsText(rows, pictures, "picture") + lookedAtText(data),
             .remedy = "Give data.image.size a larger number, cut the pictures into parts, or leave such things out",
             .effect = "So few pixels hardly tell what a thing is; its box is missed, and counts as wrong."}};
    }
};

}

void enroll(Checks& all)
{
    all.add<TinyBoxes>("tiny_boxes", "Very small boxes",
                       "Boxes that are a few pixels wide where the network sees them.", base::Fields<Spec>{});
}

}
