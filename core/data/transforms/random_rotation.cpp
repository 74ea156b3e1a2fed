// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/ops/draws.h"
#include "core/data/ops/fields.h"
#include "core/data/transform.h"

namespace core::data::transforms::random_rotation {

namespace {

struct Spec {
    std::vector<double> degrees{15};
    std::string interpolation = "nearest";
    double fill = 0;
};

class RandomRotation final : public Transform {
public:
    explicit RandomRotation(Spec spec) : m_spec(std::move(spec)) {}

    Works works() const override { return Works::Image; }

    void apply(Sample& image, const base::Draw& draw) const override
    {
        const double angle = uniformIn(around(m_spec.degrees), draw, 0);
        warpImage(image, Warp::rotation(angle, image.width(), image.height()), interpolationOf(m_spec.interpolation),
                  float(m_spec.fill));
    }

private:
    Spec m_spec;
};

}

void enroll(Transforms& all)
{
    base::Fields<Spec> fields;
    fields.add("degrees", &Spec::degrees, range(-360, 360),
               {"One number: up to so far to either side. Two: from and to, counter-clockwise.",
                {},
                "Hardly anything varies.",
                "What stands upright is never seen upright."},
               {.unit = "°", .live = true});
    addFill(addInterpolation(fields));
    all.add<RandomRotation>("RandomRotation", "Random rotation",
                            "Turns images around their middle, by an angle drawn anew each time; size and shape stay.",
                            std::move(fields));
}

}
