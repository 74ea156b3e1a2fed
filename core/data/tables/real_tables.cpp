// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/tables/real_tables.h"

#include "core/base/files.h"
#include "core/data/formats/cell.h"
#include "core/data/formats/csv_reader.h"
#include "core/data/formats/json_lines_reader.h"

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
    CORE_TRY(text, base::readFile(path));
    if (path.extension() == ".json")
        return readJsonLines(std::move(text), path.string(), name, {.maxRows = maxRows});
    CORE_TRY(table, readCsv(text, path.string(), {.header = true, .maxRows = std::size_t(maxRows)}));
    table.name = name;
    return std::move(table);
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
