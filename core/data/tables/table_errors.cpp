// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/tables/table_errors.h"

#include "core/data/tables/columns.h"
#include "core/spec/check.h"

namespace core::data {

namespace {

constexpr std::size_t shownLetters = 40;
constexpr std::string_view strayAdvice =
    "Correct the cell or empty it; if the column holds names, list it in data.source.categorical";

std::string quotedCell(const std::string& text)
{
    return "\"" + text.substr(0, shownLetters) + "\"";
}

std::string lineOf(const Table& table, std::int64_t row)
{
    return std::size_t(row) < table.lines.size() ? std::to_string(table.lines[std::size_t(row)]) : "";
}

// `row 20 (line 22)`
std::string placeOf(const Table& table, std::int64_t row)
{
    const std::string line = lineOf(table, row);
    return "row " + std::to_string(table.firstRow + row) + (line.empty() ? "" : " (line " + line + ")");
}

}

std::string quotedName(std::string_view name)
{
    return "\"" + std::string(name) + "\"";
}

const std::string& whereOf(const Table& table)
{
    return table.where.empty() ? table.name : table.where;
}

base::Error noColumn(const Table& table, const std::string& name, std::string where)
{
    const std::vector<std::string> names = table.names();
    const std::string near = spec::nearest(name, names);
    std::string advice = near.empty() ? "" : "Did you mean " + quotedName(near) + "? ";
    advice += "Columns: ";
    for (std::size_t i = 0; i < std::min<std::size_t>(names.size(), 30); ++i)
        advice += (i ? ", " : "") + names[i];
    return {base::ErrorKind::Spec, whereOf(table) + " has no column " + quotedName(name), std::move(where),
            std::move(advice)};
}

base::Error strayError(const Table& table, const Column& column)
{
    const StrayCell& first = column.strays.front();
    const std::size_t count = column.strays.size();
    const std::string line = lineOf(table, first.row);
    return {base::ErrorKind::Data,
            placeOf(table, first.row) + ", column \"" + column.name + "\": " + quotedCell(first.text) +
                " is not a number" + (count > 1 ? ", one of " + std::to_string(count) + " such cells" : ""),
            whereOf(table) + (line.empty() ? "" : ":" + line), std::string(strayAdvice)};
}

Problem emptyStrays(Table& table, std::size_t c, const spec::DataSpec& data)
{
    Column& column = table.columns[c];
    base::Array edits, rows;
    for (const base::Pick& edit : data.edits)
        edits.push_back(base::Codec<base::Pick>::write(edit));
    std::vector<std::int64_t> shown;
    for (const StrayCell& stray : column.strays) {
        rows.push_back(stray.row);
        if (shown.size() < ColumnFacts::keptRows)
            shown.push_back(stray.row);
    }
    edits.push_back(base::Object{
        {"kind", "set_cells"}, {"column", column.name}, {"rows", std::move(rows)}, {"value", base::Value{}}});
    const StrayCell& first = column.strays.front();
    const std::size_t count = column.strays.size();
    Problem problem{"not_a_number", column.name, std::move(shown), std::int64_t(count)};
    problem.message =
        "column \"" + column.name + "\" has " +
        (count == 1 ? "1 cell that is no number: " : std::to_string(count) + " cells that are no numbers, such as ") +
        quotedCell(first.text) + " in " + placeOf(table, first.row);
    problem.remedy = std::string(strayAdvice);
    problem.effect = "A training stops at it.";
    problem.action = count == 1 ? "Empty the cell" : "Empty these cells";
    problem.changes.emplace_back("data.edits", std::move(edits));
    column.strays.clear();
    return problem;
}

}
