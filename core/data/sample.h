// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/info.h"

namespace core::data {

/// A thing in a picture: columns `left` … `right`, rows `top` … `bottom`, in pixels from the upper left corner.
struct Box {
    float left = 0, top = 0, right = 0, bottom = 0;
    std::int64_t label = 0;

    bool operator==(const Box&) const = default;
};

/// One row of a data set on its way to a network.
struct Sample {
    Modality modality = Modality::Table;
    /// table: [features]; image: [channels, height, width]; audio: [channels, frames]; series: [channels, steps];
    /// text: empty.
    std::vector<std::int64_t> shape;
    /// Row-major. Pixels lie in [0, 1], waveforms in [−1, 1]; NaN where a table or series has nothing.
    std::vector<float> values;
    std::string text;
    double rate = 0;                ///< of audio: frames a second
    std::vector<Box> boxes;         ///< of images for detection
    std::vector<std::uint8_t> mask; ///< of images for segmentation: [height, width] class ids; 255 counts for nothing

    std::int64_t channels() const { return shape.size() > 1 ? shape[0] : 1; }
    std::int64_t height() const { return shape.size() == 3 ? shape[1] : 1; }
    std::int64_t width() const { return shape.empty() ? 0 : shape.back(); }
    /// Of an image: the pixels of one channel; of audio and series: its frames.
    float* plane(std::int64_t channel) { return values.data() + channel * height() * width(); }
    const float* plane(std::int64_t channel) const { return values.data() + channel * height() * width(); }

    bool operator==(const Sample&) const = default;
};

}
