// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/sample.h"
#include "core/data/signals/spectral.h"

namespace core::data {

/// The waveform [channels, frames] of a sample as a tensor, and back; its length may have changed.
at::Tensor waveformOf(const Sample& sample);
void setWaveform(Sample& sample, const at::Tensor& waveform);

}
