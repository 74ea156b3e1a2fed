// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/csv_reader.h"
#include "tests/fuzz/fuzz.h"

using namespace core::data;

FUZZ(bytes)
{
    looksLikeCsv(bytes);
    const auto table = readCsv(bytes, "f");
    if (!table)
        return;
    fuzz::promise(table->rows > 0 && std::int64_t(table->lines.size()) == table->rows);
    for (const Column& column : table->columns)
        fuzz::promise(std::int64_t(std::max(column.numbers.size(), column.codes.size())) == table->rows);
    // How a text is cut into pieces changes nothing.
    const auto whole = readCsv(bytes, "f", {.delimiter = ',', .header = true});
    const auto pieces = readCsv(bytes, "f", {.delimiter = ',', .header = true, .piece = 16});
    fuzz::promise(bool(whole) == bool(pieces));
    if (!whole)
        return;
    fuzz::promise(pieces->lines == whole->lines && pieces->names() == whole->names());
    for (std::size_t c = 0; c < whole->columns.size(); ++c)
        fuzz::promise(pieces->columns[c].kind == whole->columns[c].kind &&
                      pieces->columns[c].words == whole->columns[c].words &&
                      pieces->columns[c].strays == whole->columns[c].strays);
}
