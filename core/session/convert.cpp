// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/convert.h"

#include "core/base/files.h"
#include "core/base/json.h"
#include "core/data/dataset.h"
#include "core/store/column_file.h"

#include <algorithm>
#include <cmath>

namespace core::session {

using base::Error;
using base::ErrorKind;

namespace {

std::string quoted(const std::string& cell, char delimiter)
{
    if (cell.find_first_of(std::string("\"\r\n") + delimiter) == cell.npos)
        return cell;
    std::string text = "\"";
    for (const char c : cell)
        text += c == '"' ? std::string("\"\"") : std::string(1, c);
    return text + "\"";
}

std::vector<std::int64_t> keptRows(const base::Value& resolved, const DataView& view)
{
    std::vector<std::uint8_t> dropped(std::size_t(view.rows()));
    for (const base::Value& edit : resolved["data"]["edits"].array())
        if (edit["kind"].text() == "drop_rows")
            for (const base::Value& row : edit["rows"].array())
                if (const std::int64_t at = row.toInt(-1); at >= 0 && at < view.rows())
                    dropped[std::size_t(at)] = 1;
    std::vector<std::int64_t> rows;
    for (std::int64_t row = 0; row < view.rows(); ++row)
        if (!dropped[std::size_t(row)])
            rows.push_back(row);
    return rows;
}

base::Value recipeOf(const base::Value& resolved, const DataView& view, std::int64_t rows)
{
    base::Array columns;
    for (const ColumnHead& column : view.columns())
        columns.push_back(column.name);
    base::Object recipe{{"source", resolved["data"]["source"]}, {"edits", resolved["data"]["edits"]}};
    const base::Value& channels = resolved["data"]["channels"];
    if (!channels["validation"].text().empty() || !channels["test"].text().empty())
        recipe.set("channels", channels);
    recipe.set("rows", rows);
    recipe.set("columns", std::move(columns));
    recipe.set("target", view.info().target);
    return recipe;
}

// The cells of a column as texts. Dates are all written alike: a reader takes the form of the first for that of all.
class Cells {
public:
    Cells(const DataView& view, const std::vector<std::int64_t>& rows, std::size_t column)
        : m_view(view),
          m_column(column),
          m_clock(view.columns()[column].kind == CellKind::Time && std::any_of(rows.begin(), rows.end(), [&](auto row) {
                      return view.cell(row, column).size() > dayLetters;
                  }))
    {
    }

    std::string at(std::int64_t row) const
    {
        const std::string cell = m_view.cell(row, m_column);
        return m_clock && cell.size() == dayLetters ? cell + " 00:00:00" : cell;
    }

private:
    static constexpr std::size_t dayLetters = 10; // 2024-05-17
    const DataView& m_view;
    std::size_t m_column;
    bool m_clock;
};

std::string csvOf(const DataView& view, const std::vector<std::int64_t>& rows, char delimiter)
{
    std::string text;
    for (std::size_t c = 0; c < view.columns().size(); ++c)
        text += (c ? std::string(1, delimiter) : "") + quoted(view.columns()[c].name, delimiter);
    text += '\n';
    std::vector<Cells> cells;
    for (std::size_t c = 0; c < view.columns().size(); ++c)
        cells.emplace_back(view, rows, c);
    for (const std::int64_t row : rows) {
        const std::size_t begin = text.size();
        for (std::size_t c = 0; c < view.columns().size(); ++c) {
            if (c)
                text += delimiter;
            text += quoted(cells[c].at(row), delimiter);
        }
        // A line of nothing would be taken for none.
        if (text.size() == begin)
            text += "\"\"";
        text += '\n';
    }
    return text;
}

std::vector<store::StoredColumn> columnsOf(const DataView& view, const std::vector<std::int64_t>& rows)
{
    std::vector<store::StoredColumn> columns;
    for (std::size_t c = 0; c < view.columns().size(); ++c) {
        store::StoredColumn column{view.columns()[c].name, {}, {}};
        const Cells cells(view, rows, c);
        for (const std::int64_t row : rows)
            if (view.columns()[c].kind == CellKind::Number)
                column.numbers.push_back(view.missing(row, c) ? std::nan("") : view.number(row, c));
            else
                column.texts.push_back(cells.at(row));
        columns.push_back(std::move(column));
    }
    return columns;
}

}

base::Result<Converted> convert(const base::Value& asked, const std::filesystem::path& file)
{
    // Of a stream the view has only a sample.
    base::Value resolved = asked;
    if (base::Value data = resolved["data"]; data.isObject()) {
        data.object().set("mode", "file");
        resolved.object().set("data", std::move(data));
    }
    CORE_TRY(view, DataView::open(resolved));
    if (view->columns().empty() || view->info().modality == data::Modality::Image ||
        view->info().modality == data::Modality::Audio)
        return Error{ErrorKind::Usage, "pictures and sounds have no columns to write", file.string(),
                     "Tables, texts and series of a table can be converted"};
    const std::string kind = file.extension().string();
    const std::vector<std::int64_t> rows = keptRows(resolved, *view);
    const base::Value recipe = recipeOf(resolved, *view, std::int64_t(rows.size()));
    if (kind == ".csv" || kind == ".tsv") {
        CORE_CHECK(base::writeFileAtomically(file, csvOf(*view, rows, kind == ".tsv" ? '\t' : ',')));
    } else if (kind == ".h5" || kind == ".hdf5") {
        CORE_CHECK(store::writeColumnFile(file, columnsOf(*view, rows), base::writeJson(recipe)));
    } else {
        return Error{ErrorKind::Usage, "\"" + kind + "\" says no format that can be written", file.string(),
                     "End the name in .csv, .tsv, .h5 or .hdf5"};
    }
    Converted done{std::int64_t(rows.size()), file.string() + ".recipe.json"};
    CORE_CHECK(base::writeFileAtomically(done.recipe, base::writeJson(recipe, 2) + "\n"));
    return done;
}

}
