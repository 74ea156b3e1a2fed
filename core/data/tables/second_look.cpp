// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/tables/second_look.h"

#include "core/data/formats/cell.h"
#include "core/data/formats/cell_forms.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <optional>
#include <set>

namespace core::data {

namespace {

using Reading = std::function<std::optional<double>(std::string_view)>;

constexpr double noValue = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t fewestPackedDates = 10;

// What every word says, if each says something.
std::optional<std::vector<double>> valuesOf(const std::vector<std::string>& words, const Reading& read)
{
    std::vector<double> values;
    for (const std::string& word : words) {
        const auto value = read(word);
        if (!value)
            return std::nullopt;
        values.push_back(*value);
    }
    return values;
}

void becomeValues(Column& column, ColumnKind kind, const std::vector<double>& values)
{
    column.kind = kind;
    column.numbers.assign(column.codes.size(), noValue);
    for (std::size_t row = 0; row < column.codes.size(); ++row)
        if (column.codes[row] >= 0)
            column.numbers[row] = values[std::size_t(column.codes[row])];
    column.codes = {};
    column.words = {};
}

bool readDates(Column& column)
{
    // 3/4/2024 is March the fourth, 3.4.2024 April the third, unless others of the column cannot be.
    const bool dots = !column.words.empty() && column.words.front().find('/') == std::string::npos;
    for (const DateOrder order : {dots ? DateOrder::Day : DateOrder::Month, dots ? DateOrder::Month : DateOrder::Day}) {
        const auto read = [order](std::string_view word) {
            const auto iso = timeOf(word);
            return iso ? iso : writtenDateOf(word, order);
        };
        if (const auto values = valuesOf(column.words, read)) {
            becomeValues(column, ColumnKind::Time, *values);
            return true;
        }
    }
    return false;
}

bool readAmounts(Column& column)
{
    for (const bool decimalComma : {false, true})
        if (const auto values = valuesOf(column.words, [decimalComma](std::string_view word) {
                const auto plain = decimalComma ? std::nullopt : numberOf(word);
                return plain ? plain : amountOf(word, decimalComma);
            })) {
            becomeValues(column, ColumnKind::Number, *values);
            return true;
        }
    return false;
}

// Most of the numbers are small ones without a mark for thousands.
void readStrays(Column& column)
{
    for (const bool decimalComma : {false, true}) {
        std::vector<std::string> words;
        for (const StrayCell& stray : column.strays)
            words.push_back(stray.text);
        const auto values =
            valuesOf(words, [decimalComma](std::string_view word) { return amountOf(word, decimalComma); });
        if (!values)
            continue;
        for (std::size_t i = 0; i < values->size(); ++i)
            column.numbers[std::size_t(column.strays[i].row)] = (*values)[i];
        column.strays.clear();
        return;
    }
}

// 20240517 as a day of the years 1900 to 2100.
std::optional<double> packedDate(double number)
{
    if (!(number >= 19000101 && number <= 21001231) || number != std::floor(number))
        return std::nullopt;
    std::string text = std::to_string(std::int64_t(number));
    text.insert(6, "-").insert(4, "-");
    return timeOf(text);
}

void readPackedDates(Column& column, std::size_t fewest)
{
    std::set<double> different;
    for (const double number : column.numbers) {
        if (std::isnan(number))
            continue;
        if (!packedDate(number))
            return;
        if (different.size() < fewest)
            different.insert(number);
    }
    if (different.size() < fewest)
        return;
    for (double& number : column.numbers)
        if (!std::isnan(number))
            number = *packedDate(number);
    column.kind = ColumnKind::Time;
}

void expectNumbers(Column& column)
{
    std::vector<double> values;
    for (const std::string& word : column.words)
        values.push_back(numberOf(word).value_or(noValue));
    for (std::size_t row = 0; row < column.codes.size(); ++row)
        if (const std::int32_t code = column.codes[row]; code >= 0 && std::isnan(values[std::size_t(code)]))
            column.strays.push_back({std::int64_t(row), column.words[std::size_t(code)]});
    becomeValues(column, ColumnKind::Number, values);
}

}

void lookAgain(Table& table, const TableHints& hints)
{
    const auto among = [](const std::vector<std::string>& names, const Column& column) {
        return std::find(names.begin(), names.end(), column.name) != names.end();
    };
    for (Column& column : table.columns) {
        const bool expected = among(hints.asNumbers, column);
        if (among(hints.asText, column))
            continue;
        if (column.kind == ColumnKind::Text) {
            if (!readAmounts(column) && !readDates(column) && expected)
                expectNumbers(column);
        } else if (column.kind == ColumnKind::Number) {
            if (!column.strays.empty())
                readStrays(column);
            else if (among(hints.asTimes, column) || !expected)
                readPackedDates(column, among(hints.asTimes, column) ? 1 : fewestPackedDates);
        }
    }
}

}
