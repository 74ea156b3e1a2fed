// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/ops/blur.h"
#include "core/data/ops/fields.h"
#include "core/data/transform.h"

namespace core::data::transforms::random_adjust_sharpness {

namespace {

struct Spec {
    double sharpnessFactor = 2;
    double p = 0.5;
};

class RandomAdjustSharpness final : public Transform {
public:
    explicit RandomAdjustSharpness(Spec spec) : m_spec(std::move(spec)) {}

    Works works() const override { return Works::Image; }

    void apply(Sample& image, const base::Draw& draw) const override
    {
        if (draw.uniform(0) < m_spec.p)
            adjustSharpness(image, m_spec.sharpnessFactor);
    }

private:
    Spec m_spec;
};

}

void enroll(Transforms& all)
{
    auto fields = chance<Spec>("is sharpened");
    fields.add("sharpness_factor", &Spec::sharpnessFactor, base::Real{0, 100},
               {"0 blurs, 1 changes nothing, 2 sharpens twofold."}, {.tunable = true, .live = true});
    all.add<RandomAdjustSharpness>("RandomAdjustSharpness", "Random sharpness", "Sharpens or blurs by a fixed factor.",
                                   std::move(fields));
}

}
