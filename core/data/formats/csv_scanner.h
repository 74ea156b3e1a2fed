// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace core::data {

inline constexpr std::size_t mostCsvColumns = 100'000;

/// Cuts a text into records of cells, quoted or not: the whole grammar, a character at a time.
class CsvScanner {
public:
    /// What a call of record() came to; Cut: the text ends inside the record, and more of it may follow.
    enum class Found { Record, End, Cut, Failed };

    /// `whole`: the text ends where it ends.
    CsvScanner(std::string_view text, char delimiter, bool whole, std::size_t at = 0, std::int64_t line = 1)
        : m_text(text),
          m_delimiter(delimiter),
          m_whole(whole),
          m_at(at),
          m_line(line)
    {
    }

    /// The next record that is not empty. Its cells, without their quotes, last until the next call.
    Found record(std::vector<std::string_view>& cells);

    std::int64_t recordLine() const { return m_recordLine; }
    /// Where the next record begins.
    std::size_t at() const { return m_at; }
    std::int64_t line() const { return m_line; }
    const std::string& problem() const { return m_problem; }
    std::int64_t problemLine() const { return m_problemLine; }

private:
    std::string_view m_text;
    char m_delimiter;
    bool m_whole;
    std::size_t m_at = 0;
    std::int64_t m_line = 1, m_recordLine = 1, m_problemLine = 1;
    std::string m_problem;
    std::deque<std::string> m_unquoted; // of cells with doubled quotes

    bool atLineBreak(std::size_t at) const { return m_text[at] == '\n' || m_text[at] == '\r'; }
    void endLine();
    void skipEmptyLines();
    Found fail(std::string problem, std::int64_t line);
    void plain(std::vector<std::string_view>& cells);
    Found quoted(std::vector<std::string_view>& cells);
};

/// Finds all delimiters, line breaks and quotes of text[begin, end), of which 64 more bytes are readable; how many.
/// `marks` takes one for each byte.
std::size_t findCsvMarks(const char* text, std::uint32_t begin, std::uint32_t end, char delimiter,
                         std::uint32_t* marks);

}
