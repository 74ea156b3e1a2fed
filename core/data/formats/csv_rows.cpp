// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/csv_rows.h"

#include <algorithm>

namespace core::data {

namespace {

// Text, marks and what is made of them fit a first-level cache together.
constexpr std::size_t usualBlock = 1 << 13, mostBlock = 1 << 17;
constexpr std::size_t fewRows = 16;

}

base::Error csvError(const std::string& where, std::int64_t line, const std::string& what, std::string advice)
{
    return {base::ErrorKind::Data, "line " + std::to_string(line) + " " + what, where + ":" + std::to_string(line),
            std::move(advice)};
}

CsvRows::CsvRows(TextPieces& pieces, char delimiter, std::size_t from, std::int64_t line, const std::string& where)
    : m_pieces(pieces),
      m_where(where),
      m_delimiter(delimiter),
      m_at(from),
      m_line(line),
      m_blockBytes(usualBlock)
{
}

base::Result<bool> CsvRows::next(std::vector<std::string_view>& cells)
{
    for (;;) {
        m_scanner = CsvScanner(m_pieces.text(), m_delimiter, m_pieces.ended(), m_at, m_line);
        const auto found = m_scanner.record(cells);
        if (found == CsvScanner::Found::Failed)
            return csvError(m_where, m_scanner.problemLine(), m_scanner.problem(),
                            "Quote a cell that has delimiters or line breaks, and double the quotes inside it");
        if (found != CsvScanner::Found::Cut) {
            m_at = m_scanner.at();
            m_line = m_scanner.line();
            return found == CsvScanner::Found::Record;
        }
        m_passed += m_at;
        m_pieces.more(m_at);
        m_at = m_markCount = m_nextMark = m_markedTo = 0;
    }
}

void CsvRows::mark(std::size_t bytes)
{
    const std::string_view text = m_pieces.text();
    m_markedTo = std::min(text.size(), m_at + bytes);
    if (m_marks.size() < m_markedTo - m_at)
        m_marks.resize(m_markedTo - m_at);
    m_markCount =
        findCsvMarks(text.data(), std::uint32_t(m_at), std::uint32_t(m_markedTo), m_delimiter, m_marks.data());
    m_nextMark = 0;
}

// Whether the next marks are those of a record without quotes; there are enough of them.
bool CsvRows::plainNext(std::size_t width) const
{
    const std::string_view text = m_pieces.text();
    const std::uint32_t* const marks = m_marks.data() + m_nextMark;
    for (std::size_t c = 0; c + 1 < width; ++c)
        if (text[marks[c]] != m_delimiter)
            return false;
    const std::size_t end = marks[width - 1];
    if (width == 1 && (end == m_at || text[m_at] == ' '))
        return false;
    return text[end] == '\n' || (text[end] == '\r' && (end + 1 < text.size() || m_pieces.ended()));
}

// The plain records from here on, as far as a block goes.
void CsvRows::collect(std::size_t width, std::vector<std::int64_t>& lines, std::size_t most)
{
    const std::string_view text = m_pieces.text();
    m_rows.clear();
    while (m_nextMark < m_markCount && m_marks[m_nextMark] < m_at)
        ++m_nextMark;
    for (;;) {
        for (; m_nextMark + width <= m_markCount; m_nextMark += width) {
            if (lines.size() == most || !plainNext(width))
                return;
            m_rows.push_back({std::uint32_t(m_at), std::uint32_t(m_nextMark)});
            lines.push_back(m_line++);
            const std::size_t end = m_marks[m_nextMark + width - 1];
            m_at = end + 1;
            if (text[end] == '\r' && m_at < text.size() && text[m_at] == '\n') {
                ++m_at;
                m_nextMark += m_nextMark + width < m_markCount;
            }
        }
        if (!m_rows.empty() || m_markedTo == text.size())
            return;
        const std::size_t marked = m_markedTo > m_at ? m_markedTo - m_at : 0;
        mark(std::max(m_blockBytes, 2 * marked));
    }
}

void CsvRows::hand(std::vector<CsvColumn>& columns)
{
    m_cells.resize(m_rows.size());
    for (std::size_t c = 0; c < columns.size(); ++c) {
        for (std::size_t r = 0; r < m_rows.size(); ++r) {
            const std::uint32_t* const end = &m_marks[m_rows[r].mark + c];
            m_cells[r] = {c == 0 ? m_rows[r].begin : end[-1] + 1, *end};
        }
        columns[c].add(m_pieces.text().data(), m_cells);
    }
    // Of wide records a block holds few: columns want several at a time.
    if (m_rows.size() < fewRows)
        m_blockBytes = std::min(2 * m_blockBytes, mostBlock);
}

base::Result<bool> CsvRows::readOne(std::vector<CsvColumn>& columns, std::int64_t firstLine)
{
    std::vector<std::string_view> cells;
    CORE_TRY(more, next(cells));
    if (!more)
        return false;
    if (cells.size() != columns.size())
        return csvError(m_where, recordLine(),
                        "has " + std::to_string(cells.size()) +
                            (cells.size() == 1 ? " cell, and line " : " cells, and line ") + std::to_string(firstLine) +
                            " has " + std::to_string(columns.size()),
                        "Every row needs as many cells as the first; quote cells that have the delimiter inside");
    for (std::size_t c = 0; c < columns.size(); ++c)
        columns[c].add(cells[c]);
    return true;
}

base::Status CsvRows::readInto(std::vector<CsvColumn>& columns, std::vector<std::int64_t>& lines, std::size_t most,
                               std::int64_t firstLine, std::size_t bytes)
{
    bool reserved = false;
    while (lines.size() < most) {
        collect(columns.size(), lines, most);
        if (m_rows.empty()) {
            CORE_TRY(more, readOne(columns, firstLine));
            if (!more)
                break;
            lines.push_back(recordLine());
            continue;
        }
        hand(columns);
        if (!reserved && lines.size() >= fewRows) {
            const std::size_t rows = bytes / ((m_passed + m_at) / lines.size() + 1);
            lines.reserve(std::min(most, rows + rows / 32));
            for (CsvColumn& column : columns)
                column.reserve(std::min(most, rows + rows / 32));
            reserved = true;
        }
    }
    return {};
}

}
