// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/ops/draws.h"
#include "core/data/ops/fields.h"
#include "core/data/transform.h"

namespace core::data::transforms::random_perspective {

namespace {

struct Spec {
    double distortionScale = 0.5;
    double p = 0.5;
    std::string interpolation = "bilinear";
    double fill = 0;
};

class RandomPerspective final : public Transform {
public:
    explicit RandomPerspective(Spec spec) : m_spec(std::move(spec)) {}

    Works works() const override { return Works::Image; }

    void apply(Sample& image, const base::Draw& draw) const override
    {
        if (draw.uniform(0) >= m_spec.p)
            return;
        const auto corners = drawCorners(image.width(), image.height(), m_spec.distortionScale, draw.within(1));
        warpImage(
            image,
            Warp::perspective(perspectiveTo(corners, image.width(), image.height()), image.width(), image.height()),
            interpolationOf(m_spec.interpolation), float(m_spec.fill));
    }

private:
    Spec m_spec;
};

}

void enroll(Transforms& all)
{
    base::Fields<Spec> fields;
    fields.add("distortion_scale", &Spec::distortionScale, base::Real{0, 1},
               {"How far the corners move towards the middle, as a share of half the side.",
                {},
                "Hardly any slant.",
                "Little of the image is left."},
               {.tunable = true, .live = true});
    fields.add("p", &Spec::p, base::Real{0, 1}, {"Chance that it is seen from aside."},
               {.tunable = true, .live = true});
    addFill(addInterpolation(fields));
    all.add<RandomPerspective>("RandomPerspective", "Random perspective",
                               "Shows images as if seen from aside: each corner moves inwards by itself.",
                               std::move(fields));
}

}
