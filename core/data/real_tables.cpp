// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/real_tables.h"

#include "core/base/files.h"
#include "core/base/json.h"
#include "core/data/formats/cell.h"
#include "core/data/formats/csv_reader.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>

namespace core::data {

namespace {

constexpr double missingNumber = std::numeric_limits<double>::quiet_NaN();

// A date of these forms in the ISO form; else the text itself.
std::string isoOf(std::string_view text)
{
    static constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
    const auto digits = [](std::string_view part) {
        return !part.empty() && std::all_of(part.begin(), part.end(), [](char c) { return c >= '0' && c <= '9'; });
    };
    const auto padded = [](std::string_view part) { return (part.size() < 2 ? "0" : "") + std::string(part); };
    if (text.size() == 8 && digits(text))
        return std::string(text.substr(0, 4)) + "-" + std::string(text.substr(4, 2)) + "-" +
               std::string(text.substr(6, 2));
    const std::size_t month = text.size() > 8 ? months.find(text.substr(0, 3)) : months.npos;
    const std::size_t gap = text.find(' ', 4);
    if (month != months.npos && month % 3 == 0 && text[3] == ' ' && gap != text.npos)
        return std::string(text.substr(gap + 1)) + "-" + padded(std::to_string(month / 3 + 1)) + "-" +
               padded(text.substr(4, gap - 4));
    std::string iso(text);
    std::replace(iso.begin(), iso.end(), '/', '-');
    return iso;
}

double secondsOf(std::string_view text)
{
    return timeOf(isoOf(trimmed(text))).value_or(missingNumber);
}

Column columnOf(const std::string& key, const base::Array& records)
{
    bool numbers = true, times = true;
    for (const base::Value& record : records)
        if (const base::Value& cell = record[key]; !cell.isNull()) {
            numbers = numbers && cell.isNumber();
            times = times && cell.isText() && timeOf(cell.text());
        }
    std::vector<double> values;
    std::vector<std::string> texts;
    for (const base::Value& record : records) {
        const base::Value& cell = record[key];
        if (numbers)
            values.push_back(cell.toReal(missingNumber));
        else if (times)
            values.push_back(cell.isNull() ? missingNumber : *timeOf(cell.text()));
        else
            texts.push_back(cell.isText() ? cell.text() : cell.isNull() ? std::string() : base::writeJson(cell));
    }
    return numbers ? numberColumn(key, std::move(values))
           : times ? timeColumn(key, std::move(values))
                   : textColumn(key, texts);
}

base::Error notHere(const std::string& name, const std::filesystem::path& path)
{
    return {base::ErrorKind::Data, "the data set " + name + " is not here", path.string(),
            "app/run fetches it into build/datasets when it has network; or name a folder with the unpacked wheels "
            "vega_datasets, palmerpenguins and statsmodels in the environment variable DESCENT_DATASETS"};
}

}

std::filesystem::path datasetsFolder()
{
    if (const char* given = std::getenv("DESCENT_DATASETS"); given && *given)
        return given;
    std::error_code ignored;
    return std::filesystem::read_symlink("/proc/self/exe", ignored).parent_path().parent_path() / "datasets";
}

base::Result<Table> readRealTable(const std::string& name, const std::filesystem::path& file, std::int64_t maxRows)
{
    const std::filesystem::path path = datasetsFolder() / file;
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(path, ignored))
        return notHere(name, path);
    Table table;
    if (path.extension() == ".json") {
        CORE_TRY(records, base::readJson(path));
        if (records.isArray() && std::int64_t(records.array().size()) > maxRows)
            records.array().resize(std::size_t(maxRows));
        CORE_TRY(read, tableOfRecords(records, path.string()));
        table = std::move(read);
    } else {
        CORE_TRY(text, base::readFile(path));
        CORE_TRY(csv, readCsv(std::move(text), path.string(), {.header = true, .maxRows = std::size_t(maxRows)}));
        table = readTable(csv, {}, path.string(), name);
    }
    table.name = name;
    return table;
}

base::Result<Table> tableOfRecords(const base::Value& records, const std::string& where)
{
    if (!records.isArray() || records.array().empty())
        return base::Error{base::ErrorKind::Data, "holds no list of records", where,
                           "It should be [{\"column\": value, …}, …]"};
    std::vector<std::string> keys;
    for (std::size_t row = 0; row < records.array().size(); ++row) {
        const base::Value& record = records.array()[row];
        if (!record.isObject())
            return base::Error{base::ErrorKind::Data,
                               "row " + std::to_string(row) + " is " + std::string(record.typeName()) +
                                   " rather than an object",
                               where, "It should be {\"column\": value, …}"};
        for (const auto& [key, value] : record.object())
            if (std::find(keys.begin(), keys.end(), key) == keys.end())
                keys.push_back(key);
    }
    Table table{.rows = std::int64_t(records.array().size()), .where = where};
    for (const std::string& key : keys)
        table.columns.push_back(columnOf(key, records.array()));
    return table;
}

void becomeTimes(Table& table, std::string_view column)
{
    for (Column& dates : table.columns) {
        if (dates.name != column || dates.kind == ColumnKind::Time)
            continue;
        std::vector<double> seconds;
        if (dates.kind == ColumnKind::Text)
            for (const std::int32_t code : dates.codes)
                seconds.push_back(code < 0 ? missingNumber : secondsOf(dates.words[std::size_t(code)]));
        else
            for (const double number : dates.numbers)
                seconds.push_back(std::isnan(number) ? missingNumber : secondsOf(textOf(number)));
        dates = timeColumn(dates.name, std::move(seconds));
    }
}

}
