// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/idx_reader.h"
#include "tests/fuzz/fuzz.h"

using namespace core::data;

FUZZ(bytes)
{
    looksLikeIdx(bytes);
    const auto array = readIdx(std::string(bytes), "f", 5);
    if (array)
        array->at(array->rows() * array->rowLength() - 1);
}
