// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/ops/draws.h"
#include "core/data/ops/fields.h"
#include "core/data/signals/waveform.h"
#include "core/data/transform.h"

#include <algorithm>
#include <cmath>

namespace core::data::transforms::time_stretch {

namespace {

struct Spec {
    std::vector<double> rate{0.8, 1.25};
    std::int64_t nFft = 512;
    std::int64_t hopLength = 128;
};

class TimeStretch final : public Transform {
public:
    explicit TimeStretch(Spec spec) : m_spec(std::move(spec)) {}

    Works works() const override { return Works::Waveform; }

    void apply(Sample& sample, const base::Draw& draw) const override
    {
        const double rate = uniformIn(around(m_spec.rate), draw, 0);
        if (sample.width() > m_spec.nFft)
            setWaveform(sample, stretched(waveformOf(sample), rate,
                                          {m_spec.nFft, std::min(m_spec.hopLength, m_spec.nFft / 2)}));
    }

private:
    Spec m_spec;
};

}

void enroll(Transforms& all)
{
    base::Fields<Spec> fields;
    fields.add("rate", &Spec::rate, std::make_shared<const base::List>(base::List{base::Real{0.1, 10}, 2, 2}),
               {"How many times as fast it is played, from and to.",
                {},
                "Slow speech smears.",
                "Fast speech cannot be told apart."},
               {.live = true});
    fields.add("n_fft", &Spec::nFft, base::Int{16, 16384}, {"Frames of the window whose phases are followed."},
               {.unit = "frames"});
    fields.add("hop_length", &Spec::hopLength, base::Int{1, 8192},
               {"Frames from one window to the next; a quarter of n_fft sounds well."}, {.unit = "frames"});
    all.add<TimeStretch>("TimeStretch", "Time stretch",
                         "Plays sound faster or slower at the same pitch (phase vocoder). The length changes; what "
                         "follows cuts or pads it.",
                         std::move(fields));
}

}
