// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/libsvm_reader.h"
#include "tests/fuzz/fuzz.h"

using namespace core::data;

FUZZ(bytes)
{
    looksLikeLibsvm(bytes);
    const auto rows = readLibsvm(bytes, "f");
    if (!rows)
        return;
    fuzz::promise(rows->labels.size() == rows->ends.size() && rows->ends.back() == rows->cells.size());
    fuzz::promise(rows->groups.empty() || rows->groups.size() == rows->ends.size());
    for (const SparseRows::Cell& cell : rows->cells)
        fuzz::promise(cell.column >= 0 && cell.column < rows->columns);
}
