// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/cell.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>

namespace core::data {

namespace {

// Reads ISO 8601 from the left, piece by piece.
class IsoText {
public:
    explicit IsoText(std::string_view text) : m_rest(text) {}

    bool done() const { return m_rest.empty(); }

    bool accept(char c)
    {
        if (m_rest.empty() || m_rest.front() != c)
            return false;
        m_rest.remove_prefix(1);
        return true;
    }

    // Exactly `digits` digits that make a number from `low` to `high`.
    bool number(std::size_t digits, int low, int high, int& value)
    {
        if (m_rest.size() < digits)
            return false;
        value = 0;
        for (std::size_t i = 0; i < digits; ++i) {
            if (m_rest[i] < '0' || m_rest[i] > '9')
                return false;
            value = value * 10 + (m_rest[i] - '0');
        }
        m_rest.remove_prefix(digits);
        return value >= low && value <= high;
    }

    // What follows the point of seconds.
    bool fraction(double& value)
    {
        double unit = 0.1;
        std::size_t digits = 0;
        for (; digits < m_rest.size() && m_rest[digits] >= '0' && m_rest[digits] <= '9'; ++digits, unit /= 10)
            value += unit * (m_rest[digits] - '0');
        m_rest.remove_prefix(digits);
        return digits > 0;
    }

private:
    std::string_view m_rest;
};

// Days since 1970-01-01 in the Gregorian calendar (H. Hinnant, chrono-compatible low-level date algorithms).
std::int64_t daysFromCivil(int year, int month, int day)
{
    const int y = month <= 2 ? year - 1 : year;
    const int era = (y >= 0 ? y : y - 399) / 400;
    const int yearOfEra = y - era * 400;
    const int dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    return std::int64_t(era) * 146097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719468;
}

int daysInMonth(int year, int month)
{
    constexpr int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return days[month - 1] + (month == 2 && leap ? 1 : 0);
}

bool readClock(IsoText& iso, double& seconds)
{
    int hour = 0, minute = 0, second = 0;
    double fraction = 0;
    if (!iso.number(2, 0, 23, hour) || !iso.accept(':') || !iso.number(2, 0, 59, minute))
        return false;
    if (iso.accept(':')) {
        if (!iso.number(2, 0, 60, second) || (iso.accept('.') && !iso.fraction(fraction)))
            return false;
    }
    seconds = hour * 3600 + minute * 60 + second + fraction;
    return true;
}

// Seconds east of UTC; true for none.
bool readOffset(IsoText& iso, double& seconds)
{
    seconds = 0;
    if (iso.done() || iso.accept('Z'))
        return true;
    const bool east = iso.accept('+');
    if (!east && !iso.accept('-'))
        return false;
    int hours = 0, minutes = 0;
    if (!iso.number(2, 0, 14, hours))
        return false;
    iso.accept(':');
    if (!iso.done() && !iso.number(2, 0, 59, minutes))
        return false;
    seconds = (east ? 1 : -1) * (hours * 3600 + minutes * 60);
    return true;
}

// Bytes of the UTF-8 sequence that begins with `lead`; 0 if none does.
std::size_t utf8Length(std::uint8_t lead)
{
    if (lead < 0x80)
        return 1;
    if (lead >= 0xc2 && lead <= 0xdf)
        return 2;
    if (lead >= 0xe0 && lead <= 0xef)
        return 3;
    return lead >= 0xf0 && lead <= 0xf4 ? 4 : 0;
}

}

std::string_view trimmed(std::string_view cell)
{
    const auto space = [](char c) { return c == ' ' || c == '\t'; };
    while (!cell.empty() && space(cell.front()))
        cell.remove_prefix(1);
    while (!cell.empty() && space(cell.back()))
        cell.remove_suffix(1);
    return cell;
}

bool isMissingCell(std::string_view cell)
{
    static constexpr std::string_view words[] = {
        "?",    "NA",   "N/A",  "n/a",  "NaN", "nan",      "NAN",    "-nan",    "-NaN",    "null",    "NULL",
        "Null", "None", "<NA>", "#N/A", "#NA", "#N/A N/A", "1.#IND", "-1.#IND", "1.#QNAN", "-1.#QNAN"};
    cell = trimmed(cell);
    if (cell.empty())
        return true;
    static constexpr std::string_view firsts = "?Nn-<#1";
    return cell.size() <= 8 && firsts.find(cell.front()) != firsts.npos &&
           std::find(std::begin(words), std::end(words), cell) != std::end(words);
}

std::optional<double> numberOf(std::string_view cell, bool decimalComma)
{
    cell = trimmed(cell);
    char buffer[64];
    if (decimalComma && cell.size() <= sizeof buffer && cell.find('.') == cell.npos) {
        const auto end = std::copy(cell.begin(), cell.end(), buffer);
        if (const auto comma = std::find(buffer, end, ','); comma != end)
            *comma = '.';
        cell = {buffer, cell.size()};
    }
    if (cell.starts_with('+') && cell.size() > 1 && cell[1] != '-')
        cell.remove_prefix(1);
    double number = 0;
    const auto [end, code] = std::from_chars(cell.data(), cell.data() + cell.size(), number);
    if (end != cell.data() + cell.size() || code == std::errc::invalid_argument || std::isnan(number))
        return std::nullopt;
    if (code == std::errc::result_out_of_range) {
        const auto exponent = cell.find_first_of("eE");
        const bool tiny = exponent != cell.npos ? cell.substr(exponent + 1).starts_with('-') : cell.find("0.") <= 1;
        number = tiny ? 0 : std::numeric_limits<double>::infinity();
        return cell.starts_with('-') ? -number : number;
    }
    return number;
}

std::optional<double> timeOf(std::string_view cell)
{
    IsoText iso(trimmed(cell));
    int year = 0, month = 0, day = 1;
    if (!iso.number(4, 0, 9999, year) || !iso.accept('-') || !iso.number(2, 1, 12, month))
        return std::nullopt;
    double clock = 0, offset = 0;
    if (iso.accept('-')) {
        if (!iso.number(2, 1, daysInMonth(year, month), day))
            return std::nullopt;
        if ((iso.accept('T') || iso.accept(' ')) && (!readClock(iso, clock) || !readOffset(iso, offset)))
            return std::nullopt;
    }
    if (!iso.done())
        return std::nullopt;
    return double(daysFromCivil(year, month, day)) * 86400 + clock - offset;
}

std::string textOf(double number)
{
    char text[32];
    const auto [end, code] = std::to_chars(text, text + sizeof text, number);
    return {text, end};
}

std::size_t utf8Prefix(std::string_view text)
{
    for (std::size_t at = 0; at < text.size();) {
        for (std::uint64_t eight = 0; at + sizeof eight <= text.size(); at += sizeof eight) {
            std::memcpy(&eight, text.data() + at, sizeof eight);
            if ((eight & 0x8080808080808080u) != 0)
                break;
        }
        if (at == text.size())
            break;
        const auto lead = std::uint8_t(text[at]);
        const std::size_t length = utf8Length(lead);
        if (length == 0 || length > text.size() - at)
            return at;
        for (std::size_t i = 1; i < length; ++i)
            if ((std::uint8_t(text[at + i]) & 0xc0) != 0x80)
                return at;
        // Overlong forms, surrogates and what lies beyond U+10FFFF.
        const auto second = length > 2 ? std::uint8_t(text[at + 1]) : std::uint8_t(0);
        if ((lead == 0xe0 && second < 0xa0) || (lead == 0xed && second > 0x9f) || (lead == 0xf0 && second < 0x90) ||
            (lead == 0xf4 && second > 0x8f))
            return at;
        at += length;
    }
    return text.size();
}

bool isUtf8(std::string_view text)
{
    return utf8Prefix(text) == text.size();
}

std::string utf8FromLatin1(std::string_view text)
{
    std::string out;
    out.reserve(text.size() + text.size() / 8);
    for (const char c : text) {
        const auto byte = std::uint8_t(c);
        if (byte < 0x80) {
            out.push_back(c);
        } else {
            out.push_back(char(0xc0 | byte >> 6));
            out.push_back(char(0x80 | (byte & 0x3f)));
        }
    }
    return out;
}

}
