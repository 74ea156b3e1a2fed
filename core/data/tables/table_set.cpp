// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/tables/table_set.h"

#include "core/data/encoder.h"
#include "core/data/formats/cell.h"
#include "core/data/signals/windows.h"
#include "core/data/tables/table_errors.h"
#include "core/data/texts/free_text.h"
#include "core/spec/check.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

namespace core::data {

namespace {

constexpr std::size_t fewValues = 20;

std::size_t placeOf(const Table& table, const std::string& name)
{
    const Column* column = table.find(name);
    return column ? std::size_t(column - table.columns.data()) : table.columns.size();
}

// Row numbers that a spreadsheet or pandas wrote into a column without a name.
bool numbersTheRows(const Table& table, const Column& column, std::size_t place)
{
    if (!table.named || place != 0 || column.name != "column_1" || column.kind != ColumnKind::Number ||
        !column.strays.empty())
        return false;
    // Rows that were drawn or sorted keep the numbers they had.
    std::vector<double> numbers = column.numbers;
    if (std::any_of(numbers.begin(), numbers.end(), [](double n) { return n != std::floor(n) || n < 0; }))
        return false;
    std::sort(numbers.begin(), numbers.end());
    return std::adjacent_find(numbers.begin(), numbers.end()) == numbers.end();
}

void encodeNumbers(Loaded& loaded, const Column& column)
{
    loaded.targets = tensor::empty({loaded.table->rows});
    float* out = loaded.targets.mutable_data_ptr<float>();
    for (const double number : column.numbers)
        *out++ = float(number);
}

void encodeClasses(Loaded& loaded, const Column& column, const std::set<double>& values)
{
    loaded.targets = tensor::empty({loaded.table->rows}, at::kLong);
    std::int64_t* out = loaded.targets.mutable_data_ptr<std::int64_t>();
    loaded.info.classes = column.words;
    if (column.kind == ColumnKind::Text) {
        std::copy(column.codes.begin(), column.codes.end(), out);
        return;
    }
    const std::vector<double> sorted(values.begin(), values.end());
    for (const double value : sorted)
        loaded.info.classes.push_back(textOf(value));
    for (const double number : column.numbers)
        *out++ = std::isnan(number) ? -1 : std::lower_bound(sorted.begin(), sorted.end(), number) - sorted.begin();
}

// Chooses the columns of one table and encodes its target.
class ColumnChooser {
public:
    ColumnChooser(Loaded& loaded, const SourceRequest& request, const std::vector<std::string>& reserved, bool lenient)
        : m_table(*loaded.table),
          m_data(request.data),
          m_loaded(loaded),
          m_reserved(reserved),
          m_lenient(lenient),
          m_usable(m_table.columns.size(), true)
    {
        loaded.where = m_table.where;
        loaded.lines = m_table.lines;
        loaded.info.name = m_table.name;
        loaded.info.rows = m_table.rows;
    }

    base::Status choose()
    {
        sift();
        for (const std::string& name : m_reserved)
            if (const std::size_t c = placeOf(m_table, name); c < m_table.columns.size())
                m_usable[c] = false;
        CORE_CHECK(chooseTarget());
        CORE_CHECK(encodeTarget(m_table.columns[m_target]));
        CORE_CHECK(chooseFeatures());
        std::vector<std::size_t> used = m_loaded.featureColumns;
        used.push_back(m_target);
        for (const std::size_t c : used)
            if (!m_table.columns[c].strays.empty())
                m_loaded.problems.push_back(emptyStrays(*m_loaded.table, c, m_data));
        if (const Column* texts = onlyTexts()) {
            becomeTexts(m_loaded, *texts);
            m_loaded.featureColumns.clear();
        }
        return {};
    }

private:
    const Table& m_table;
    const spec::DataSpec& m_data;
    Loaded& m_loaded;
    const std::vector<std::string>& m_reserved;
    bool m_lenient;
    std::vector<bool> m_usable;
    std::size_t m_target = 0;

    void leaveOut(std::size_t c, std::string kind, std::string why, std::string remedy)
    {
        m_usable[c] = false;
        const std::string& name = m_table.columns[c].name;
        m_loaded.problems.push_back({std::move(kind),
                                     name,
                                     {},
                                     m_table.rows,
                                     "column " + quotedName(name) + " " + why + " and is left out",
                                     std::move(remedy)});
    }

    void sift()
    {
        for (std::size_t c = 0; c < m_table.columns.size(); ++c) {
            const Column& column = m_table.columns[c];
            if (column.kind == ColumnKind::Empty)
                leaveOut(c, "missing_values", "has no value at all", "Remove the column");
            else if (numbersTheRows(m_table, column, c))
                leaveOut(c, "row_numbers", "has no name and numbers the rows", "Name it if it means something");
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
        for (const auto& [name, where] :
             {std::pair(m_data.target, std::string("/data/target")), std::pair(m_table.target, whereOf(m_table))})
            if (!name.empty()) {
                m_target = placeOf(m_table, name);
                return m_target < m_table.columns.size() ? base::Status{} : noColumn(m_table, name, where);
            }
        for (std::size_t c = m_table.columns.size(); c-- > 0;)
            if (m_usable[c]) {
                m_target = c;
                return {};
            }
        return base::Error{base::ErrorKind::Data, "has no column to predict", whereOf(m_table),
                           "Every column is empty or a date"};
    }

    base::Status encodeTarget(const Column& column)
    {
        m_loaded.info.target = column.name;
        if (column.kind == ColumnKind::Empty || column.kind == ColumnKind::Time)
            return base::Error{base::ErrorKind::Data,
                               "the target " + quotedName(column.name) +
                                   (column.kind == ColumnKind::Time ? " is a date" : " has no values"),
                               whereOf(m_table), "Name the column to predict in data.target"};
        const bool text = column.kind == ColumnKind::Text;
        if (!column.strays.empty() && !m_lenient)
            return strayError(m_table, column);
        const std::size_t rows = std::size_t(m_table.rows);
        const std::string& task = m_data.task;
        const bool suggested = !m_table.task.empty() && column.name == m_table.target;
        // Of more values than few only classes that were asked for are made.
        const std::size_t most = task == "auto" && !suggested ? std::min(rows / 2, fewValues) : rows / 2;
        std::set<double> values;
        bool whole = true;
        for (const double number : column.numbers) {
            whole = whole && (std::isnan(number) || (std::isfinite(number) && number == std::floor(number)));
            if (!std::isnan(number) && values.size() <= most)
                values.insert(number);
        }
        const bool few = whole && values.size() <= fewValues && 2 * values.size() <= rows;
        m_loaded.info.task = task != "auto" ? task
                             : suggested    ? m_table.task
                             : text || few  ? "classification"
                                            : "regression";
        if (m_loaded.info.locates())
            return base::Error{base::ErrorKind::Spec, "a table has no pictures for " + task, "/data/task",
                               "Use classification, regression or forecasting"};
        if (!m_loaded.info.classifies()) {
            if (text)
                return textForRegression(column);
            encodeNumbers(m_loaded, column);
            return {};
        }
        const std::size_t count = text ? column.words.size() : values.size();
        if (count > fewValues && 2 * count > rows)
            return base::Error{base::ErrorKind::Data,
                               "the target " + quotedName(column.name) + " has " + std::to_string(count) +
                                   (text ? "" : " or more") + " different values in " + std::to_string(rows) +
                                   " rows, too many to be classes",
                               whereOf(m_table), "Name another column in data.target, or set data.task to regression"};
        encodeClasses(m_loaded, column, values);
        return {};
    }

    base::Status textForRegression(const Column& column)
    {
        return base::Error{base::ErrorKind::Data,
                           "the target " + quotedName(column.name) + " holds text such as " +
                               quotedName(column.words.front().substr(0, 40)) + ", and " + m_loaded.info.task +
                               " predicts numbers",
                           whereOf(m_table), "Set data.task to classification, or name another column in data.target"};
    }

    base::Status chooseFeatures()
    {
        std::vector<std::size_t>& chosen = m_loaded.featureColumns;
        if (m_loaded.info.forecasts()) {
            CORE_TRY(series, seriesColumn(m_table, m_data.window.series, m_loaded.times));
            m_loaded.info.series = series;
        }
        for (std::size_t i = 0; i < m_data.features.size(); ++i) {
            const std::string& name = m_data.features[i];
            const std::string where = "/data/features/" + std::to_string(i);
            const std::size_t place = placeOf(m_table, name);
            if (place == m_table.columns.size())
                return noColumn(m_table, name, where);
            const Column& column = m_table.columns[place];
            const bool repeated = std::find(chosen.begin(), chosen.end(), place) != chosen.end();
            const bool tooMany = tooManyWords(column) && !(m_data.features.size() == 1 && isFreeText(column)),
                       unseen = m_loaded.info.forecasts() && column.kind == ColumnKind::Text;
            if (place == m_target || repeated || column.kind == ColumnKind::Empty || tooMany || unseen)
                return base::Error{base::ErrorKind::Spec,
                                   quotedName(name) + (place == m_target                  ? " is the target"
                                                       : repeated                         ? " is named twice"
                                                       : column.kind == ColumnKind::Empty ? " has no values"
                                                       : unseen ? " holds texts, and series are numbers"
                                                                : " " + tooManyText(column)),
                                   where, "Leave it out of data.features"};
            chosen.push_back(place);
        }
        for (std::size_t c = 0; m_data.features.empty() && c < m_table.columns.size(); ++c) {
            const bool text = m_table.columns[c].kind == ColumnKind::Text;
            if (c == m_target || !m_usable[c] || (text && m_loaded.info.forecasts()))
                continue;
            if (tooManyWords(m_table.columns[c]))
                leaveOut(c, "too_many_categories", tooManyText(m_table.columns[c]),
                         "Raise data.source.max_categories if its values are kinds of things");
            else
                chosen.push_back(c);
        }
        for (const std::size_t c : chosen)
            if (!m_table.columns[c].strays.empty() && !m_lenient)
                return strayError(m_table, m_table.columns[c]);
        if (m_loaded.info.forecasts())
            chosen.insert(chosen.begin(), m_target);
        return chosen.empty() && !onlyTexts()
                   ? base::Error{base::ErrorKind::Data, "has no column to learn from", whereOf(m_table),
                                 "It needs one column besides the target " + quotedName(m_table.columns[m_target].name)}
                   : base::Status{};
    }

    bool tooManyWords(const Column& column) const
    {
        // One feature whatever the number of words, if each comes several times.
        const std::int64_t words = std::int64_t(column.words.size());
        const bool several = m_data.encode.kind == "target" && 2 * words <= m_table.rows;
        return column.kind == ColumnKind::Text && words > m_table.maxCategories && !several;
    }

    // The column of texts to learn from, if it is the only feature, or the best where there is none.
    const Column* onlyTexts() const
    {
        const Column* found = nullptr;
        if (m_loaded.featureColumns.size() == 1)
            found = &m_table.columns[m_loaded.featureColumns.front()];
        for (std::size_t c = 0; c < m_table.columns.size() && m_loaded.featureColumns.empty(); ++c)
            if (c != m_target && isFreeText(m_table.columns[c]) &&
                (!found || m_table.columns[c].words.size() > found->words.size()))
                found = &m_table.columns[c];
        return found && isFreeText(*found) ? found : nullptr;
    }

    static std::string tooManyText(const Column& column)
    {
        return "has " + std::to_string(column.words.size()) + " different texts";
    }
};

}

base::Status chooseColumns(Loaded& loaded, const SourceRequest& request, const std::vector<std::string>& reserved,
                           bool lenient)
{
    return ColumnChooser(loaded, request, reserved, lenient).choose();
}

base::Status encodeTarget(Loaded& loaded, const std::string& target, const std::string& task)
{
    const Table& table = *loaded.table;
    const Column* column = table.find(target);
    if (!column)
        return noColumn(table, target, whereOf(table));
    if (!column->strays.empty())
        return strayError(table, *column);
    loaded.info.target = target;
    loaded.info.task = task;
    if (column->kind == ColumnKind::Empty) {
        loaded.info.classes.clear();
        loaded.targets = task == "classification" ? tensor::empty({table.rows}, at::kLong).fill_(-1)
                                                  : tensor::empty({table.rows}).fill_(std::nan(""));
        return {};
    }
    if (task != "classification") {
        encodeNumbers(loaded, *column);
        return {};
    }
    std::set<double> values;
    for (const double number : column->numbers)
        if (!std::isnan(number))
            values.insert(number);
    encodeClasses(loaded, *column, values);
    return {};
}

}
