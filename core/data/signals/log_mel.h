// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/sample.h"
#include "core/spec/data_spec.h"

namespace core::data {

/// ln(mel + 1e-6) of torchaudio's MelSpectrogram with its defaults: a periodic Hann window, power 2, centred frames
/// with reflected ends, mel bands by the formula of HTK without a norm.
class LogMel {
public:
    explicit LogMel(const spec::AudioSpec& spec);

    std::int64_t mels() const { return m_spec.nMels; }
    std::int64_t columns(std::int64_t frames) const { return 1 + frames / m_spec.hopLength; }
    /// Fewer frames than this cannot be reflected.
    std::int64_t fewestFrames() const { return m_spec.nFft / 2 + 1; }
    /// [mels, columns(frames)] of a waveform at the spec's rate.
    std::vector<float> of(const std::vector<float>& wave) const;

private:
    struct Band {
        std::int64_t first = 0;
        std::vector<float> weights;
    };
    spec::AudioSpec m_spec;
    std::vector<float> m_window;
    std::vector<Band> m_bands;
};

}
