// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/csv_reader.h"
#include "core/data/formats/csv_rows.h"
#include "core/data/formats/csv_scanner.h"
#include "core/data/formats/scalar_log.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

namespace core::data {

using base::Error;
using base::ErrorKind;

namespace {

constexpr std::size_t mostSeries = 10'000;

std::string lower(std::string_view text)
{
    std::string made(text);
    for (char& c : made)
        c = c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c == ' ' ? '_' : c;
    return made;
}

std::size_t columnOf(const std::vector<std::string>& names, std::initializer_list<const char*> wanted)
{
    for (const char* name : wanted)
        for (std::size_t i = 0; i < names.size(); ++i)
            if (lower(names[i]) == name)
                return i;
    return names.size();
}

// Also `nan`, which a loss may well be.
bool numberIn(std::string_view cell, double& value)
{
    while (!cell.empty() && cell.front() == ' ')
        cell.remove_prefix(1);
    while (!cell.empty() && cell.back() == ' ')
        cell.remove_suffix(1);
    if (!cell.empty() && cell.front() == '+')
        cell.remove_prefix(1);
    const auto [end, code] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
    if (code == std::errc::result_out_of_range && end == cell.data() + cell.size())
        value = 0;
    else if (code != std::errc{} || end != cell.data() + cell.size())
        return false;
    return true;
}

bool blank(std::string_view cell)
{
    return cell.find_first_not_of(' ') == cell.npos;
}

struct Head {
    std::vector<std::string> names;
    std::size_t step = 0, time = 0, epoch = 0;
};

base::Result<Head> headOf(const std::vector<std::string_view>& cells, const std::string& where, std::int64_t line)
{
    Head head;
    for (const std::string_view cell : cells)
        head.names.emplace_back(cell);
    if (!head.names.empty() && head.names[0].starts_with("\xef\xbb\xbf"))
        head.names[0].erase(0, 3);
    if (head.names.size() > mostSeries)
        return csvError(where, line, "has more than 10,000 columns", {});
    head.epoch = columnOf(head.names, {"epoch"});
    head.step = columnOf(head.names, {"step", "global_step", "iteration", "iter", "steps", "epoch"});
    head.time = columnOf(head.names, {"time", "wall_time", "timestamp"});
    if (head.step == head.names.size())
        return csvError(where, line, "has no column of steps",
                        "Its first line names the columns: step, loss, accuracy");
    if (head.epoch == head.step)
        head.epoch = head.names.size();
    return head;
}

base::Status addRow(const std::vector<std::string_view>& cells, const Head& head, const std::string& where,
                    std::int64_t line, const std::string& only, ScalarLog& log)
{
    if (cells.size() != head.names.size())
        return csvError(
            where, line,
            "has " + std::to_string(cells.size()) + " cells, the first line " + std::to_string(head.names.size()), {});
    double step = 0, time = 0;
    if (!numberIn(cells[head.step], step) || step != std::floor(step) || std::fabs(step) > 1e15 || step < 0)
        return csvError(where, line, '"' + std::string(cells[head.step].substr(0, 40)) + "\" is no step",
                        "Steps are whole numbers from 0");
    if (head.time < cells.size() && (!numberIn(cells[head.time], time) || !std::isfinite(time)))
        time = 0;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        if (i == head.step || i == head.time || i == head.epoch || blank(cells[i]) || head.names[i].empty())
            continue;
        double value = 0;
        if (!numberIn(cells[i], value))
            return csvError(where, line,
                            '"' + std::string(cells[i].substr(0, 40)) + "\" of " + head.names[i] + " is no number",
                            "Leave cells empty that were not logged");
        log.add(head.names[i] == "Value" ? only : head.names[i], std::int64_t(step), value, time);
    }
    return {};
}

}

void ScalarLog::add(const std::string& name, std::int64_t step, double value, double time)
{
    Series& one = series[name];
    one.steps.push_back(step);
    one.values.push_back(value);
    one.times.push_back(time);
}

base::Result<ScalarLog> readScalarCsv(std::string_view text, const std::string& where, const std::string& name)
{
    ScalarLog log;
    CORE_TRY(form, csvForm(text.substr(0, 1 << 16), where, {.header = true}));
    CsvScanner scanner(text, form.delimiter, true);
    std::vector<std::string_view> cells;
    std::optional<Head> head;
    for (;;) {
        const CsvScanner::Found found = scanner.record(cells);
        if (found == CsvScanner::Found::Failed)
            return csvError(where, scanner.problemLine(), scanner.problem(), {});
        if (found != CsvScanner::Found::Record)
            break;
        if (!head) {
            CORE_TRY(made, headOf(cells, where, scanner.recordLine()));
            head = std::move(made);
        } else {
            CORE_CHECK(addRow(cells, *head, where, scanner.recordLine(), name, log));
        }
    }
    if (log.empty())
        return Error{ErrorKind::Data, "there are no numbers in it", where,
                     "A line for each step, a column for each scalar"};
    return log;
}

}
