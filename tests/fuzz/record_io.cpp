// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/record_io_reader.h"
#include "tests/fuzz/fuzz.h"

using namespace core::data;

FUZZ(bytes)
{
    const auto rows = readRecordIo(bytes, "f");
    if (!rows)
        return;
    fuzz::promise(rows->labels.size() == rows->ends.size() && rows->ends.back() == rows->cells.size());
    for (const SparseRows::Cell& cell : rows->cells)
        fuzz::promise(cell.column >= 0 && cell.column < rows->columns);
}
