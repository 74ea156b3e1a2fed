// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/table.h"

#include "core/data/cell.h"
#include "core/spec/check.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <unordered_map>

namespace core::data {

namespace {

constexpr std::size_t fewValues = 20;
constexpr float missingFloat = std::numeric_limits<float>::quiet_NaN();
constexpr double secondsPerDay = 86400;

std::string quotedName(std::string_view name)
{
    return "\"" + std::string(name) + "\"";
}

base::Error strayCell(const CsvTable& table, const Column& column, const TableOptions& options)
{
    const auto line = table.lines()[std::size_t(column.strayRow)];
    return {base::ErrorKind::Data,
            "row " + std::to_string(column.strayRow) + " (line " + std::to_string(line) + "), column " +
                quotedName(column.name) + ": " + quotedName(column.stray.substr(0, 40)) + " is not a number",
            options.where + ":" + std::to_string(line),
            "Correct the cell or empty it; if the column holds names, list it in data.source.categorical"};
}

base::Error noColumn(const CsvTable& table, const std::string& name, std::string where, const TableOptions& options)
{
    const std::string near = spec::nearest(name, table.names());
    std::string advice = near.empty() ? "" : "Did you mean " + quotedName(near) + "? ";
    advice += "Columns: ";
    for (std::size_t i = 0; i < std::min<std::size_t>(table.columns(), 30); ++i)
        advice += (i ? ", " : "") + table.names()[i];
    return {base::ErrorKind::Spec, options.where + " has no column " + quotedName(name), std::move(where),
            std::move(advice)};
}

std::size_t placeOf(const CsvTable& table, const std::string& name)
{
    return std::size_t(std::find(table.names().begin(), table.names().end(), name) - table.names().begin());
}

void readTextColumn(const CsvTable& table, std::size_t c, Column& column)
{
    std::unordered_map<std::string_view, std::int32_t> codes;
    std::vector<std::string_view> words;
    column.codes.assign(table.rows(), -1);
    for (std::size_t row = 0; row < table.rows(); ++row) {
        const std::string_view cell = trimmed(table.cell(row, c));
        if (isMissingCell(cell))
            continue;
        const auto [found, added] = codes.try_emplace(cell, std::int32_t(words.size()));
        if (added)
            words.push_back(cell);
        column.codes[row] = found->second;
    }
    std::vector<std::int32_t> order(words.size()), rank(words.size());
    for (std::size_t i = 0; i < order.size(); ++i)
        order[i] = std::int32_t(i);
    std::sort(order.begin(), order.end(),
              [&](auto a, auto b) { return words[std::size_t(a)] < words[std::size_t(b)]; });
    for (std::size_t i = 0; i < order.size(); ++i) {
        rank[std::size_t(order[i])] = std::int32_t(i);
        column.words.emplace_back(words[std::size_t(order[i])]);
    }
    for (std::int32_t& code : column.codes)
        if (code >= 0)
            code = rank[std::size_t(code)];
}

// Row numbers that a spreadsheet or pandas wrote into a column without a name.
bool numbersTheRows(const CsvTable& table, const Column& column, std::size_t place)
{
    if (!table.header() || place != 0 || column.name != "column_1" || column.kind != ColumnKind::Number ||
        column.strayRow >= 0)
        return false;
    for (std::size_t row = 0; row < column.numbers.size(); ++row)
        if (column.numbers[row] != column.numbers[0] + double(row))
            return false;
    return true;
}

}

Column readColumn(const CsvTable& table, std::size_t c, bool asText)
{
    Column column;
    column.name = table.names()[c];
    column.numbers.assign(table.rows(), std::numeric_limits<double>::quiet_NaN());
    std::size_t numbers = 0, times = 0, present = 0;
    for (std::size_t row = 0; row < table.rows(); ++row) {
        const std::string_view cell = table.cell(row, c);
        if (isMissingCell(cell))
            continue;
        ++present;
        if (const auto number = numberOf(cell, table.delimiter() == ';')) {
            column.numbers[row] = *number;
            ++numbers;
            continue;
        }
        if (const auto time = timeOf(cell)) {
            column.numbers[row] = *time;
            ++times;
        }
        if (column.strayRow < 0) {
            column.strayRow = std::int64_t(row);
            column.stray = std::string(cell);
        }
    }
    if (present > 0)
        column.kind = asText                  ? ColumnKind::Text
                      : times == present      ? ColumnKind::Time
                      : 2 * numbers > present ? ColumnKind::Number
                                              : ColumnKind::Text;
    if (column.kind != ColumnKind::Number)
        column.strayRow = -1;
    if (column.kind == ColumnKind::Text) {
        column.numbers = {};
        readTextColumn(table, c, column);
    }
    return column;
}

namespace {

// Goes through the columns of one table and makes a data set of them.
class TableLoader {
public:
    TableLoader(const CsvTable& table, const SourceRequest& request, const TableOptions& options)
        : m_table(table),
          m_request(request),
          m_options(options)
    {
        m_loaded.where = options.where;
        m_loaded.lines = table.lines();
        m_loaded.info.name = options.name;
        m_loaded.info.rows = std::int64_t(table.rows());
    }

    base::Result<Loaded> load()
    {
        readColumns();
        CORE_CHECK(chooseTarget());
        CORE_CHECK(encodeTarget(m_columns[m_target]));
        std::vector<const Column*> chosen;
        CORE_CHECK(chooseFeatures(chosen));
        for (const Column* column : chosen)
            nameFeatures(*column);
        CORE_CHECK(allocate());
        for (const Column* column : chosen)
            CORE_CHECK(encode(*column));
        return std::move(m_loaded);
    }

    base::Result<Loaded> loadLike(const DatasetInfo& like)
    {
        if (like.origins.empty())
            return base::Error{
                base::ErrorKind::Data, "is a table, and the model was trained on images", m_options.where, {}};
        m_loaded.info.features = like.features;
        m_loaded.info.origins = like.origins;
        CORE_CHECK(allocate());
        for (std::size_t f = 0; f < like.origins.size();) {
            const std::string& origin = like.origins[f];
            const std::size_t place = placeOf(m_table, origin);
            if (place == m_table.columns()) {
                base::Error error = noColumn(m_table, origin, m_options.where, m_options);
                error.kind = base::ErrorKind::Data;
                return error;
            }
            const std::size_t end =
                std::size_t(std::find_if(like.origins.begin() + std::ptrdiff_t(f), like.origins.end(),
                                         [&](const auto& o) { return o != origin; }) -
                            like.origins.begin());
            CORE_CHECK(like.features[f] == origin ? encode(numeric(place)) : encodeWords(place, f, end));
            f = end;
        }
        return std::move(m_loaded);
    }

private:
    const CsvTable& m_table;
    const SourceRequest& m_request;
    const TableOptions& m_options;
    std::vector<Column> m_columns;
    std::vector<bool> m_usable;
    std::size_t m_target = 0;
    std::size_t m_next = 0; // feature to write
    Loaded m_loaded;

    void leaveOut(const Column& column, std::string kind, std::string why, std::string remedy)
    {
        m_usable[std::size_t(&column - m_columns.data())] = false;
        m_loaded.problems.push_back({std::move(kind),
                                     column.name,
                                     {},
                                     std::int64_t(m_table.rows()),
                                     "column " + quotedName(column.name) + " " + why + " and is left out",
                                     std::move(remedy)});
    }

    void readColumns()
    {
        for (std::size_t c = 0; c < m_table.columns(); ++c) {
            const auto& names = m_options.categorical;
            const bool asText = std::find(names.begin(), names.end(), m_table.names()[c]) != names.end();
            m_columns.push_back(readColumn(m_table, c, asText));
        }
        m_usable.assign(m_columns.size(), true);
        for (std::size_t c = 0; c < m_columns.size(); ++c) {
            const Column& column = m_columns[c];
            if (column.kind == ColumnKind::Empty)
                leaveOut(column, "missing_values", "has no value at all", "Remove the column");
            else if (numbersTheRows(m_table, column, c))
                leaveOut(column, "row_numbers", "has no name and numbers the rows", "Name it if it means something");
            if (column.kind == ColumnKind::Time) {
                m_usable[c] = false;
                if (m_loaded.times.empty()) {
                    m_loaded.times = column.numbers;
                    m_loaded.info.time = column.name;
                }
            }
        }
    }

    base::Status chooseTarget()
    {
        if (const std::string& name = m_request.data.target; !name.empty()) {
            m_target = placeOf(m_table, name);
            return m_target < m_columns.size() ? base::Status{} : noColumn(m_table, name, "/data/target", m_options);
        }
        for (std::size_t c = m_columns.size(); c-- > 0;)
            if (m_usable[c]) {
                m_target = c;
                return {};
            }
        return base::Error{base::ErrorKind::Data, "has no column to predict", m_options.where,
                           "Every column is empty or a date"};
    }

    base::Status encodeTarget(const Column& column)
    {
        m_loaded.info.target = column.name;
        if (column.kind == ColumnKind::Empty || column.kind == ColumnKind::Time)
            return base::Error{base::ErrorKind::Data,
                               "the target " + quotedName(column.name) +
                                   (column.kind == ColumnKind::Time ? " is a date" : " has no values"),
                               m_options.where, "Name the column to predict in data.target"};
        const bool text = column.kind == ColumnKind::Text;
        if (column.strayRow >= 0)
            return strayCell(m_table, column, m_options);
        std::set<double> values;
        bool whole = true;
        for (const double number : column.numbers) {
            whole = whole && (std::isnan(number) || (std::isfinite(number) && number == std::floor(number)));
            if (!std::isnan(number) && values.size() <= m_table.rows() / 2)
                values.insert(number);
        }
        const bool few = whole && values.size() <= fewValues && 2 * values.size() <= m_table.rows();
        const std::string& task = m_request.data.task;
        m_loaded.info.task = task != "auto" ? task : text || few ? "classification" : "regression";
        if (m_loaded.info.task == "regression")
            return text ? textForRegression(column) : encodeNumbers(column);
        const std::size_t count = text ? column.words.size() : values.size();
        if (count > fewValues && 2 * count > m_table.rows())
            return base::Error{base::ErrorKind::Data,
                               "the target " + quotedName(column.name) + " has " + std::to_string(count) +
                                   (text ? "" : " or more") + " different values in " + std::to_string(m_table.rows()) +
                                   " rows, too many to be classes",
                               m_options.where, "Name another column in data.target, or set data.task to regression"};
        encodeClasses(column, values);
        return {};
    }

    base::Status textForRegression(const Column& column)
    {
        return base::Error{base::ErrorKind::Data,
                           "the target " + quotedName(column.name) + " holds text such as " +
                               quotedName(column.words.front().substr(0, 40)) + ", and regression predicts numbers",
                           m_options.where, "Set data.task to classification, or name another column in data.target"};
    }

    base::Status encodeNumbers(const Column& column)
    {
        m_loaded.targets = tensor::empty({std::int64_t(m_table.rows())});
        float* out = m_loaded.targets.mutable_data_ptr<float>();
        for (const double number : column.numbers)
            *out++ = float(number);
        return {};
    }

    void encodeClasses(const Column& column, const std::set<double>& values)
    {
        m_loaded.targets = tensor::empty({std::int64_t(m_table.rows())}, at::kLong);
        std::int64_t* out = m_loaded.targets.mutable_data_ptr<std::int64_t>();
        m_loaded.info.classes = column.words;
        if (column.kind == ColumnKind::Text) {
            std::copy(column.codes.begin(), column.codes.end(), out);
            return;
        }
        const std::vector<double> sorted(values.begin(), values.end());
        for (const double value : sorted)
            m_loaded.info.classes.push_back(textOf(value));
        for (const double number : column.numbers)
            *out++ = std::isnan(number) ? -1 : std::lower_bound(sorted.begin(), sorted.end(), number) - sorted.begin();
    }

    base::Status chooseFeatures(std::vector<const Column*>& chosen)
    {
        for (std::size_t i = 0; i < m_request.data.features.size(); ++i) {
            const std::string& name = m_request.data.features[i];
            const std::string where = "/data/features/" + std::to_string(i);
            const std::size_t place = placeOf(m_table, name);
            if (place == m_columns.size())
                return noColumn(m_table, name, where, m_options);
            const Column& column = m_columns[place];
            const bool repeated = std::find(chosen.begin(), chosen.end(), &column) != chosen.end();
            if (place == m_target || repeated || column.kind == ColumnKind::Empty || tooManyWords(column))
                return base::Error{base::ErrorKind::Spec,
                                   quotedName(name) + (place == m_target                  ? " is the target"
                                                       : repeated                         ? " is named twice"
                                                       : column.kind == ColumnKind::Empty ? " has no values"
                                                                                          : " " + tooManyText(column)),
                                   where, "Leave it out of data.features"};
            chosen.push_back(&column);
        }
        for (std::size_t c = 0; m_request.data.features.empty() && c < m_columns.size(); ++c) {
            if (c == m_target || !m_usable[c])
                continue;
            if (tooManyWords(m_columns[c]))
                leaveOut(m_columns[c], "too_many_categories", tooManyText(m_columns[c]),
                         "Raise data.source.max_categories if its values are kinds of things");
            else
                chosen.push_back(&m_columns[c]);
        }
        return chosen.empty()
                   ? base::Error{base::ErrorKind::Data, "has no column to learn from", m_options.where,
                                 "It needs one column besides the target " + quotedName(m_columns[m_target].name)}
                   : base::Status{};
    }

    bool tooManyWords(const Column& column) const
    {
        return column.kind == ColumnKind::Text && std::int64_t(column.words.size()) > m_options.maxCategories;
    }

    static std::string tooManyText(const Column& column)
    {
        return "has " + std::to_string(column.words.size()) + " different texts";
    }

    void nameFeatures(const Column& column)
    {
        DatasetInfo& info = m_loaded.info;
        if (column.kind != ColumnKind::Text)
            info.features.push_back(column.name);
        for (const std::string& word : column.words)
            info.features.push_back(column.name + "=" + word);
        info.origins.resize(info.features.size(), column.name);
    }

    base::Status allocate()
    {
        const std::int64_t features = std::int64_t(m_loaded.info.features.size()), rows = m_loaded.info.rows;
        if (rows * features > (std::int64_t(1) << 32))
            return base::Error{base::ErrorKind::Resource,
                               "makes " + std::to_string(features) + " features for " + std::to_string(rows) +
                                   " rows, more than fit into memory",
                               m_options.where, "Choose columns in data.features, or lower data.source.max_categories"};
        m_loaded.info.inputShape = {features};
        m_loaded.inputs = tensor::empty({rows, features});
        return {};
    }

    // Column f of the inputs, from a function of the row.
    template <class Function>
    void write(std::size_t f, Function valueAt)
    {
        const std::size_t width = m_loaded.info.features.size();
        float* out = m_loaded.inputs.mutable_data_ptr<float>() + f;
        for (std::size_t row = 0; row < m_table.rows(); ++row, out += width)
            *out = valueAt(row);
    }

    base::Status encode(const Column& column)
    {
        if (column.strayRow >= 0)
            return strayCell(m_table, column, m_options);
        if (column.kind != ColumnKind::Text) {
            const double unit = column.kind == ColumnKind::Time ? secondsPerDay : 1;
            write(m_next++, [&](std::size_t row) { return float(column.numbers[row] / unit); });
        }
        for (std::size_t w = 0; w < column.words.size(); ++w)
            write(m_next++, [&, code = std::int32_t(w)](std::size_t row) {
                return column.codes[row] < 0 ? missingFloat : float(column.codes[row] == code);
            });
        return {};
    }

    // A column that must be numbers or dates, as it was in training; anything else in it is a stray cell.
    Column numeric(std::size_t place) const
    {
        Column column = readColumn(m_table, place, false);
        if (column.kind != ColumnKind::Text)
            return column;
        column =
            Column{column.name, ColumnKind::Number, std::vector<double>(m_table.rows(), missingFloat), {}, {}, -1, {}};
        for (std::size_t row = 0; row < m_table.rows(); ++row) {
            const std::string_view cell = m_table.cell(row, place);
            if (!isMissingCell(cell) && !numberOf(cell, m_table.delimiter() == ';') && column.strayRow < 0) {
                column.strayRow = std::int64_t(row);
                column.stray = std::string(cell);
            }
        }
        return column;
    }

    base::Status encodeWords(std::size_t place, std::size_t begin, std::size_t end)
    {
        const Column column = readColumn(m_table, place, true);
        for (std::size_t f = begin; f < end; ++f) {
            const std::string word = m_loaded.info.features[f].substr(column.name.size() + 1);
            const auto found = std::lower_bound(column.words.begin(), column.words.end(), word);
            const auto code =
                found != column.words.end() && *found == word ? std::int32_t(found - column.words.begin()) : -2;
            write(f, [&](std::size_t row) {
                return column.kind == ColumnKind::Empty || column.codes[row] < 0 ? missingFloat
                                                                                 : float(column.codes[row] == code);
            });
        }
        m_next = end;
        return {};
    }
};

}

base::Result<Loaded> loadTable(const CsvTable& table, const SourceRequest& request, const TableOptions& options)
{
    return TableLoader(table, request, options).load();
}

base::Result<Loaded> loadTableLike(const CsvTable& table, const SourceRequest& request, const TableOptions& options)
{
    return TableLoader(table, request, options).loadLike(*request.like);
}

}
