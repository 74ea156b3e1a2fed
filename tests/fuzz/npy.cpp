// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/npy_reader.h"
#include "tests/fuzz/fuzz.h"

using namespace core::data;

FUZZ(bytes)
{
    for (const std::int64_t rows : {std::int64_t(3), std::numeric_limits<std::int64_t>::max()}) {
        const auto array = readNpy(std::string(bytes), "f", rows);
        if (!array)
            continue;
        fuzz::promise(array->element == Element::Text ? std::int64_t(array->texts.size()) == array->count()
                                                      : std::int64_t(array->bytes.size()) ==
                                                            array->count() * std::int64_t(bytesOf(array->element)));
        if (array->count() > 0)
            array->at(array->count() - 1);
    }
}
