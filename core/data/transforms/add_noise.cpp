// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/ops/draws.h"
#include "core/data/ops/fields.h"
#include "core/data/transform.h"

#include <algorithm>
#include <cmath>

namespace core::data::transforms::add_noise {

namespace {

struct Spec {
    std::vector<double> snr{10, 30};
};

class AddNoise final : public Transform {
public:
    explicit AddNoise(Spec spec) : m_spec(std::move(spec)) {}

    Works works() const override { return Works::Waveform; }

    void apply(Sample& sample, const base::Draw& draw) const override
    {
        double energy = 0;
        for (const float value : sample.values)
            energy += double(value) * value;
        const base::Draw normals = draw.within(1);
        std::vector<float> noise(sample.values.size());
        double noiseEnergy = 0;
        for (std::size_t i = 0; i < noise.size(); ++i) {
            noise[i] = float(normals.normal(i));
            noiseEnergy += double(noise[i]) * noise[i];
        }
        const double snr = draw.uniform(0, m_spec.snr.front(), m_spec.snr.back());
        const double scale = noiseEnergy > 0 ? std::sqrt(energy / noiseEnergy) * std::pow(10, -snr / 20) : 0;
        for (std::size_t i = 0; i < noise.size(); ++i)
            sample.values[i] += float(scale * noise[i]);
    }

private:
    Spec m_spec;
};

}

void enroll(Transforms& all)
{
    base::Fields<Spec> fields;
    fields.add("snr", &Spec::snr, std::make_shared<const base::List>(base::List{base::Real{-60, 120}, 1, 2}),
               {"How much louder than the noise the sound is, from and to.",
                "10 · log₁₀(energy of sound / energy of noise)", "The sound drowns.", "The noise cannot be heard."},
               {.unit = "dB", .live = true});
    all.add<AddNoise>("AddNoise", "Add noise", "Adds white noise at a signal-to-noise ratio drawn anew each time.",
                      std::move(fields));
}

}
