// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <vector>

namespace core::data {

/// How a file is cut into rows: lines of a text, or records of RecordIO.
struct RowRules {
    bool records = false; ///< RecordIO: what follows means nothing
    bool quotes = false;  ///< a line break inside "…" does not end a row; a quote opens only where a cell begins
    char delimiter = ','; ///< between cells, where there are quotes
    char comment = 0;     ///< a line that begins with it is no row; 0: none is
    bool header = false;  ///< the first row is none
};

/// Where the rows of a text file begin: found by going through it once, with memory that does not grow with it. Rows
/// are numbered in blocks of equal length, so that any of them can be read without the others.
class RowIndex {
public:
    /// Goes through the file. An error of kind Data for one without rows, for lines that end in CR alone, and for a
    /// record that is none. Lines of nothing but spaces are no rows.
    static base::Result<std::shared_ptr<const RowIndex>> of(const std::filesystem::path& file, const RowRules& rules);

    std::int64_t rows() const { return m_rows; }
    /// Rows of every block but the last: 1 in files of up to `mostBlocks` rows.
    std::int64_t blockRows() const { return m_blockRows; }
    std::int64_t blocks() const { return std::int64_t(m_begins.size()); }
    std::int64_t bytes() const { return m_bytes; }
    /// The header line with its end; empty without one.
    const std::string& header() const { return m_header; }
    /// The line of the file, from 1, on which a block begins; of records their number, from 1.
    std::int64_t lineOf(std::int64_t block) const { return m_begins[std::size_t(block)].line; }
    /// The text of some blocks, one after another. An error if the file has changed since.
    base::Result<std::string> read(std::span<const std::int64_t> blocks) const;

    static constexpr std::size_t mostBlocks = 1 << 16;

private:
    friend class RowScanner;
    friend class LineScanner;
    friend class RecordScanner;
    struct Begin {
        std::int64_t offset = 0, line = 1;
    };
    std::filesystem::path m_file;
    std::string m_header;
    std::vector<Begin> m_begins;
    bool m_lines = true;
    std::int64_t m_rows = 0, m_blockRows = 1, m_bytes = 0, m_changed = 0;
};

}
