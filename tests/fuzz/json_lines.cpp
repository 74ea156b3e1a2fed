// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/json_lines_reader.h"
#include "tests/fuzz/fuzz.h"

using namespace core::data;

FUZZ(bytes)
{
    looksLikeJsonLines(bytes);
    const auto table = readJsonLines(std::string(bytes), "f", "f", {.frequency = "M"});
    if (!table)
        return;
    for (const Column& column : table->columns)
        fuzz::promise(std::int64_t(std::max(column.numbers.size(), column.codes.size())) == table->rows);
}
