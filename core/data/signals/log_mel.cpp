// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/signals/log_mel.h"

#include "core/tensor/tensor.h"

#include <ATen/ops/_fft_r2c.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace core::data {

namespace {

constexpr float floorOfLog = 1e-6f;

double melOf(double hertz)
{
    return 2595 * std::log10(1 + hertz / 700);
}

double hertzOf(double mel)
{
    return 700 * (std::pow(10, mel / 2595) - 1);
}

}

LogMel::LogMel(const spec::AudioSpec& spec) : m_spec(spec)
{
    for (std::int64_t i = 0; i < spec.nFft; ++i)
        m_window.push_back(float(0.5 - 0.5 * std::cos(2 * std::numbers::pi * double(i) / double(spec.nFft))));
    const std::int64_t bins = spec.nFft / 2 + 1;
    const double highest = double(spec.sampleRate / 2), top = melOf(double(spec.sampleRate) / 2);
    std::vector<double> edges;
    for (std::int64_t i = 0; i < spec.nMels + 2; ++i)
        edges.push_back(hertzOf(top * double(i) / double(spec.nMels + 1)));
    for (std::size_t band = 0; band < std::size_t(spec.nMels); ++band) {
        Band made;
        for (std::int64_t bin = 0; bin < bins; ++bin) {
            const double hertz = highest * double(bin) / double(bins - 1);
            const double up = (hertz - edges[band]) / (edges[band + 1] - edges[band]);
            const double down = (edges[band + 2] - hertz) / (edges[band + 2] - edges[band + 1]);
            const double weight = std::max(0.0, std::min(up, down));
            if (weight <= 0)
                continue;
            if (made.weights.empty())
                made.first = bin;
            made.weights.resize(std::size_t(bin - made.first + 1), 0);
            made.weights.back() = float(weight);
        }
        m_bands.push_back(std::move(made));
    }
}

std::vector<float> LogMel::of(const std::vector<float>& wave) const
{
    const std::int64_t frames = std::int64_t(wave.size()), n = m_spec.nFft, half = n / 2, count = columns(frames);
    at::Tensor cut = tensor::empty({count, n});
    float* out = cut.mutable_data_ptr<float>();
    for (std::int64_t column = 0; column < count; ++column)
        for (std::int64_t i = 0; i < n; ++i) {
            std::int64_t at = std::abs(column * m_spec.hopLength + i - half);
            at = at < frames ? at : 2 * (frames - 1) - at;
            *out++ = wave[std::size_t(at)] * m_window[std::size_t(i)];
        }
    const at::Tensor spectrum = at::_fft_r2c(cut, {1}, 0, true).contiguous();
    const auto* values = static_cast<const float*>(spectrum.const_data_ptr());
    const std::int64_t bins = half + 1;
    std::vector<float> mel(std::size_t(mels() * count)), power(static_cast<std::size_t>(bins));
    for (std::int64_t column = 0; column < count; ++column) {
        for (std::int64_t bin = 0; bin < bins; ++bin, values += 2)
            power[std::size_t(bin)] = values[0] * values[0] + values[1] * values[1];
        for (std::size_t band = 0; band < m_bands.size(); ++band) {
            float sum = 0;
            for (std::size_t i = 0; i < m_bands[band].weights.size(); ++i)
                sum += m_bands[band].weights[i] * power[std::size_t(m_bands[band].first) + i];
            mel[band * std::size_t(count) + std::size_t(column)] = std::log(sum + floorOfLog);
        }
    }
    return mel;
}

}
