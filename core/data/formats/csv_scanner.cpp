// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/csv_scanner.h"

#include <bit>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace core::data {

void CsvScanner::endLine()
{
    m_at += m_text[m_at] == '\r' && m_at + 1 < m_text.size() && m_text[m_at + 1] == '\n' ? 2 : 1;
    ++m_line;
}

void CsvScanner::skipEmptyLines()
{
    for (;;) {
        std::size_t end = m_at;
        while (end < m_text.size() && m_text[end] == ' ')
            ++end;
        if (end < m_text.size() ? !atLineBreak(end) : !m_whole)
            return;
        m_at = end;
        if (end == m_text.size())
            return;
        endLine();
    }
}

CsvScanner::Found CsvScanner::fail(std::string problem, std::int64_t line)
{
    m_problem = std::move(problem);
    m_problemLine = line;
    return Found::Failed;
}

void CsvScanner::plain(std::vector<std::string_view>& cells)
{
    const std::size_t begin = m_at;
    while (m_at < m_text.size() && m_text[m_at] != m_delimiter && !atLineBreak(m_at))
        ++m_at;
    cells.push_back(m_text.substr(begin, m_at - begin));
}

CsvScanner::Found CsvScanner::quoted(std::vector<std::string_view>& cells)
{
    const std::int64_t openedOn = m_line;
    const std::size_t begin = ++m_at;
    bool doubled = false;
    for (;; ++m_at) {
        if (m_at == m_text.size())
            return m_whole ? fail("opens a quote that is never closed", openedOn) : Found::Cut;
        const bool last = m_at + 1 == m_text.size();
        if (m_text[m_at] == '"') {
            if (last || m_text[m_at + 1] != '"')
                break;
            doubled = true;
            ++m_at;
        } else if (m_text[m_at] == '\n' || (m_text[m_at] == '\r' && (last || m_text[m_at + 1] != '\n'))) {
            ++m_line;
        }
    }
    std::string_view cell = m_text.substr(begin, m_at - begin);
    if (doubled) {
        std::string& text = m_unquoted.emplace_back();
        for (std::size_t i = 0; i < cell.size(); i += cell[i] == '"' ? 2 : 1)
            text.push_back(cell[i]);
        cell = text;
    }
    cells.push_back(cell);
    ++m_at;
    while (m_at < m_text.size() && m_text[m_at] == ' ')
        ++m_at;
    if (m_at == m_text.size())
        return m_whole ? Found::Record : Found::Cut;
    if (m_text[m_at] == m_delimiter || atLineBreak(m_at))
        return Found::Record;
    return fail("has text after a closing quote", m_line);
}

CsvScanner::Found CsvScanner::record(std::vector<std::string_view>& cells)
{
    cells.clear();
    m_unquoted.clear();
    skipEmptyLines();
    if (m_at == m_text.size())
        return m_whole ? Found::End : Found::Cut;
    m_recordLine = m_line;
    for (;;) {
        if (cells.size() == mostCsvColumns)
            return fail("has more than " + std::to_string(mostCsvColumns) + " cells", m_recordLine);
        if (m_at < m_text.size() && m_text[m_at] == '"') {
            if (const Found found = quoted(cells); found != Found::Record)
                return found;
        } else {
            plain(cells);
        }
        if (m_at == m_text.size())
            return m_whole ? Found::Record : Found::Cut;
        if (m_text[m_at] == m_delimiter) {
            ++m_at;
            continue;
        }
        if (!m_whole && m_text[m_at] == '\r' && m_at + 1 == m_text.size())
            return Found::Cut;
        endLine();
        return Found::Record;
    }
}

#ifdef __SSE2__

std::size_t findCsvMarks(const char* text, std::uint32_t begin, std::uint32_t end, char delimiter, std::uint32_t* marks)
{
    const __m128i cell = _mm_set1_epi8(delimiter), line = _mm_set1_epi8('\n'), back = _mm_set1_epi8('\r'),
                  quote = _mm_set1_epi8('"');
    const auto marksOf = [&](const char* at) {
        const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
        const __m128i found = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(bytes, cell), _mm_cmpeq_epi8(bytes, quote)),
                                           _mm_or_si128(_mm_cmpeq_epi8(bytes, line), _mm_cmpeq_epi8(bytes, back)));
        return std::uint64_t(std::uint32_t(_mm_movemask_epi8(found)));
    };
    const std::uint32_t* const first = marks;
    for (std::uint32_t at = begin; at < end; at += 64) {
        std::uint64_t bits = marksOf(text + at) | marksOf(text + at + 16) << 16 | marksOf(text + at + 32) << 32 |
                             marksOf(text + at + 48) << 48;
        if (end - at < 64)
            bits &= (std::uint64_t(1) << (end - at)) - 1;
        for (; bits != 0; bits &= bits - 1)
            *marks++ = at + std::uint32_t(std::countr_zero(bits));
    }
    return std::size_t(marks - first);
}

#else

std::size_t findCsvMarks(const char* text, std::uint32_t begin, std::uint32_t end, char delimiter, std::uint32_t* marks)
{
    const std::uint32_t* const first = marks;
    for (std::uint32_t at = begin; at < end; ++at)
        if (text[at] == delimiter || text[at] == '\n' || text[at] == '\r' || text[at] == '"')
            *marks++ = at;
    return std::size_t(marks - first);
}

#endif

}
