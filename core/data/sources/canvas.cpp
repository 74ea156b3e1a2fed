// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/tables/plane.h"

namespace core::data::sources::canvas {

namespace {

constexpr std::int64_t fewestPoints = 5;

struct Spec {};

class Canvas final : public Source {
public:
    explicit Canvas(Spec) {}

    base::Result<Loaded> load(const SourceRequest& request) const override
    {
        if (request.data.task != "auto" && request.data.task != "classification")
            return base::Error{base::ErrorKind::Spec, "points are painted by class, not for " + request.data.task,
                               "/data/task", "Leave the task out, or use a file with a column of numbers to predict"};
        CORE_TRY(loaded, loadPlane({"canvas", {}, {}, 0, 0}, request));
        loaded.info.target = "label";
        loaded.fewestOfClass = fewestPoints;
        return std::move(loaded);
    }
};

}

void enroll(Sources& all)
{
    all.add<Canvas>("canvas", "Empty canvas",
                    "A plane without a point: every row is painted on the Data page, or added by data.edits with x, y "
                    "and label.",
                    base::Fields<Spec>{});
}

}
