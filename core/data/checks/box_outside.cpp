// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/check.h"

#include <algorithm>

namespace core::data::checks::box_outside {

namespace {

constexpr float slack = 1; // pixels that rounding may cost

bool isWrong(const Box& box, const Marks& picture)
{
    return !(box.right > box.left && box.bottom > box.top) || box.left < -slack || box.top < -slack ||
           box.right > float(picture.width) + slack || box.bottom > float(picture.height) + slack;
}

struct Spec {};

class BoxOutside final : public Check {
public:
    explicit BoxOutside(Spec) {}

    int rank() const override { return 1; }
    bool ofMarks() const override { return true; }

    std::vector<Problem> examine(const Examined& data) const override
    {
        std::vector<std::int64_t> rows;
        std::int64_t count = 0;
        for (const Marks& picture : data.marks) {
            const auto wrong = std::count_if(picture.boxes.begin(), picture.boxes.end(),
                                             [&](const Box& box) { return isWrong(box, picture); });
            count += wrong;
            if (wrong > 0)
                rows.push_back(picture.row);
        }
        if (count == 0)
            return {};
        const std::int64_t pictures = std::int64_t(rows.size());
        rows = firstFew(std::move(rows));
        return {{.kind = "box_outside",
                 .column = data.info.target,
                 .rows = rows,
                 .count = count,
                 .message = countText(count, "box reaches", "boxes reach") + " out of the picture or have no area: " +
                            rowsText(rows, pictures, "picture") + lookedAtText(data),
                 .remedy = "Correct the marks: left < right and top < bottom, within the picture",
                 .effect = "The network is asked for something that it cannot see."}};
    }
};

}

void enroll(Checks& all)
{
    all.add<BoxOutside>("box_outside", "Boxes outside", "Boxes that reach out of their picture, or have no area.",
                        base::Fields<Spec>{});
}

}
