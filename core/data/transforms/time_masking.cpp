// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/ops/fields.h"
#include "core/data/ops/masks.h"
#include "core/data/transform.h"

#include <algorithm>
#include <cmath>

namespace core::data::transforms::time_masking {

namespace {

struct Spec {
    std::int64_t timeMaskParam = 35;
    bool iidMasks = false;
    double p = 1;
};

class TimeMasking final : public Transform {
public:
    explicit TimeMasking(Spec spec) : m_spec(std::move(spec)) {}

    Works works() const override { return Works::Spectrogram; }

    void apply(Sample& sample, const base::Draw& draw) const override
    {
        maskAxis(sample, SpectrogramAxis::Time, {m_spec.timeMaskParam, m_spec.p, m_spec.iidMasks, 0}, draw);
    }

private:
    Spec m_spec;
};

}

void enroll(Transforms& all)
{
    base::Fields<Spec> fields;
    fields.add("time_mask_param", &Spec::timeMaskParam, base::Int{0, 10000},
               {"A mask covers fewer columns than this.", "width ~ U(0, time_mask_param)", "Hardly any change.",
                "Most of the sound is hidden."},
               {.unit = "columns", .tunable = true, .live = true});
    fields.add("iid_masks", &Spec::iidMasks, base::Flag{}, {"Each channel gets masks of its own."}, {.live = true});
    fields.add("p", &Spec::p, base::Real{0, 1}, {"Largest share of the columns that may be hidden."},
               {.tunable = true, .live = true});
    all.add<TimeMasking>(
        "TimeMasking", "Time masking",
        "Hides a stretch of time (Park et al. 2019). Hidden is 0: the mean, with data.normalize standard.",
        std::move(fields));
}

}
