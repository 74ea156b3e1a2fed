// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/ops/draws.h"
#include "core/data/ops/fields.h"
#include "core/data/transform.h"

#include <algorithm>

namespace core::data::transforms::random_affine {

namespace {

struct Spec {
    std::vector<double> degrees{10};
    std::vector<double> translate{0.1, 0.1};
    std::vector<double> scale{0.9, 1.1};
    std::vector<double> shear;
    std::string interpolation = "nearest";
    double fill = 0;
};

class RandomAffine final : public Transform {
public:
    explicit RandomAffine(Spec spec) : m_spec(std::move(spec)) {}

    Works works() const override { return Works::Image; }

    void apply(Sample& image, const base::Draw& draw) const override
    {
        AffineRanges ranges{.degrees = around(m_spec.degrees)};
        if (!m_spec.translate.empty())
            ranges.translate = {m_spec.translate.front(), m_spec.translate.back()};
        if (!m_spec.scale.empty())
            ranges.scale = {m_spec.scale.front(), m_spec.scale.back()};
        if (m_spec.shear.size() == 4)
            ranges.shearY = {m_spec.shear[2], m_spec.shear[3]};
        ranges.shearX =
            around({m_spec.shear.begin(),
                    m_spec.shear.begin() + std::min<std::ptrdiff_t>(2, std::ptrdiff_t(m_spec.shear.size()))});
        const AffineParameters parameters = drawAffine(ranges, image.width(), image.height(), draw);
        warpImage(image, Warp::affine(parameters, image.width(), image.height()), interpolationOf(m_spec.interpolation),
                  float(m_spec.fill));
    }

private:
    Spec m_spec;
};

}

void enroll(Transforms& all)
{
    base::Fields<Spec> fields;
    fields.add("degrees", &Spec::degrees, range(-360, 360), {"Turned by up to so far to either side, or from and to."},
               {.unit = "°", .live = true});
    fields.add("translate", &Spec::translate, range(0, 1),
               {"Moved by at most these shares of width and height. Empty: not at all.",
                {},
                {},
                "What matters leaves the picture."},
               {.live = true});
    fields.add("scale", &Spec::scale, range(0.01, 100),
               {"Scaled by a factor from the first to the second; above 1 zooms in. Empty: not at all."},
               {.live = true});
    fields.add(
        "shear", &Spec::shear, range(-89, 89, 4),
        {"Slanted along x by up to so far, or from and to; four numbers: along x, then along y. Empty: not at all."},
        {.unit = "°", .live = true});
    addFill(addInterpolation(fields));
    all.add<RandomAffine>(
        "RandomAffine", "Random affine",
        "Turns, moves, scales and slants at once, so that the place and size of a thing stop being a hint.",
        std::move(fields));
}

}
