// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tensor/tensor.h"

namespace core::data {

/// How a waveform is cut into windows: Hann, `nFft` long.
struct StftWindows {
    std::int64_t nFft = 512;
    std::int64_t hopLength = 128;
};

/// A complex spectrogram [channels, frequencies, frames] played `rate` times as fast at the same pitch: the phases of
/// each frequency go on from frame to frame (Flanagan & Golden 1966; torchaudio's phase_vocoder).
at::Tensor phaseVocoder(const at::Tensor& spectrogram, double rate, std::int64_t hopLength);

/// Waveforms [channels, samples], at least one window long, played `rate` times as fast at the same pitch;
/// round(samples / rate) samples.
at::Tensor stretched(const at::Tensor& waveform, double rate, const StftWindows& windows);

/// torchaudio's pitch_shift: stretched, then resampled back to its length.
at::Tensor pitchShifted(const at::Tensor& waveform, double sampleRate, double steps, std::int64_t stepsPerOctave,
                        const StftWindows& windows);

}
