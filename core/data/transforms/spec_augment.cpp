// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/ops/fields.h"
#include "core/data/ops/masks.h"
#include "core/data/transform.h"

#include <algorithm>
#include <cmath>

namespace core::data::transforms::spec_augment {

namespace {

struct Spec {
    std::int64_t nTimeMasks = 2;
    std::int64_t timeMaskParam = 35;
    std::int64_t nFreqMasks = 2;
    std::int64_t freqMaskParam = 15;
    bool iidMasks = true;
    double p = 1;
    bool zeroMasking = false;
};

class SpecAugment final : public Transform {
public:
    explicit SpecAugment(Spec spec) : m_spec(std::move(spec)) {}

    Works works() const override { return Works::Spectrogram; }

    void apply(Sample& sample, const base::Draw& draw) const override
    {
        double sum = 0;
        for (const float value : sample.values)
            sum += value;
        const float value =
            m_spec.zeroMasking ? 0.f : float(sum / double(std::max<std::size_t>(1, sample.values.size())));
        const base::Draw times = draw.within(1), pitches = draw.within(2);
        for (std::int64_t i = 0; i < m_spec.nTimeMasks; ++i)
            maskAxis(sample, SpectrogramAxis::Time, {m_spec.timeMaskParam, m_spec.p, m_spec.iidMasks, value},
                     times.within(std::uint64_t(i)));
        for (std::int64_t i = 0; i < m_spec.nFreqMasks; ++i)
            maskAxis(sample, SpectrogramAxis::Frequency, {m_spec.freqMaskParam, m_spec.p, m_spec.iidMasks, value},
                     pitches.within(std::uint64_t(i)));
    }

private:
    Spec m_spec;
};

}

void enroll(Transforms& all)
{
    base::Fields<Spec> fields;
    fields.add("n_time_masks", &Spec::nTimeMasks, base::Int{0, 100}, {"How many stretches of time are hidden."},
               {.tunable = true, .live = true});
    fields.add("time_mask_param", &Spec::timeMaskParam, base::Int{0, 10000},
               {"A mask covers fewer columns than this.", "width ~ U(0, time_mask_param)", "Hardly any change.",
                "Most of the sound is hidden."},
               {.unit = "columns", .tunable = true, .live = true});
    fields.add("n_freq_masks", &Spec::nFreqMasks, base::Int{0, 100}, {"How many stripes of pitch are hidden."},
               {.tunable = true, .live = true});
    fields.add("freq_mask_param", &Spec::freqMaskParam, base::Int{0, 512},
               {"A mask covers fewer bands than this.", "width ~ U(0, freq_mask_param)", "Hardly any change.",
                "Most of the sound is hidden."},
               {.unit = "bands", .tunable = true, .live = true});
    fields.add("iid_masks", &Spec::iidMasks, base::Flag{}, {"Each channel gets masks of its own."}, {.live = true});
    fields.add("p", &Spec::p, base::Real{0, 1}, {"Largest share of an axis that one mask may hide."},
               {.tunable = true, .live = true});
    fields.add("zero_masking", &Spec::zeroMasking, base::Flag{}, {"Hidden is 0; else the mean of the spectrogram."},
               {.live = true});
    all.add<SpecAugment>(
        "SpecAugment", "SpecAugment",
        "Hides several stretches of time and stripes of pitch (Park et al. 2019): the usual augmentation of speech.",
        std::move(fields));
}

}
