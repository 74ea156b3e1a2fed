// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/signals/spectral.h"

#include "core/data/ops/sinc.h"

#include <ATen/ops/abs.h>
#include <ATen/ops/angle.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/cumsum.h>
#include <ATen/ops/hann_window.h>
#include <ATen/ops/istft.h>
#include <ATen/ops/linspace.h>
#include <ATen/ops/polar.h>
#include <ATen/ops/round.h>
#include <ATen/ops/stft.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace core::data {

at::Tensor phaseVocoder(const at::Tensor& spectrogram, double rate, std::int64_t hopLength)
{
    if (rate == 1)
        return spectrogram;
    constexpr double pi = std::numbers::pi;
    const at::Tensor advance = at::linspace(0, pi * double(hopLength), spectrogram.size(-2)).unsqueeze(-1);
    const at::Tensor times = at::arange(0, spectrogram.size(-1), rate, at::kFloat);
    const at::Tensor shares = times.remainder(1.0);
    const at::Tensor padded = at::constant_pad_nd(spectrogram, {0, 2});
    const at::Tensor here = padded.index_select(-1, times.to(at::kLong));
    const at::Tensor next = padded.index_select(-1, times.add(1).to(at::kLong));
    at::Tensor turn = at::angle(next).sub(at::angle(here)).sub(advance);
    turn = turn.sub(at::round(turn.div(2 * pi)).mul(2 * pi)).add(advance);
    const at::Tensor first = at::angle(spectrogram.narrow(-1, 0, 1));
    const at::Tensor phases = at::cat({first, turn.narrow(-1, 0, turn.size(-1) - 1)}, -1).cumsum(-1);
    return at::polar(shares.mul(at::abs(next)).add(shares.neg().add(1).mul(at::abs(here))), phases);
}

at::Tensor stretched(const at::Tensor& waveform, double rate, const StftWindows& windows)
{
    at::NoGradGuard noGraph;
    const at::Tensor window = at::hann_window(windows.nFft);
    const at::Tensor spectrogram =
        at::stft(waveform, windows.nFft, windows.hopLength, windows.nFft, window, true, "reflect", false, true, true);
    const std::int64_t length = std::int64_t(std::nearbyint(double(waveform.size(-1)) / rate));
    return at::istft(phaseVocoder(spectrogram, rate, windows.hopLength), windows.nFft, windows.hopLength, windows.nFft,
                     window, true, false, true, length);
}

at::Tensor pitchShifted(const at::Tensor& waveform, double sampleRate, double steps, std::int64_t stepsPerOctave,
                        const StftWindows& windows)
{
    const double rate = std::exp2(-steps / double(stepsPerOctave));
    const at::Tensor longer = stretched(waveform, rate, windows).contiguous();
    const std::int64_t channels = waveform.size(0), length = waveform.size(1);
    at::Tensor shifted = tensor::zeros({channels, length});
    for (std::int64_t channel = 0; channel < channels; ++channel) {
        const std::vector<float> line =
            resampled(longer.const_data_ptr<float>() + channel * longer.size(1), longer.size(1),
                      std::int64_t(sampleRate / rate), std::int64_t(sampleRate));
        std::copy_n(line.begin(), std::min<std::int64_t>(length, std::int64_t(line.size())),
                    shifted.mutable_data_ptr<float>() + channel * length);
    }
    return shifted;
}

}
