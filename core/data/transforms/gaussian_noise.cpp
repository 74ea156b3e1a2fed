// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/ops/fields.h"
#include "core/data/transform.h"

#include <algorithm>

namespace core::data::transforms::gaussian_noise {

namespace {

struct Spec {
    double mean = 0;
    double sigma = 0.1;
    bool clip = true;
};

class GaussianNoise final : public Transform {
public:
    explicit GaussianNoise(Spec spec) : m_spec(std::move(spec)) {}

    Works works() const override { return Works::Image; }

    void apply(Sample& image, const base::Draw& draw) const override
    {
        for (std::size_t i = 0; i < image.values.size(); ++i) {
            const float noisy = image.values[i] + float(m_spec.mean + m_spec.sigma * draw.normal(i));
            image.values[i] = m_spec.clip ? std::min(1.f, std::max(0.f, noisy)) : noisy;
        }
    }

private:
    Spec m_spec;
};

}

void enroll(Transforms& all)
{
    base::Fields<Spec> fields;
    fields.add("mean", &Spec::mean, base::Real{-1, 1}, {"Mean of the noise."}, {.live = true});
    fields.add("sigma", &Spec::sigma, base::Real{0, 10},
               {"Its standard deviation; pixels go from 0 to 1.", "pixel + mean + sigma · N(0, 1)",
                "Hardly any change.", "Nothing can be made out."},
               {.tunable = true, .live = true});
    fields.add("clip", &Spec::clip, base::Flag{}, {"Keeps pixels in 0 … 1."}, {.live = true});
    all.add<GaussianNoise>("GaussianNoise", "Gaussian noise",
                           "Grain as of a camera in the dark: each pixel gets a number of its own.", std::move(fields));
}

}
