// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/transform.h"

#include <algorithm>
#include <cmath>

namespace core::data::transforms::jitter {

namespace {

struct Spec {
    double sigma = 0.03;
};

class Jitter final : public Transform {
public:
    explicit Jitter(Spec spec) : m_spec(std::move(spec)) {}

    Works works() const override { return Works::Series; }

    void apply(Sample& series, const base::Draw& draw) const override
    {
        for (std::size_t i = 0; i < series.values.size(); ++i)
            series.values[i] += float(m_spec.sigma * draw.normal(i));
    }

private:
    Spec m_spec;
};

}

void enroll(Transforms& all)
{
    base::Fields<Spec> fields;
    fields.add("sigma", &Spec::sigma, base::Real{0, 10},
               {"Standard deviation of the noise; 1 is that of the series where it is normalized.",
                "x + sigma · N(0, 1)", "Hardly any change.", "The course of the series drowns."},
               {.tunable = true, .live = true});
    all.add<Jitter>("Jitter", "Jitter", "Adds Gaussian noise to every step (Um et al. 2017), as a sensor does.",
                    std::move(fields));
}

}
