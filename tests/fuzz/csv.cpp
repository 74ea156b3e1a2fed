// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/csv_reader.h"
#include "core/data/tables/table.h"
#include "tests/fuzz/fuzz.h"

using namespace core::data;

FUZZ(bytes)
{
    looksLikeCsv(bytes);
    const auto csv = readCsv(std::string(bytes), "f");
    if (!csv)
        return;
    const Table table = readTable(*csv, {}, "f", "f");
    fuzz::promise(table.rows == std::int64_t(csv->rows()) && table.columns.size() == csv->columns());
    for (const Column& column : table.columns)
        fuzz::promise(std::int64_t(std::max(column.numbers.size(), column.codes.size())) == table.rows);
}
