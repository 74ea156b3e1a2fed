// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/gzip.h"
#include "tests/fuzz/fuzz.h"

using namespace core::data;

FUZZ(bytes)
{
    constexpr std::size_t limit = 1 << 20;
    const auto out = gunzip(bytes, "f", limit);
    fuzz::promise(!out || out->size() <= limit);
    gunzip(bytes, "f", limit, 100);
}
