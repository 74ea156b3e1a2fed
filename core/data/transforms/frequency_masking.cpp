// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/ops/fields.h"
#include "core/data/ops/masks.h"
#include "core/data/transform.h"

#include <algorithm>
#include <cmath>

namespace core::data::transforms::frequency_masking {

namespace {

struct Spec {
    std::int64_t freqMaskParam = 15;
    bool iidMasks = false;
};

class FrequencyMasking final : public Transform {
public:
    explicit FrequencyMasking(Spec spec) : m_spec(std::move(spec)) {}

    Works works() const override { return Works::Spectrogram; }

    void apply(Sample& sample, const base::Draw& draw) const override
    {
        maskAxis(sample, SpectrogramAxis::Frequency, {m_spec.freqMaskParam, 1, m_spec.iidMasks, 0}, draw);
    }

private:
    Spec m_spec;
};

}

void enroll(Transforms& all)
{
    base::Fields<Spec> fields;
    fields.add("freq_mask_param", &Spec::freqMaskParam, base::Int{0, 512},
               {"A mask covers fewer bands than this.", "width ~ U(0, freq_mask_param)", "Hardly any change.",
                "Most of the sound is hidden."},
               {.unit = "bands", .tunable = true, .live = true});
    fields.add("iid_masks", &Spec::iidMasks, base::Flag{}, {"Each channel gets masks of its own."}, {.live = true});
    all.add<FrequencyMasking>("FrequencyMasking", "Frequency masking",
                              "Hides a stripe of neighbouring pitches (Park et al. 2019). Hidden is 0: the mean, with "
                              "data.normalize standard.",
                              std::move(fields));
}

}
