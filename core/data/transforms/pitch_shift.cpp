// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/ops/draws.h"
#include "core/data/ops/fields.h"
#include "core/data/signals/waveform.h"
#include "core/data/transform.h"

#include <algorithm>
#include <cmath>

namespace core::data::transforms::pitch_shift {

namespace {

struct Spec {
    std::vector<double> nSteps{2};
    std::int64_t binsPerOctave = 12;
    std::int64_t nFft = 512;
};

class PitchShift final : public Transform {
public:
    explicit PitchShift(Spec spec) : m_spec(std::move(spec)) {}

    Works works() const override { return Works::Waveform; }

    void apply(Sample& sample, const base::Draw& draw) const override
    {
        const double steps = uniformIn(around(m_spec.nSteps), draw, 0);
        if (sample.width() > m_spec.nFft && sample.rate > 0)
            setWaveform(sample, pitchShifted(waveformOf(sample), sample.rate, steps, m_spec.binsPerOctave,
                                             {m_spec.nFft, m_spec.nFft / 4}));
    }

private:
    Spec m_spec;
};

}

void enroll(Transforms& all)
{
    base::Fields<Spec> fields;
    fields.add("n_steps", &Spec::nSteps, range(-48, 48),
               {"Steps up or down: one number, so far to either side; two, from and to. Parts of a step too.",
                "pitch · 2^(n_steps / bins_per_octave)", "Hardly any change.", "Voices that nobody has."},
               {.live = true});
    fields.add("bins_per_octave", &Spec::binsPerOctave, base::Int{1, 1200}, {"Steps of an octave: 12 are semitones."});
    fields.add("n_fft", &Spec::nFft, base::Int{16, 16384}, {"Frames of the window; a quarter of it is the hop."},
               {.unit = "frames"});
    all.add<PitchShift>(
        "PitchShift", "Pitch shift",
        "Plays sound higher or lower at the same speed and length, so that no voice is tied to its pitch.",
        std::move(fields));
}

}
