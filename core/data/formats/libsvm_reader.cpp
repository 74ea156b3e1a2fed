// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/libsvm_reader.h"

#include "core/data/formats/cell.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace core::data {

namespace {

constexpr std::int64_t maxColumn = 100'000'000;
constexpr double notThere = std::numeric_limits<double>::quiet_NaN();

// The next word of a line; empty at its end.
std::string_view takeWord(std::string_view& line)
{
    const std::size_t begin = line.find_first_not_of(" \t\r");
    if (begin == line.npos)
        return line = {};
    const std::size_t end = std::min(line.find_first_of(" \t\r", begin), line.size());
    const std::string_view word = line.substr(begin, end - begin);
    line.remove_prefix(end);
    return word;
}

std::string_view takeLine(std::string_view& text)
{
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
    return line.substr(0, line.find('#'));
}

class LibsvmReader {
public:
    LibsvmReader(std::string where, const LibsvmOptions& options) : m_where(std::move(where)), m_options(options) {}

    base::Result<SparseRows> read(std::string_view text)
    {
        m_line = m_options.firstLine - 1;
        while (!text.empty() && m_rows.rows() < m_options.maxRows) {
            ++m_line;
            std::string_view line = takeLine(text);
            CORE_CHECK(readRow(line));
        }
        if (m_rows.ends.empty())
            return base::Error{base::ErrorKind::Data, "holds no rows", m_where, form};
        if (m_rows.groups.size() < m_rows.ends.size() && !m_rows.groups.empty())
            m_rows.groups.resize(m_rows.ends.size(), notThere);
        const bool zeroBased = m_options.zeroBased.value_or(m_smallest == 0);
        if (!zeroBased) {
            if (m_smallest == 0)
                return error("has a column 0, and columns count from 1 as was said", m_smallestLine);
            for (SparseRows::Cell& cell : m_rows.cells)
                --cell.column;
        }
        m_rows.columns = std::max(m_options.columns, m_largest + (zeroBased ? 1 : 0));
        return std::move(m_rows);
    }

private:
    static constexpr const char* form = "A row is a label and column:value pairs: 1 3:0.5 17:2";
    std::string m_where;
    const LibsvmOptions& m_options;
    SparseRows m_rows;
    std::int64_t m_line = 0, m_smallest = maxColumn, m_smallestLine = 0, m_largest = 0;

    base::Error error(std::string what, std::int64_t line) const
    {
        return {base::ErrorKind::Data, "line " + std::to_string(line) + " " + std::move(what),
                m_where + ":" + std::to_string(line), form};
    }
    base::Error stray(std::string_view word) const
    {
        return error("has \"" + std::string(word.substr(0, 40)) + "\" where column:value should be", m_line);
    }

    base::Status readRow(std::string_view line)
    {
        std::string_view word = takeWord(line);
        if (word.empty())
            return {};
        double label = notThere;
        if (word.find(':') == word.npos) {
            const auto number = numberOf(word.front() == '+' ? word.substr(1) : word);
            if (!number && !isMissingCell(word))
                return error("begins with \"" + std::string(word.substr(0, 40)) + "\", which is no label", m_line);
            label = number.value_or(notThere);
            word = takeWord(line);
        }
        std::int64_t last = -1;
        for (; !word.empty(); word = takeWord(line)) {
            const std::size_t colon = word.find(':');
            const std::string_view cell = colon == word.npos ? std::string_view() : word.substr(colon + 1);
            const double value = numberOf(cell).value_or(notThere);
            if (colon != word.npos && word.substr(0, colon) == "qid") {
                if (std::isnan(value))
                    return stray(word);
                m_rows.groups.resize(m_rows.ends.size() + 1, notThere);
                m_rows.groups.back() = value;
                continue;
            }
            std::int64_t column = 0;
            const char* end = word.data() + std::min(colon, word.size());
            const auto [stop, code] = std::from_chars(word.data(), end, column);
            const bool known = !std::isnan(value) || (!cell.empty() && isMissingCell(cell));
            if (code != std::errc() || stop != end || !known)
                return stray(word);
            if (column < 0 || column > maxColumn)
                return error("has column " + std::to_string(column) + "; 0 to " + std::to_string(maxColumn) +
                                 " are possible",
                             m_line);
            if (column <= last)
                return error("has column " + std::to_string(column) + " after column " + std::to_string(last) +
                                 "; they must ascend",
                             m_line);
            last = column;
            if (column < m_smallest) {
                m_smallest = column;
                m_smallestLine = m_line;
            }
            m_largest = std::max(m_largest, column);
            m_rows.cells.push_back({column, float(value)});
        }
        m_rows.ends.push_back(m_rows.cells.size());
        m_rows.labels.push_back(label);
        m_rows.lines.push_back(m_line);
        return {};
    }
};

}

base::Result<SparseRows> readLibsvm(std::string_view text, const std::string& where, const LibsvmOptions& options)
{
    return LibsvmReader(where, options).read(text);
}

bool looksLikeLibsvm(std::string_view head)
{
    // The last line may be cut off by the end of the head.
    if (const std::size_t end = head.rfind('\n'); end != head.npos)
        head = head.substr(0, end + 1);
    std::size_t pairs = 0;
    const auto rows = readLibsvm(head, "");
    if (!rows)
        return false;
    pairs = rows->cells.size();
    return pairs > 0 && 2 * pairs >= std::size_t(rows->rows());
}

}
