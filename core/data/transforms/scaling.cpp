// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/transform.h"

#include <algorithm>
#include <cmath>

namespace core::data::transforms::scaling {

namespace {

struct Spec {
    double sigma = 0.1;
};

class Scaling final : public Transform {
public:
    explicit Scaling(Spec spec) : m_spec(std::move(spec)) {}

    Works works() const override { return Works::Series; }

    void apply(Sample& series, const base::Draw& draw) const override
    {
        const std::int64_t steps = series.width();
        for (std::int64_t channel = 0; channel < series.channels(); ++channel) {
            const float factor = float(1 + m_spec.sigma * draw.normal(std::uint64_t(channel)));
            for (float* value = series.plane(channel); value < series.plane(channel) + steps; ++value)
                *value *= factor;
        }
    }

private:
    Spec m_spec;
};

}

void enroll(Transforms& all)
{
    base::Fields<Spec> fields;
    fields.add("sigma", &Spec::sigma, base::Real{0, 10},
               {"Standard deviation of the factor.", "x · N(1, sigma)", "Hardly any change.",
                "Factors near 0 or below turn the series over."},
               {.tunable = true, .live = true});
    all.add<Scaling>("Scaling", "Scaling",
                     "Multiplies each channel by a factor near 1 (Um et al. 2017): a sensor of another gain.",
                     std::move(fields));
}

}
