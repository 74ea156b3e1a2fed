// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/tables/row_filter.h"

#include "core/data/formats/cell.h"
#include "core/spec/check.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdio>
#include <ctime>

namespace core::data {

namespace {

std::string lowered(std::string_view text)
{
    std::string made(text);
    std::transform(made.begin(), made.end(), made.begin(), [](unsigned char c) { return char(std::tolower(c)); });
    return made;
}

// Capital letters count as small ones.
bool contains(std::string_view text, const std::string& part)
{
    return std::search(text.begin(), text.end(), part.begin(), part.end(),
                       [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; }) != text.end();
}

}

std::string timeText(double seconds)
{
    const std::time_t whole = std::time_t(std::floor(seconds));
    std::tm parts{};
    gmtime_r(&whole, &parts);
    char text[64];
    const int clock = parts.tm_hour * 3600 + parts.tm_min * 60 + parts.tm_sec;
    std::snprintf(text, sizeof text, clock ? "%04d-%02d-%02d %02d:%02d:%02d" : "%04d-%02d-%02d", parts.tm_year + 1900,
                  parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
    return text;
}

bool CellColumn::missing(std::int64_t row) const
{
    const double value = number(row);
    return std::isnan(value) || (kind == ColumnKind::Text && value < 0);
}

std::string CellColumn::text(std::int64_t row) const
{
    if (write)
        return write(row);
    const double value = number(row);
    if (std::isnan(value) || (kind == ColumnKind::Text && value < 0))
        return {};
    if (kind == ColumnKind::Text)
        return words[std::size_t(value)];
    return kind == ColumnKind::Time ? timeText(value) : textOf(value);
}

class RowFilterParser {
public:
    RowFilterParser(std::string_view text, std::span<const CellColumn> columns) : m_text(text), m_columns(columns) {}

    base::Result<RowFilter> parse()
    {
        RowFilter filter;
        skip();
        if (m_at == m_text.size())
            return filter;
        filter.m_any.emplace_back();
        for (;;) {
            CORE_TRY(test, condition());
            filter.m_any.back().push_back(std::move(test));
            if (m_at == m_text.size())
                return filter;
            if (accept("or"))
                filter.m_any.emplace_back();
            else if (!accept("and"))
                return wrong("\"and\" or \"or\" is missing between two conditions");
        }
    }

private:
    struct Token {
        std::string text;
        bool quoted = false;
    };

    std::string_view m_text;
    std::span<const CellColumn> m_columns;
    std::size_t m_at = 0;

    void skip()
    {
        while (m_at < m_text.size() && std::isspace(static_cast<unsigned char>(m_text[m_at])))
            ++m_at;
    }

    base::Error wrong(std::string message, std::string advice = {}) const
    {
        if (advice.empty())
            advice = "Such as: age > 30 and colour = red";
        return {base::ErrorKind::Usage, std::move(message), "character " + std::to_string(m_at + 1), std::move(advice)};
    }

    static bool operatorChar(char c) { return c == '=' || c == '!' || c == '<' || c == '>' || c == '~'; }

    base::Result<Token> token()
    {
        skip();
        Token token;
        if (m_at < m_text.size() && m_text[m_at] == '"') {
            token.quoted = true;
            for (++m_at; m_at < m_text.size() && m_text[m_at] != '"'; ++m_at)
                token.text += m_text[m_at];
            if (m_at == m_text.size())
                return wrong("a quote is never closed");
            ++m_at;
        } else {
            while (m_at < m_text.size() && !std::isspace(static_cast<unsigned char>(m_text[m_at])) &&
                   !operatorChar(m_text[m_at]))
                token.text += m_text[m_at++];
        }
        skip();
        return token;
    }

    // A word of the language; nothing is taken if another stands there.
    bool accept(std::string_view word)
    {
        std::size_t at = m_at;
        for (const char c : word)
            if (at >= m_text.size() || std::tolower(static_cast<unsigned char>(m_text[at++])) != c)
                return false;
        if (at < m_text.size() && !std::isspace(static_cast<unsigned char>(m_text[at])))
            return false;
        m_at = at;
        skip();
        return true;
    }

    std::string comparison()
    {
        std::string found;
        while (m_at < m_text.size() && operatorChar(m_text[m_at]) && found.size() < 2)
            found += m_text[m_at++];
        skip();
        return found;
    }

    base::Result<RowFilter::Test> condition()
    {
        const std::size_t begin = m_at;
        CORE_TRY(name, token());
        if (name.text.empty() && !name.quoted)
            return wrong("a column's name is missing");
        if (accept("is")) {
            const bool wanted = !accept("not");
            if (!accept("missing"))
                return wrong("after \"is\" stands \"missing\" or \"not missing\"");
            CORE_TRY(column, columnNamed(name.text, begin));
            return RowFilter::Test([column, wanted](std::int64_t row) { return column->missing(row) == wanted; });
        }
        const std::string how = comparison();
        if (how.empty())
            return anywhere(lowered(name.text));
        CORE_TRY(column, columnNamed(name.text, begin));
        CORE_TRY(value, token());
        if (value.text.empty() && !value.quoted)
            return wrong("nothing stands after \"" + how + "\"");
        return compared(column, how, value.text);
    }

    base::Result<const CellColumn*> columnNamed(const std::string& name, std::size_t begin)
    {
        for (const CellColumn& column : m_columns)
            if (column.name == name)
                return &column;
        for (const CellColumn& column : m_columns)
            if (lowered(column.name) == lowered(name))
                return &column;
        m_at = begin;
        std::vector<std::string> names;
        for (const CellColumn& column : m_columns)
            names.push_back(column.name);
        const std::string near = spec::nearest(name, names);
        return wrong("there is no column \"" + name + "\"", near.empty() ? "" : "Did you mean \"" + near + "\"?");
    }

    base::Result<RowFilter::Test> anywhere(std::string part)
    {
        return RowFilter::Test([columns = m_columns, part = std::move(part)](std::int64_t row) {
            return std::any_of(columns.begin(), columns.end(),
                               [&](const CellColumn& column) { return contains(column.text(row), part); });
        });
    }

    base::Result<RowFilter::Test> compared(const CellColumn* column, const std::string& how, const std::string& value)
    {
        if (how == "~")
            return RowFilter::Test(
                [column, part = lowered(value)](std::int64_t row) { return contains(column->text(row), part); });
        const bool equal = how == "=" || how == "==", unequal = how == "!=";
        if (!equal && !unequal && how != "<" && how != "<=" && how != ">" && how != ">=")
            return wrong("\"" + how + "\" is no comparison", "= != < <= > >= or ~ (contains)");
        if (column->kind == ColumnKind::Text) {
            if (!equal && !unequal)
                return wrong("\"" + column->name + "\" holds texts, which are not compared by size", "= != or ~");
            return RowFilter::Test([column, value, equal](std::int64_t row) {
                return !column->missing(row) && (column->text(row) == value) == equal;
            });
        }
        const auto number = column->kind == ColumnKind::Time ? timeOf(value) : numberOf(value);
        if (!number)
            return wrong("\"" + value + "\" is no " + (column->kind == ColumnKind::Time ? "date" : "number"),
                         column->kind == ColumnKind::Time ? "Such as 2024-05-17" : "Such as 3.5");
        return RowFilter::Test([column, how, at = *number, equal, unequal](std::int64_t row) {
            const double x = column->number(row);
            if (std::isnan(x))
                return false;
            return equal         ? x == at
                   : unequal     ? x != at
                   : how == "<"  ? x < at
                   : how == "<=" ? x <= at
                   : how == ">"  ? x > at
                                 : x >= at;
        });
    }
};

base::Result<RowFilter> RowFilter::parse(std::string_view text, std::span<const CellColumn> columns)
{
    return RowFilterParser(text, columns).parse();
}

bool RowFilter::operator()(std::int64_t row) const
{
    return m_any.empty() || std::any_of(m_any.begin(), m_any.end(), [row](const auto& all) {
               return std::all_of(all.begin(), all.end(), [row](const auto& test) { return test(row); });
           });
}

}
