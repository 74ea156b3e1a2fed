// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/ops/colour.h"
#include "core/data/ops/fields.h"
#include "core/data/transform.h"

namespace core::data::transforms::random_solarize {

namespace {

struct Spec {
    double threshold = 0.5;
    double p = 0.5;
};

class RandomSolarize final : public Transform {
public:
    explicit RandomSolarize(Spec spec) : m_spec(std::move(spec)) {}

    Works works() const override { return Works::Image; }

    void apply(Sample& image, const base::Draw& draw) const override
    {
        if (draw.uniform(0) < m_spec.p)
            solarize(image, m_spec.threshold);
    }

private:
    Spec m_spec;
};

}

void enroll(Transforms& all)
{
    auto fields = chance<Spec>("is solarized");
    fields.add("threshold", &Spec::threshold, base::Real{0, 1}, {"Pixels from this brightness on are inverted."},
               {.tunable = true, .live = true});
    all.add<RandomSolarize>("RandomSolarize", "Random solarize",
                            "Inverts what is bright, as film that was lit while it was developed.", std::move(fields));
}

}
