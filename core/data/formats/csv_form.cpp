// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/csv_form.h"

#include "core/data/formats/cell.h"
#include "core/data/formats/csv_header.h"
#include "core/data/formats/csv_reader.h"
#include "core/data/formats/csv_scanner.h"

#include <algorithm>
#include <map>

namespace core::data {

namespace {

constexpr std::string_view csvDelimiters = ",;\t|";
constexpr std::size_t csvHeadRows = 50;

// How well a delimiter cuts the first lines into rows of one width.
struct CsvFit {
    double share = 0; ///< of the lines that have the most common width, if that is more than 1
    std::size_t columns = 1;
};

CsvFit fitOf(std::string_view head, char delimiter, bool cut)
{
    CsvScanner scanner(head, delimiter, true);
    std::vector<std::string_view> cells;
    std::vector<std::size_t> widths;
    while (widths.size() < csvHeadRows && scanner.record(cells) == CsvScanner::Found::Record)
        widths.push_back(cells.size());
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

}

char delimiterOf(std::string_view head, bool cut)
{
    char best = ',';
    CsvFit bestFit;
    for (const char delimiter : csvDelimiters) {
        const CsvFit fit = fitOf(head, delimiter, cut);
        if (std::pair(fit.share, fit.columns) > std::pair(bestFit.share, bestFit.columns)) {
            bestFit = fit;
            best = delimiter;
        }
    }
    return best;
}

bool looksLikeHeader(const std::vector<std::string_view>& first, std::string_view head, char delimiter)
{
    CsvScanner scanner(head, delimiter, false);
    std::vector<std::string_view> cells;
    std::vector<std::vector<std::string>> kept;
    while (kept.size() < csvHeadRows && scanner.record(cells) == CsvScanner::Found::Record)
        kept.emplace_back(cells.begin(), cells.end());
    std::vector<std::vector<std::string_view>> next;
    for (std::size_t row = 1; row < kept.size(); ++row)
        next.emplace_back(kept[row].begin(), kept[row].end());
    return namesColumns(first, next, delimiter == ';');
}

namespace {

std::string_view lineOf(std::string_view text)
{
    return text.substr(0, std::min(text.find_first_of("\r\n"), text.size()));
}

std::string_view withoutLine(std::string_view text)
{
    const std::size_t end = lineOf(text).size();
    const std::size_t marks = text.substr(end).starts_with("\r\n") ? 2 : 1;
    return text.substr(std::min(end + marks, text.size()));
}

std::vector<std::string_view> cellsBetweenSpaces(std::string_view line)
{
    std::vector<std::string_view> cells;
    for (std::size_t at = line.find_first_not_of(" \t"); at != line.npos; at = line.find_first_not_of(" \t", at)) {
        std::size_t end = std::min(line.find_first_of(" \t", at), line.size());
        if (line[at] == '"')
            if (const std::size_t close = line.find('"', at + 1); close != line.npos)
                end = close + 1;
        cells.push_back(line.substr(at, end - at));
        at = end;
    }
    return cells;
}

}

CsvComments commentsOf(std::string_view head, std::optional<char> delimiter, bool cut)
{
    CsvComments comments;
    std::string_view rest = head, last;
    while (rest.starts_with('#')) {
        last = lineOf(rest);
        rest = withoutLine(rest);
        ++comments.lines;
    }
    if (comments.lines == 0 || rest.empty())
        return {};
    comments.bytes = head.size() - rest.size();
    const char between = delimiter ? *delimiter : delimiterOf(rest, cut);
    std::string_view said = last.substr(std::min(last.find_first_not_of('#'), last.size()));
    const bool apart = !said.empty() && (said.front() == ' ' || said.front() == '\t');
    said = said.substr(std::min(said.find_first_not_of(" \t"), said.size()));
    CsvScanner names(said, between, true), rows(rest, between, true);
    std::vector<std::string_view> first, row;
    if (names.record(first) != CsvScanner::Found::Record || rows.record(row) != CsvScanner::Found::Record ||
        first.size() != row.size() || first.size() < 2)
        return comments;
    const std::string together = std::string(said) + "\n" + std::string(rest);
    if (!looksLikeHeader(first, together, between))
        return comments;
    if (apart) {
        comments.header = said;
        return comments;
    }
    // `#name,size` is a header whose first name begins with the mark.
    comments.bytes -= std::size_t(rest.data() - last.data());
    --comments.lines;
    return comments;
}

bool isSpaced(std::string_view head, std::optional<char> delimiter)
{
    if (delimiter)
        return *delimiter == ' ';
    const bool cut = head.size() >= csvHeadBytes;
    while (head.starts_with('#'))
        head = withoutLine(head);
    std::map<std::size_t, std::size_t> widths;
    std::size_t lines = 0, cells = 0, numbers = 0;
    for (std::string_view rest = head; !rest.empty() && lines < csvHeadRows;) {
        const std::string_view line = lineOf(rest);
        rest = withoutLine(rest);
        const auto row = cellsBetweenSpaces(line);
        if (row.empty() || (rest.empty() && cut && lines > 0))
            continue;
        ++widths[row.size()];
        // The first may be the names.
        for (std::size_t c = 0; c < row.size() && lines > 0; ++c)
            numbers += numberOf(row[c]) || isMissingCell(row[c]);
        cells += lines > 0 ? row.size() : 0;
        ++lines;
    }
    if (lines < 2 || widths.size() != 1 || widths.begin()->first < 2 || 2 * numbers <= cells)
        return false;
    const CsvFit fit = fitOf(head, delimiterOf(head, cut), cut);
    return fit.share < 1 || fit.columns < widths.begin()->first;
}

TextPieces::Read tabsForSpaces(TextPieces::Read read)
{
    struct State {
        std::string piece, made;
        std::size_t given = 0; // of what was made
        bool begins = true, apart = false, quoted = false;

        void take(char c)
        {
            if (!quoted && (c == ' ' || c == '\t')) {
                apart = !begins;
                return;
            }
            const bool breaks = !quoted && (c == '\n' || c == '\r');
            if (apart && !breaks)
                made += '\t';
            apart = false;
            begins = breaks;
            quoted = quoted != (c == '"');
            made += c;
        }
    };
    return [read = std::move(read), state = State{}](char* to, std::size_t most) mutable {
        while (state.given == state.made.size()) {
            state.made.clear();
            state.given = 0;
            state.piece.resize(most);
            state.piece.resize(read(state.piece.data(), most));
            if (state.piece.empty())
                return std::size_t(0);
            for (const char c : state.piece)
                state.take(c);
        }
        const std::size_t bytes = state.made.copy(to, most, state.given);
        state.given += bytes;
        return bytes;
    };
}

bool looksLikeCsv(std::string_view head)
{
    const std::string_view lines = head.substr(0, csvHeadBytes);
    if (lines.empty() || lines.find('\0') != lines.npos)
        return false;
    std::string_view rows = lines;
    while (rows.starts_with('#'))
        rows = withoutLine(rows);
    return isSpaced(lines, {}) || std::any_of(csvDelimiters.begin(), csvDelimiters.end(), [&](char delimiter) {
               return fitOf(rows.empty() ? lines : rows, delimiter, true).share > 0.5;
           });
}

}
