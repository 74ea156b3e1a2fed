// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/csv_reader.h"

#include "core/data/formats/cell.h"

#include <algorithm>
#include <map>

namespace core::data {

namespace {

constexpr std::string_view csvDelimiters = ",;\t|";
constexpr std::size_t maxCsvColumns = 100'000;
constexpr std::size_t maxCsvBytes = std::numeric_limits<std::uint32_t>::max();
constexpr std::size_t csvHeadBytes = 1 << 16;
constexpr std::size_t csvHeadRows = 50;

// Cuts a text into records of cells; takes quotes out in place, so the text must be the scanner's own.
class CsvScanner {
public:
    CsvScanner(std::string& text, char delimiter) : m_text(text), m_delimiter(delimiter) {}

    enum class Found { Record, End, Failed };

    Found record(std::vector<CsvTable::Cell>& cells)
    {
        skipEmptyLines();
        if (m_at == m_text.size())
            return Found::End;
        m_recordLine = m_line;
        const std::size_t before = cells.size();
        for (;;) {
            if (cells.size() - before == maxCsvColumns)
                return fail("has more than " + std::to_string(maxCsvColumns) + " cells");
            if (m_at < m_text.size() && m_text[m_at] == '"') {
                if (!quoted(cells))
                    return Found::Failed;
            } else {
                plain(cells);
            }
            if (m_at == m_text.size())
                return Found::Record;
            const bool more = m_text[m_at] == m_delimiter;
            if (!more)
                endLine();
            else
                ++m_at;
            if (!more)
                return Found::Record;
        }
    }

    std::int64_t recordLine() const { return m_recordLine; }
    void setLine(std::int64_t line) { m_line = line; }
    const std::string& problem() const { return m_problem; }
    std::int64_t problemLine() const { return m_problemLine; }

private:
    std::string& m_text;
    char m_delimiter;
    std::size_t m_at = 0;
    std::int64_t m_line = 1, m_recordLine = 1, m_problemLine = 1;
    std::string m_problem;

    bool lineBreakAt(std::size_t at) const { return m_text[at] == '\n' || m_text[at] == '\r'; }

    void endLine()
    {
        m_at += m_text[m_at] == '\r' && m_at + 1 < m_text.size() && m_text[m_at + 1] == '\n' ? 2 : 1;
        ++m_line;
    }

    void skipEmptyLines()
    {
        for (;;) {
            std::size_t end = m_at;
            while (end < m_text.size() && m_text[end] == ' ')
                ++end;
            if (end < m_text.size() && !lineBreakAt(end))
                return;
            m_at = end;
            if (end == m_text.size())
                return;
            endLine();
        }
    }

    Found fail(std::string problem)
    {
        m_problem = std::move(problem);
        m_problemLine = m_recordLine;
        return Found::Failed;
    }

    void plain(std::vector<CsvTable::Cell>& cells)
    {
        const std::size_t begin = m_at;
        while (m_at < m_text.size() && m_text[m_at] != m_delimiter && !lineBreakAt(m_at))
            ++m_at;
        cells.push_back({std::uint32_t(begin), std::uint32_t(m_at - begin)});
    }

    bool quoted(std::vector<CsvTable::Cell>& cells)
    {
        const std::int64_t openedOn = m_line;
        const std::size_t begin = ++m_at;
        std::size_t out = begin;
        for (;; ++m_at) {
            if (m_at == m_text.size()) {
                m_problem = "opens a quote that is never closed";
                m_problemLine = openedOn;
                return false;
            }
            if (m_text[m_at] == '"' && (m_at + 1 == m_text.size() || m_text[m_at + 1] != '"'))
                break;
            if (m_text[m_at] == '"')
                ++m_at;
            if (m_text[m_at] == '\n' ||
                (m_text[m_at] == '\r' && (m_at + 1 == m_text.size() || m_text[m_at + 1] != '\n')))
                ++m_line;
            m_text[out++] = m_text[m_at];
        }
        ++m_at;
        cells.push_back({std::uint32_t(begin), std::uint32_t(out - begin)});
        while (m_at < m_text.size() && m_text[m_at] == ' ')
            ++m_at;
        if (m_at == m_text.size() || m_text[m_at] == m_delimiter || lineBreakAt(m_at))
            return true;
        m_problem = "has text after a closing quote";
        m_problemLine = m_line;
        return false;
    }
};

// How well a delimiter cuts the first lines into rows of one width.
struct CsvFit {
    double share = 0; ///< of the lines that have the most common width, if that is more than 1
    std::size_t columns = 1;
};

CsvFit fitOf(std::string_view head, char delimiter, bool cut)
{
    std::string text(head);
    CsvScanner scanner(text, delimiter);
    std::vector<CsvTable::Cell> cells;
    std::vector<std::size_t> widths;
    while (widths.size() < csvHeadRows && scanner.record(cells) == CsvScanner::Found::Record) {
        widths.push_back(cells.size());
        cells.clear();
    }
    // The last line may have lost its end.
    if (cut && widths.size() > 1 && widths.size() < csvHeadRows)
        widths.pop_back();
    std::map<std::size_t, std::size_t> seen;
    for (const std::size_t width : widths)
        ++seen[width];
    CsvFit fit;
    for (const auto& [width, times] : seen)
        if (width > 1 && double(times) / double(widths.size()) >= fit.share)
            fit = {double(times) / double(widths.size()), width};
    return fit;
}

char delimiterOf(std::string_view text)
{
    const std::string_view head = text.substr(0, csvHeadBytes);
    char best = ',';
    CsvFit bestFit;
    for (const char delimiter : csvDelimiters) {
        const CsvFit fit = fitOf(head, delimiter, head.size() < text.size());
        if (std::pair(fit.share, fit.columns) > std::pair(bestFit.share, bestFit.columns)) {
            bestFit = fit;
            best = delimiter;
        }
    }
    return best;
}

base::Error csvError(const std::string& where, std::int64_t line, const std::string& what, std::string advice)
{
    return {base::ErrorKind::Data, "line " + std::to_string(line) + " " + what, where + ":" + std::to_string(line),
            std::move(advice)};
}

// The text as UTF-8 without a byte order mark, or why it is no text.
base::Result<std::string> cleanText(std::string text, const std::string& where)
{
    if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff"))
        return base::Error{base::ErrorKind::Data, "is UTF-16 text", where, "Save it as UTF-8"};
    if (text.starts_with("\xef\xbb\xbf"))
        text.erase(0, 3);
    if (const auto zero = text.find('\0'); zero != text.npos)
        return csvError(where, 1 + std::count(text.begin(), text.begin() + std::ptrdiff_t(zero), '\n'),
                        "has a zero byte, so this is no text", "Give a text file, or name the format in data.format");
    if (!isUtf8(text))
        text = utf8FromLatin1(text);
    if (text.size() > maxCsvBytes)
        return base::Error{base::ErrorKind::Data, "is longer than 4 GB", where, "Cut it into smaller files"};
    return text;
}

}

class CsvBuilder {
public:
    CsvBuilder(std::string text, const std::string& where, const CsvOptions& options)
        : m_where(where),
          m_options(options)
    {
        m_table.m_text = std::move(text);
    }

    base::Result<CsvTable> build()
    {
        m_table.m_delimiter = m_options.delimiter ? *m_options.delimiter : delimiterOf(m_table.m_text);
        CORE_CHECK(scan());
        if (m_table.m_lines.empty())
            return base::Error{base::ErrorKind::Data, "is empty", m_where, "It needs a header line and rows"};
        m_table.m_header = m_options.header ? *m_options.header : headerFound();
        nameColumns();
        if (m_table.m_header) {
            m_table.m_cells.erase(m_table.m_cells.begin(), m_table.m_cells.begin() + std::ptrdiff_t(m_width));
            m_table.m_lines.erase(m_table.m_lines.begin());
        } else if (m_table.m_lines.size() > m_options.maxRows) {
            m_table.m_cells.resize(m_options.maxRows * m_width);
            m_table.m_lines.resize(m_options.maxRows);
        }
        if (m_table.m_lines.empty())
            return base::Error{base::ErrorKind::Data, "has a header and no rows", m_where,
                               "Add rows; if its only line is one, say so by header: no"};
        return std::move(m_table);
    }

private:
    const std::string& m_where;
    const CsvOptions& m_options;
    CsvTable m_table;
    std::size_t m_width = 0;

    // One row more than asked for: the first may turn out to be the header.
    base::Status scan()
    {
        CsvScanner scanner(m_table.m_text, m_table.m_delimiter);
        if (m_options.firstLine > 0 && m_options.header == false)
            scanner.setLine(m_options.firstLine);
        const std::size_t wanted =
            m_options.maxRows == std::numeric_limits<std::size_t>::max() ? m_options.maxRows : m_options.maxRows + 1;
        while (m_table.m_lines.size() < wanted) {
            const std::size_t before = m_table.m_cells.size();
            const auto found = scanner.record(m_table.m_cells);
            if (found == CsvScanner::Found::Failed)
                return csvError(m_where, scanner.problemLine(), scanner.problem(),
                                "Quote a cell that has delimiters or line breaks, and double the quotes inside it");
            if (found == CsvScanner::Found::End)
                break;
            const std::size_t width = m_table.m_cells.size() - before;
            if (m_table.m_lines.empty())
                m_width = width;
            else if (width != m_width)
                return csvError(
                    m_where, scanner.recordLine(),
                    "has " + std::to_string(width) + (width == 1 ? " cell, and line " : " cells, and line ") +
                        std::to_string(m_table.m_lines.front()) + " has " + std::to_string(m_width),
                    "Every row needs as many cells as the first; quote cells that have the delimiter inside");
            m_table.m_lines.push_back(scanner.recordLine());
            if (m_options.firstLine > 0 && m_table.m_lines.size() == 1 && m_options.header == true)
                scanner.setLine(m_options.firstLine);
        }
        return {};
    }

    std::string_view at(std::size_t row, std::size_t column) const
    {
        const auto& cell = m_table.m_cells[row * m_width + column];
        return {m_table.m_text.data() + cell.begin, cell.size};
    }

    // A first line of words alone is a header, one with a number is a row.
    bool headerFound() const
    {
        bool word = false;
        for (std::size_t c = 0; c < m_width; ++c) {
            const std::string_view cell = at(0, c);
            if (numberOf(cell, m_table.m_delimiter == ';') || timeOf(cell))
                return false;
            word |= !isMissingCell(cell);
        }
        return word;
    }

    void nameColumns()
    {
        std::map<std::string, std::size_t> taken; // and how often its name came
        for (std::size_t c = 0; c < m_width; ++c) {
            std::string name(m_table.m_header ? trimmed(at(0, c)) : std::string_view{});
            if (name.empty())
                name = "column_" + std::to_string(c + 1);
            std::string unique = name;
            while (taken.contains(unique))
                unique = name + "." + std::to_string(++taken[name]);
            taken.emplace(unique, 0);
            m_table.m_names.push_back(std::move(unique));
        }
    }
};

base::Result<CsvTable> readCsv(std::string text, const std::string& where, const CsvOptions& options)
{
    if (text.empty())
        return base::Error{base::ErrorKind::Data, "is empty", where, "It needs a header line and rows"};
    CORE_TRY(clean, cleanText(std::move(text), where));
    return CsvBuilder(std::move(clean), where, options).build();
}

bool looksLikeCsv(std::string_view head)
{
    const std::string_view lines = head.substr(0, csvHeadBytes);
    if (lines.empty() || lines.find('\0') != lines.npos)
        return false;
    return std::any_of(csvDelimiters.begin(), csvDelimiters.end(),
                       [&](char delimiter) { return fitOf(lines, delimiter, true).share > 0.5; });
}

}
