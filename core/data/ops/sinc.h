// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

namespace core::data {

/// Band-limited resampling by a windowed sinc (torchaudio's resample: sinc_interp_hann, width 6, rolloff 0.99);
/// ⌈count · to / from⌉ samples.
std::vector<float> resampled(const float* samples, std::int64_t count, std::int64_t from, std::int64_t to);

}
