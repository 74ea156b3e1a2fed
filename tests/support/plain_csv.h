// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/formats/cell.h"
#include "core/data/tables/table.h"

#include <algorithm>
#include <limits>

namespace tests {

/// The rules of CSV in the plainest words, one character and one cell at a time: what the reader must come to.
class PlainCsv {
public:
    PlainCsv(std::string text, char delimiter) : m_text(std::move(text)), m_delimiter(delimiter) { cut(); }

    /// What is wrong, or empty.
    const std::string& problem() const { return m_problem; }
    std::size_t records() const { return m_records.size(); }

    /// The first record names the columns.
    core::data::Table table(const core::data::TableHints& hints) const
    {
        core::data::Table table;
        table.rows = std::int64_t(m_records.size()) - 1;
        table.lines.assign(m_lines.begin() + 1, m_lines.end());
        for (std::size_t c = 0; c < m_records.front().size(); ++c)
            table.columns.push_back(column(c, hints));
        return table;
    }

private:
    std::string m_text, m_problem;
    char m_delimiter;
    std::vector<std::vector<std::string>> m_records;
    std::vector<std::int64_t> m_lines;

    void cut()
    {
        std::int64_t line = 1;
        std::size_t at = 0;
        while (at < m_text.size() && m_problem.empty()) {
            const std::size_t begin = at;
            while (at < m_text.size() && m_text[at] == ' ')
                ++at;
            if (at == m_text.size())
                return;
            if (breaks(at)) {
                passBreak(at, line);
                continue;
            }
            at = begin;
            m_lines.push_back(line);
            m_records.emplace_back();
            do
                cell(at, line);
            while (m_problem.empty() && at < m_text.size() && m_text[at++] == m_delimiter);
            if (m_problem.empty() && at > 0 && breaks(at - 1))
                passBreak(--at, line);
            if (m_problem.empty() && m_records.back().size() != m_records.front().size())
                fail(m_lines.back(), "has another width");
        }
    }

    bool breaks(std::size_t at) const { return m_text[at] == '\n' || m_text[at] == '\r'; }
    void fail(std::int64_t line, const std::string& what) { m_problem = "line " + std::to_string(line) + " " + what; }

    void passBreak(std::size_t& at, std::int64_t& line) const
    {
        at += m_text.compare(at, 2, "\r\n") == 0 ? 2 : 1;
        ++line;
    }

    void cell(std::size_t& at, std::int64_t& line)
    {
        std::string text;
        const bool quoted = at < m_text.size() && m_text[at] == '"';
        const std::int64_t opened = line;
        for (at += quoted; quoted; ++at) {
            if (at == m_text.size())
                return fail(opened, "opens a quote that is never closed");
            if (m_text[at] == '"' && m_text.compare(at, 2, "\"\"") != 0)
                break;
            at += m_text[at] == '"';
            line += m_text[at] == '\n' || (m_text[at] == '\r' && m_text.compare(at, 2, "\r\n") != 0);
            text += m_text[at];
        }
        for (at += quoted; at < m_text.size() && m_text[at] != m_delimiter && !breaks(at); ++at) {
            if (quoted && m_text[at] != ' ')
                return fail(line, "has text after a closing quote");
            if (!quoted)
                text += m_text[at];
        }
        m_records.back().push_back(text);
    }

    core::data::Column column(std::size_t c, const core::data::TableHints& hints) const
    {
        using core::data::ColumnKind;
        core::data::Column column{.name = m_records[0][c]};
        const auto among = [&](const std::vector<std::string>& names) {
            return std::find(names.begin(), names.end(), column.name) != names.end();
        };
        std::vector<std::string> words;
        std::vector<double> numbers, times;
        std::size_t present = 0, isNumber = 0, isTime = 0;
        for (std::size_t row = 1; row < m_records.size(); ++row) {
            const std::string& cell = m_records[row][c];
            const bool missing = core::data::isMissingCell(cell);
            const auto number = missing ? std::nullopt : core::data::numberOf(cell, m_delimiter == ';');
            const auto time = missing ? std::nullopt : core::data::timeOf(cell);
            present += !missing;
            isNumber += number.has_value();
            isTime += time.has_value();
            numbers.push_back(number.value_or(std::numeric_limits<double>::quiet_NaN()));
            times.push_back(time.value_or(std::numeric_limits<double>::quiet_NaN()));
            words.push_back(missing ? "" : std::string(core::data::trimmed(cell)));
            if (!missing && !number)
                column.strays.push_back({std::int64_t(row) - 1, words.back()});
        }
        const bool text = among(hints.asText), asked = among(hints.asNumbers);
        if (present > 0 && !text && isTime < present && (asked || 2 * isNumber > present)) {
            column.kind = ColumnKind::Number;
            column.numbers = numbers;
            return column;
        }
        if (present == 0)
            return {.name = column.name, .numbers = numbers};
        return !text && isTime == present ? core::data::timeColumn(column.name, times)
                                          : core::data::textColumn(column.name, words);
    }
};

}
