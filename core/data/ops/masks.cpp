// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/ops/masks.h"

#include <algorithm>

namespace core::data {

void fillStripe(Sample& spectrogram, SpectrogramAxis axis, const Stripe& stripe, std::int64_t channel, float value)
{
    const std::int64_t bands = spectrogram.height(), columns = spectrogram.width();
    float* plane = spectrogram.plane(channel);
    if (axis == SpectrogramAxis::Frequency)
        std::fill(plane + stripe.from * columns, plane + stripe.to * columns, value);
    else
        for (std::int64_t band = 0; band < bands; ++band)
            std::fill(plane + band * columns + stripe.from, plane + band * columns + stripe.to, value);
}

void maskAxis(Sample& spectrogram, SpectrogramAxis axis, const MaskRequest& request, const base::Draw& draw)
{
    const std::int64_t length = axis == SpectrogramAxis::Frequency ? spectrogram.height() : spectrogram.width();
    for (std::int64_t channel = 0; channel < spectrogram.channels(); ++channel) {
        const base::Draw own = draw.within(request.iid ? std::uint64_t(channel) : 0);
        fillStripe(spectrogram, axis, drawStripe(request.most, length, request.p, own), channel, request.value);
    }
}

}
