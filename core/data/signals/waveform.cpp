// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/signals/waveform.h"

#include <algorithm>

namespace core::data {

at::Tensor waveformOf(const Sample& sample)
{
    at::Tensor waveform = tensor::empty({sample.channels(), sample.width()});
    std::copy(sample.values.begin(), sample.values.end(), waveform.mutable_data_ptr<float>());
    return waveform;
}

void setWaveform(Sample& sample, const at::Tensor& waveform)
{
    const at::Tensor dense = waveform.contiguous();
    const float* values = dense.const_data_ptr<float>();
    sample.values.assign(values, values + dense.numel());
    sample.shape = {dense.size(0), dense.size(1)};
}

}
