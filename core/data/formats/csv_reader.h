// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace core::data {

/// What is known of a CSV text beforehand; what is not is found from its beginning.
struct CsvOptions {
    std::optional<char> delimiter; ///< one of `,` `;` tab `|`
    std::optional<bool> header;
    std::size_t maxRows = std::numeric_limits<std::size_t>::max();
    std::int64_t firstLine = 0; ///< the line on which the first row after the header begins; 0: where it stands
};

/// The cells of a CSV text, every row as wide as the first.
class CsvTable {
public:
    std::size_t rows() const { return m_lines.size(); }
    std::size_t columns() const { return m_names.size(); }
    /// From the header, made different from each other (`a`, `a.1`); `column_1`, … without one.
    const std::vector<std::string>& names() const { return m_names; }
    bool header() const { return m_header; }
    char delimiter() const { return m_delimiter; }
    /// Without its quotes.
    std::string_view cell(std::size_t row, std::size_t column) const
    {
        const Cell& cell = m_cells[row * m_names.size() + column];
        return {m_text.data() + cell.begin, cell.size};
    }
    /// The line of the file on which a row begins, from 1.
    const std::vector<std::int64_t>& lines() const { return m_lines; }

    struct Cell {
        std::uint32_t begin = 0, size = 0;
    };

private:
    friend class CsvBuilder;
    std::string m_text;
    std::vector<Cell> m_cells;
    std::vector<std::string> m_names;
    std::vector<std::int64_t> m_lines;
    bool m_header = false;
    char m_delimiter = ',';
};

/// Reads RFC 4180 and its usual variants: quotes with doubled quotes and line breaks inside, LF, CRLF or CR, a byte
/// order mark, empty lines (left out), Latin-1 where the text is no UTF-8. An error of kind Data names the line: a row
/// of another width, a quote that is never closed, a zero byte, an empty file, a header without rows.
base::Result<CsvTable> readCsv(std::string text, const std::string& where, const CsvOptions& options = {});

/// Whether a file that begins with `head` can be CSV: text without zero bytes whose first lines have a delimiter.
bool looksLikeCsv(std::string_view head);

}
