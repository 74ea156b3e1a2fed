// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/csv_reader.h"

#include "core/base/files.h"
#include "core/data/formats/cell.h"
#include "core/data/formats/csv_form.h"
#include "core/data/formats/csv_rows.h"
#include "core/data/formats/gzip.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <map>
#include <memory>

namespace core::data {

namespace {

constexpr std::size_t maxCsvBytes = std::numeric_limits<std::uint32_t>::max();

base::Status checkText(std::string_view text, const std::string& where, std::int64_t firstLine = 1)
{
    if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff"))
        return base::Error{base::ErrorKind::Data, "is UTF-16 text", where, "Save it as UTF-8"};
    if (const auto zero = text.find('\0'); zero != text.npos)
        return csvError(where, firstLine + std::count(text.begin(), text.begin() + std::ptrdiff_t(zero), '\n'),
                        "has a zero byte, so this is no text", "Give a text file, or name the format in data.format");
    return {};
}

std::vector<std::string> namesOf(const std::vector<std::string_view>& cells, bool header)
{
    std::vector<std::string> names;
    std::map<std::string, std::size_t> taken; // and how often its name came
    for (std::size_t c = 0; c < cells.size(); ++c) {
        std::string name(header ? trimmed(cells[c]) : std::string_view{});
        if (name.empty())
            name = "column_" + std::to_string(c + 1);
        std::string unique = name;
        while (taken.contains(unique))
            unique = name + "." + std::to_string(++taken[name]);
        taken.emplace(unique, 0);
        names.push_back(std::move(unique));
    }
    return names;
}

// A text that can be read from its beginning more than once.
struct CsvText {
    std::function<TextPieces()> open;
    std::size_t bytes = 0;
};

class CsvTyping {
public:
    CsvTyping(const CsvText& text, const std::string& where, const CsvOptions& options)
        : m_text(text),
          m_where(where),
          m_options(options)
    {
    }

    base::Result<Table> read()
    {
        // A column that turns out to be of another kind than its beginning is read again.
        for (int round = 0; round < 2; ++round) {
            CORE_CHECK(readColumns());
            const auto kept = [](const CsvColumn& column) { return column.kept(); };
            if (std::all_of(m_columns.begin(), m_columns.end(), kept))
                return finish();
            for (CsvColumn& column : m_columns)
                column = column.again(column.kind());
        }
        return base::Error{base::ErrorKind::Data, "changes while it is read", m_where, "Read it when it is complete"};
    }

private:
    static bool commented(std::string_view text) { return text.starts_with('#') || text.starts_with("\xef\xbb\xbf#"); }

    const CsvText& m_text;
    const std::string& m_where;
    const CsvOptions& m_options;
    std::vector<CsvColumn> m_columns;
    std::vector<std::int64_t> m_lines;
    bool m_header = false;

    base::Status readColumns()
    {
        TextPieces pieces = m_text.open();
        // Comments are found in the head, however small the pieces are.
        while (commented(pieces.text()) && pieces.text().size() < csvHeadBytes && pieces.more(0)) {
        }
        const std::string_view text = pieces.text();
        const std::size_t mark = text.starts_with("\xef\xbb\xbf") ? 3 : 0;
        const std::string_view whole = text.substr(mark, csvHeadBytes);
        const bool cut = mark + whole.size() < text.size();
        const CsvComments comments = commentsOf(whole, m_options.delimiter, cut);
        const std::string_view head = whole.substr(comments.bytes);
        const char delimiter = m_options.delimiter ? *m_options.delimiter : delimiterOf(head, cut);
        const bool bare = m_options.firstLine > 0 && m_options.header == false;
        CsvRows rows(pieces, delimiter, mark + comments.bytes, (bare ? m_options.firstLine : 1) + comments.lines,
                     m_where);
        if (!comments.header.empty() && m_options.header.value_or(true))
            return readBelow(comments, delimiter, rows, pieces);
        std::vector<std::string_view> first;
        CORE_TRY(some, rows.next(first));
        if (!some)
            return base::Error{base::ErrorKind::Data, "is empty", m_where, "It needs a header line and rows"};
        m_header = m_options.header ? *m_options.header : looksLikeHeader(first, head, delimiter);
        if (m_header && m_options.firstLine > 0)
            rows.setLine(m_options.firstLine);
        m_lines.clear();
        makeColumns(namesOf(first, m_header), delimiter);
        if (!m_header && m_options.maxRows > 0) {
            m_lines.push_back(rows.recordLine());
            for (std::size_t c = 0; c < first.size(); ++c)
                m_columns[c].add(first[c]);
        }
        return readRest(rows, pieces, rows.recordLine());
    }

    // The last comment names the columns.
    base::Status readBelow(const CsvComments& comments, char delimiter, CsvRows& rows, TextPieces& pieces)
    {
        CsvScanner scanner(comments.header, delimiter, true);
        std::vector<std::string_view> names;
        if (scanner.record(names) == CsvScanner::Found::Failed)
            return csvError(m_where, comments.lines, scanner.problem(), "Quote names that have the delimiter inside");
        m_header = true;
        m_lines.clear();
        makeColumns(namesOf(names, true), delimiter);
        return readRest(rows, pieces, comments.lines);
    }

    base::Status readRest(CsvRows& rows, TextPieces& pieces, std::int64_t firstLine)
    {
        CORE_CHECK(rows.readInto(m_columns, m_lines, m_options.maxRows, firstLine, m_text.bytes));
        if (m_lines.empty())
            return base::Error{base::ErrorKind::Data, "has a header and no rows", m_where,
                               "Add rows; if its only line is one, say so by header: no"};
        pieces.skipRest();
        if (!pieces.clean())
            return base::Error{base::ErrorKind::Data, "is no text in UTF-8", m_where, {}};
        return {};
    }

    void makeColumns(std::vector<std::string> names, char delimiter)
    {
        // The second time they are there, and know what they keep.
        if (m_columns.size() == names.size())
            return;
        m_columns.clear();
        const auto among = [](const std::vector<std::string>& all, const std::string& name) {
            return std::find(all.begin(), all.end(), name) != all.end();
        };
        for (std::string& name : names) {
            const CsvColumnHints hints{.asText = among(m_options.hints.asText, name),
                                       .asNumbers = among(m_options.hints.asNumbers, name),
                                       .decimalComma = delimiter == ';'};
            m_columns.emplace_back(std::move(name), hints);
        }
    }

    Table finish()
    {
        Table table{.rows = std::int64_t(m_lines.size()), .lines = std::move(m_lines), .where = m_where};
        table.named = m_header;
        for (CsvColumn& column : m_columns)
            table.columns.push_back(std::move(column).finish());
        return table;
    }
};

}

namespace {

CsvOptions withTabs(CsvOptions options)
{
    options.delimiter = '\t';
    return options;
}

}

base::Result<Table> readCsv(std::string_view text, const std::string& where, const CsvOptions& options)
{
    // A header stands before rows from further down.
    const std::int64_t before = options.firstLine > 0 && options.header == true ? 1 : 0;
    CORE_CHECK(checkText(text, where, std::max<std::int64_t>(1, options.firstLine - before)));
    std::string converted;
    if (!isUtf8(text))
        text = converted = utf8FromLatin1(text);
    if (text.size() > maxCsvBytes)
        return base::Error{base::ErrorKind::Data, "is longer than 4 GB", where, "Cut it into smaller files"};
    const bool spaced = isSpaced(text.substr(0, csvHeadBytes), options.delimiter);
    const CsvOptions tabbed = spaced ? withTabs(options) : options;
    const auto open = [text, spaced, &options] {
        TextPieces::Read read = [text, at = std::size_t(0)](char* to, std::size_t most) mutable {
            const std::size_t bytes = text.copy(to, most, at);
            at += bytes;
            return bytes;
        };
        return TextPieces(spaced ? tabsForSpaces(std::move(read)) : std::move(read), true, options.piece);
    };
    return CsvTyping({open, text.size()}, where, tabbed).read();
}

base::Result<Table> readCsvFile(const std::filesystem::path& file, const CsvOptions& options)
{
    const std::string where = file.string();
    std::error_code failed;
    const std::uintmax_t bytes = std::filesystem::file_size(file, failed);
    if (!failed && bytes > 0 && bytes <= maxCsvBytes) {
        CORE_TRY(head, base::readHead(file, csvHeadBytes));
        const bool spaced = isSpaced(head, options.delimiter);
        const CsvOptions tabbed = spaced ? withTabs(options) : options;
        const auto open = [&] {
            const std::shared_ptr<std::FILE> input(std::fopen(file.c_str(), "rbe"),
                                                   [](std::FILE* opened) { return opened && std::fclose(opened); });
            if (input)
                std::setvbuf(input.get(), nullptr, _IONBF, 0);
            TextPieces::Read read = [input](char* to, std::size_t most) {
                return input ? std::fread(to, 1, most, input.get()) : 0;
            };
            return TextPieces(spaced ? tabsForSpaces(std::move(read)) : std::move(read), false, options.piece);
        };
        if (auto table = CsvTyping({open, bytes}, where, tabbed).read())
            return table;
    }
    // Packed, in another encoding or wrong: what it is shows best as a whole.
    CORE_TRY(text, readPlainOrGzip(file, std::size_t(1) << 32));
    return readCsv(text, where, options);
}

base::Result<CsvForm> csvForm(std::string_view head, const std::string& where, const CsvOptions& options)
{
    CORE_CHECK(checkText(head, where));
    if (head.starts_with("\xef\xbb\xbf"))
        head.remove_prefix(3);
    const char delimiter = options.delimiter ? *options.delimiter : delimiterOf(head.substr(0, csvHeadBytes), true);
    CsvScanner scanner(head, delimiter, true);
    std::vector<std::string_view> first;
    if (scanner.record(first) != CsvScanner::Found::Record)
        return base::Error{base::ErrorKind::Data, "is empty", where, "It needs a header line and rows"};
    return CsvForm{delimiter,
                   options.header ? *options.header : looksLikeHeader(first, head.substr(0, csvHeadBytes), delimiter)};
}

}
