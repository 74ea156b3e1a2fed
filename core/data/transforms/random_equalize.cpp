// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/ops/colour.h"
#include "core/data/ops/fields.h"
#include "core/data/transform.h"

namespace core::data::transforms::random_equalize {

namespace {

struct Spec {
    double p = 0.5;
};

class RandomEqualize final : public Transform {
public:
    explicit RandomEqualize(Spec spec) : m_spec(std::move(spec)) {}

    Works works() const override { return Works::Image; }

    void apply(Sample& image, const base::Draw& draw) const override
    {
        if (draw.uniform(0) < m_spec.p)
            equalize(image);
    }

private:
    Spec m_spec;
};

}

void enroll(Transforms& all)
{
    auto fields = chance<Spec>("is equalized");
    all.add<RandomEqualize>("RandomEqualize", "Random equalize", "Gives each level of brightness about as many pixels.",
                            std::move(fields));
}

}
