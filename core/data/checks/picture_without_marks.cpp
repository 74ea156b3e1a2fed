// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/check.h"

#include <algorithm>

namespace core::data::checks::picture_without_marks {

namespace {

struct Spec {};

class PictureWithoutMarks final : public Check {
public:
    explicit PictureWithoutMarks(Spec) {}

    int rank() const override { return 3; }
    bool ofMarks() const override { return true; }

    std::vector<Problem> examine(const Examined& data) const override
    {
        std::vector<std::int64_t> rows;
        for (const Marks& picture : data.marks)
            if (picture.boxes.empty() &&
                (picture.maskPixels.empty() || std::all_of(picture.maskPixels.begin() + 1, picture.maskPixels.end(),
                                                           [](std::int64_t pixels) { return pixels == 0; })))
                rows.push_back(picture.row);
        if (rows.empty())
            return {};
        const std::int64_t count = std::int64_t(rows.size());
        rows = firstFew(std::move(rows));
        return {{.kind = "picture_without_marks",
                 .column = data.info.target,
                 .rows = rows,
                 .count = count,
                 .message = countText(count, "picture has", "pictures have") +
                            " nothing marked: " + rowsText(rows, count, "picture") + lookedAtText(data),
                 .remedy = "If there is something in them, mark it; if there is not, keep a few as background",
                 .effect = "Things that are there but not marked teach the network to overlook them."}};
    }
};

}

void enroll(Checks& all)
{
    all.add<PictureWithoutMarks>("picture_without_marks", "Pictures without marks",
                                 "Pictures with no box, or with background only.", base::Fields<Spec>{});
}

}
