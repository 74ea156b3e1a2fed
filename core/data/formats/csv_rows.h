// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/data/formats/csv_column.h"
#include "core/data/formats/csv_scanner.h"
#include "core/data/formats/text_pieces.h"

namespace core::data {

/// Reads the records of a CSV text into columns, piece by piece: in blocks that stay in the nearest cache, all marks
/// are found first, then each column takes its cells. What is not plain (quotes, empty lines, another width, the end)
/// goes through CsvScanner.
class CsvRows {
public:
    /// Begins `from` bytes after the beginning of `pieces`, which is on `line` of the file `where`.
    CsvRows(TextPieces& pieces, char delimiter, std::size_t from, std::int64_t line, const std::string& where);

    /// The next record, cell by cell; false at the end. Cells last until the next call.
    base::Result<bool> next(std::vector<std::string_view>& cells);
    /// The line on which it began.
    std::int64_t recordLine() const { return m_scanner.recordLine(); }
    /// What comes next begins on this line of the file.
    void setLine(std::int64_t line) { m_line = line; }

    /// All records, until there are `most` of them, into columns and the lines on which they begin. Other records have
    /// as many cells, or the error names `firstLine` for comparison. `bytes` of the whole text tell how many to expect.
    base::Status readInto(std::vector<CsvColumn>& columns, std::vector<std::int64_t>& lines, std::size_t most,
                          std::int64_t firstLine, std::size_t bytes);

private:
    struct Row {
        std::uint32_t begin = 0, mark = 0; // in the text; of its first cell's end among the marks
    };

    TextPieces& m_pieces;
    const std::string& m_where;
    char m_delimiter;
    std::size_t m_at = 0;     // in the piece: where the next record begins
    std::size_t m_passed = 0; // bytes of pieces that are gone
    std::int64_t m_line = 1;  // on which it begins
    CsvScanner m_scanner{{}, ',', true};
    std::size_t m_blockBytes;
    std::vector<std::uint32_t> m_marks;
    std::size_t m_markCount = 0, m_nextMark = 0, m_markedTo = 0;
    std::vector<Row> m_rows;
    std::vector<CellPlace> m_cells;

    void mark(std::size_t bytes);
    bool plainNext(std::size_t width) const;
    void collect(std::size_t width, std::vector<std::int64_t>& lines, std::size_t most);
    void hand(std::vector<CsvColumn>& columns);
    base::Result<bool> readOne(std::vector<CsvColumn>& columns, std::int64_t firstLine);
};

/// An error on a line of a file.
base::Error csvError(const std::string& where, std::int64_t line, const std::string& what, std::string advice);

}
