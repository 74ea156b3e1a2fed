// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/ops/colour.h"
#include "core/data/ops/fields.h"
#include "core/data/transform.h"

namespace core::data::transforms::random_invert {

namespace {

struct Spec {
    double p = 0.5;
};

class RandomInvert final : public Transform {
public:
    explicit RandomInvert(Spec spec) : m_spec(std::move(spec)) {}

    Works works() const override { return Works::Image; }

    void apply(Sample& image, const base::Draw& draw) const override
    {
        if (draw.uniform(0) < m_spec.p)
            invert(image);
    }

private:
    Spec m_spec;
};

}

void enroll(Transforms& all)
{
    auto fields = chance<Spec>("is turned into its negative");
    all.add<RandomInvert>("RandomInvert", "Random invert", "Swaps dark and light.", std::move(fields));
}

}
