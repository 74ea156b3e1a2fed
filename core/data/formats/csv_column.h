// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/formats/plain_number.h"
#include "core/data/formats/word_book.h"
#include "core/data/tables/table.h"

#include <optional>
#include <string_view>

namespace core::data {

/// What is known of a column beforehand.
struct CsvColumnHints {
    bool asText = false;    ///< numbers there are names of things
    bool asNumbers = false; ///< a text there is a stray cell
    bool decimalComma = false;
};

/// Makes a column of the cells of a text as they come: times if all are, numbers if more than half of those that are
/// not missing are, else text. It keeps what the first cells look like; where the whole column turns out to be of
/// another kind, kept() tells, and the cells have to come once more.
class CsvColumn {
public:
    CsvColumn(std::string name, const CsvColumnHints& hints);

    /// The next row.
    void add(std::string_view cell);
    /// The next rows, cells of `text`, after which 32 bytes are readable.
    void add(const char* text, const std::vector<CellPlace>& cells);
    void reserve(std::size_t rows);

    std::size_t rows() const { return m_rows; }
    /// What the cells so far make it.
    ColumnKind kind() const;
    /// Whether what was kept is what kind() needs.
    bool kept() const;
    /// An empty column that keeps what `kind` needs, whatever comes first.
    CsvColumn again(ColumnKind kind) const;
    Column finish() &&;

private:
    enum class Reads { Missing, Number, Time, Text };
    struct Cell {
        Reads reads = Reads::Missing;
        double value = 0;
    };

    std::string m_name;
    CsvColumnHints m_hints;
    std::optional<ColumnKind> m_forced;
    ColumnKind m_keeps = ColumnKind::Empty; // Empty: nothing has come to keep
    std::size_t m_rows = 0, m_missing = 0, m_times = 0, m_texts = 0;
    std::vector<StrayCell> m_strays;
    std::vector<double> m_numbers;     // Number, Time
    std::vector<std::int32_t> m_codes; // Text
    WordBook m_words;
    std::vector<Cell> m_meanings; // of the words
    std::vector<std::uint32_t> m_left;

    std::size_t present() const { return m_rows - m_missing; }
    std::size_t numbers() const { return present() - m_times - m_texts; }
    Cell read(std::string_view cell) const;
    void decide(Reads first);
    void put(std::size_t row, std::string_view cell);
    Cell putWord(std::size_t row, std::string_view cell);
    void count(std::size_t row, std::string_view cell, Reads reads);
    void keepNumbersAfterAll();
    Column textColumn() &&;
};

}
