// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/audio.h"
#include "tests/fuzz/fuzz.h"

using namespace core::data;

FUZZ(bytes)
{
    const auto recording = decodeAudio(bytes, "f");
    fuzz::promise(!recording || std::int64_t(recording->values.size()) == recording->channels * recording->frames);
}
