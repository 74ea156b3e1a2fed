// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/ops/draws.h"
#include "core/data/ops/fields.h"
#include "core/data/transform.h"

#include <algorithm>

namespace core::data::transforms::cutout {

namespace {

struct Spec {
    std::int64_t size = 8;
    std::int64_t holes = 1;
    double fill = 0;
    double p = 1;
};

class Cutout final : public Transform {
public:
    explicit Cutout(Spec spec) : m_spec(std::move(spec)) {}

    Works works() const override { return Works::Image; }

    void apply(Sample& image, const base::Draw& draw) const override
    {
        if (draw.uniform(0) >= m_spec.p)
            return;
        for (std::int64_t hole = 0; hole < m_spec.holes; ++hole)
            eraseImage(image, square(image, draw.within(std::uint64_t(hole))), {float(m_spec.fill)});
    }

private:
    Spec m_spec;

    Frame square(const Sample& image, const base::Draw& draw) const
    {
        const std::int64_t y = std::int64_t(draw.below(0, std::uint64_t(image.height())));
        const std::int64_t x = std::int64_t(draw.below(1, std::uint64_t(image.width())));
        const std::int64_t top = std::max<std::int64_t>(0, y - m_spec.size / 2),
                           left = std::max<std::int64_t>(0, x - m_spec.size / 2);
        const std::int64_t bottom = std::min(image.height(), y - m_spec.size / 2 + m_spec.size);
        const std::int64_t right = std::min(image.width(), x - m_spec.size / 2 + m_spec.size);
        return {top, left, std::max<std::int64_t>(0, bottom - top), std::max<std::int64_t>(0, right - left)};
    }
};

}

void enroll(Transforms& all)
{
    auto fields = chance<Spec>("loses squares");
    fields.add("size", &Spec::size, base::Int{1, 1024},
               {"Side of a square; at the edge a part of it lies outside.",
                {},
                "Hardly anything is hidden.",
                "What matters is hidden too often."},
               {.unit = "pixels", .tunable = true, .live = true});
    fields.add("holes", &Spec::holes, base::Int{1, 64}, {"How many squares."}, {.live = true});
    addFill(fields);
    all.add<Cutout>("Cutout", "Cutout", "Hides squares around points anywhere in the image (DeVries & Taylor 2017).",
                    std::move(fields));
}

}
