// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/ops/draws.h"

namespace core::data {

enum class SpectrogramAxis { Frequency, Time };

struct MaskRequest {
    std::int64_t most = 0;
    double p = 1;
    bool iid = false; ///< each channel a mask of its own
    float value = 0;
};

/// Sets the stripe to `value` in one channel of a spectrogram [channels, bands, columns].
void fillStripe(Sample& spectrogram, SpectrogramAxis axis, const Stripe& stripe, std::int64_t channel, float value);
/// torchaudio's mask_along_axis and mask_along_axis_iid.
void maskAxis(Sample& spectrogram, SpectrogramAxis axis, const MaskRequest& request, const base::Draw& draw);

}
