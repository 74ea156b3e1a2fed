// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/ops/draws.h"
#include "core/data/ops/fields.h"
#include "core/data/transform.h"

#include <algorithm>
#include <cmath>

namespace core::data::transforms::time_shift {

namespace {

struct Spec {
    std::vector<double> shift{0.1};
    bool rollover = true;
};

class TimeShift final : public Transform {
public:
    explicit TimeShift(Spec spec) : m_spec(std::move(spec)) {}

    Works works() const override { return Works::Waveform; }

    void apply(Sample& sample, const base::Draw& draw) const override
    {
        const std::int64_t frames = sample.width();
        const std::int64_t by = std::int64_t(std::nearbyint(uniformIn(around(m_spec.shift), draw, 0) * double(frames)));
        if (frames == 0)
            return;
        const std::int64_t turn = ((by % frames) + frames) % frames;
        for (std::int64_t channel = 0; channel < sample.channels(); ++channel) {
            float* line = sample.plane(channel);
            std::rotate(line, line + (frames - turn) % frames, line + frames);
            if (!m_spec.rollover && by != 0)
                by > 0 ? std::fill(line, line + std::min(by, frames), 0.f)
                       : std::fill(line + std::max<std::int64_t>(0, frames + by), line + frames, 0.f);
        }
    }

private:
    Spec m_spec;
};

}

void enroll(Transforms& all)
{
    base::Fields<Spec> fields;
    fields.add("shift", &Spec::shift, range(-1, 1),
               {"Shares of the length: one number, so far to either side; two, from and to.",
                {},
                "Hardly any change.",
                "What was said is cut off, or comes in two pieces."},
               {.live = true});
    fields.add("rollover", &Spec::rollover, base::Flag{},
               {"What leaves at one end comes in at the other; else there is silence."}, {.live = true});
    all.add<TimeShift>("TimeShift", "Time shift", "Lets sound begin earlier or later.", std::move(fields));
}

}
