// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/ops/draws.h"
#include "core/data/ops/fields.h"
#include "core/data/transform.h"

#include <algorithm>
#include <cmath>

namespace core::data::transforms::vol {

namespace {

struct Spec {
    std::vector<double> gain{0.5, 1.5};
    std::string gainType = "amplitude";
};

class Vol final : public Transform {
public:
    explicit Vol(Spec spec) : m_spec(std::move(spec)) {}

    Works works() const override { return Works::Waveform; }

    void apply(Sample& sample, const base::Draw& draw) const override
    {
        const double gain = draw.uniform(0, m_spec.gain.front(), m_spec.gain.back());
        const double factor = m_spec.gainType == "db"      ? std::pow(10, gain / 20)
                              : m_spec.gainType == "power" ? std::sqrt(std::max(0.0, gain))
                                                           : gain;
        for (float& value : sample.values)
            value = std::clamp(value * float(factor), -1.f, 1.f);
    }

private:
    Spec m_spec;
};

}

void enroll(Transforms& all)
{
    base::Fields<Spec> fields;
    fields.add("gain", &Spec::gain, std::make_shared<const base::List>(base::List{base::Real{-120, 120}, 1, 2}),
               {"From and to; one number: always that.", {}, "Silence.", "What exceeds full scale is cut off."},
               {.live = true});
    fields.add("gain_type", &Spec::gainType, base::Choice{{"amplitude", "power", "db"}},
               {"What gain multiplies: amplitudes, or power; db is 20 · log₁₀ of the amplitude."});
    all.add<Vol>("Vol", "Volume", "Makes sound louder or quieter, so that loudness stops being a hint.",
                 std::move(fields));
}

}
