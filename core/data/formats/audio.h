// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <string>
#include <vector>

namespace core::data {

/// A recording: [channels, frames], from −1 to 1.
struct Recording {
    std::int64_t channels = 0, frames = 0;
    double rate = 0; ///< frames a second
    std::vector<float> values;
};

/// More values than this are refused: four hours of stereo at 48 kHz.
inline constexpr std::int64_t mostAudioValues = std::int64_t(1) << 31;

/// Decodes WAV, FLAC, OGG (Vorbis, Opus), MP3, AIFF or AU. An error of kind Data says what is wrong with it.
base::Result<Recording> decodeAudio(std::string_view bytes, const std::string& where);

/// Whether a file's name says that it is a recording that is read here; `other`: one that is not.
bool namesAudio(std::string_view path);
bool namesOtherAudio(std::string_view path);

}
