// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/cell_forms.h"

#include "core/data/formats/cell.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string>
#include <vector>

namespace core::data {

namespace {

bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}

bool isLetter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool allDigits(std::string_view text)
{
    return !text.empty() && std::all_of(text.begin(), text.end(), isDigit);
}

int smallNumber(std::string_view digits)
{
    int value = 0;
    for (const char c : digits)
        value = value * 10 + (c - '0');
    return value;
}

// 1 to 12 for a name or its first three letters; 0 for none.
int monthOf(std::string_view word)
{
    static constexpr std::array<std::string_view, 12> names{"january",   "february", "march",    "april",
                                                            "may",       "june",     "july",     "august",
                                                            "september", "october",  "november", "december"};
    std::string lower(word);
    for (char& c : lower)
        c = c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c;
    for (std::size_t m = 0; m < names.size(); ++m)
        if (lower == names[m] || (lower.size() == 3 && names[m].starts_with(lower)))
            return int(m) + 1;
    return 0;
}

// Groups of digits and of letters, and what stands between them.
struct Pieces {
    std::vector<std::string_view> groups;
    std::vector<std::string_view> between; // after each group but the last
};

Pieces piecesOf(std::string_view text)
{
    Pieces pieces;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t begin = at;
        const auto same = isDigit(text[at]) ? isDigit : isLetter;
        while (at < text.size() && same(text[at]))
            ++at;
        if (at == begin)
            return {};
        pieces.groups.push_back(text.substr(begin, at - begin));
        const std::size_t gap = at;
        while (at < text.size() && !isDigit(text[at]) && !isLetter(text[at]))
            ++at;
        if (at < text.size())
            pieces.between.push_back(text.substr(gap, at - gap));
        else if (gap < at)
            return {};
    }
    return pieces;
}

struct Day {
    int year = 0, month = 0, day = 0;
};

int yearOf(std::string_view digits)
{
    const int year = smallNumber(digits);
    return digits.size() == 4 ? year : year < 69 ? 2000 + year : 1900 + year;
}

std::optional<Day> dayOf(std::string_view text, DateOrder order)
{
    const Pieces pieces = piecesOf(text);
    if (pieces.groups.size() != 3)
        return std::nullopt;
    const std::string_view a = pieces.groups[0], b = pieces.groups[1], c = pieces.groups[2];
    const std::string_view first = pieces.between[0], second = pieces.between[1];
    const auto isYear = [](std::string_view group) {
        return allDigits(group) && (group.size() == 2 || group.size() == 4);
    };
    const auto isShort = [](std::string_view group) { return allDigits(group) && group.size() <= 2; };
    if (isShort(a) && monthOf(b) > 0 && isYear(c) && first == second && (first == " " || first == "-" || first == "/"))
        return Day{yearOf(c), monthOf(b), smallNumber(a)};
    if (monthOf(a) > 0 && isShort(b) && isYear(c) && first == " " && (second == ", " || second == " "))
        return Day{yearOf(c), monthOf(a), smallNumber(b)};
    if (first != second || (first != "/" && first != "." && first != "-") || !isShort(b))
        return std::nullopt;
    if (allDigits(a) && a.size() == 4 && isShort(c))
        return Day{smallNumber(a), smallNumber(b), smallNumber(c)};
    if (!isShort(a) || !isYear(c))
        return std::nullopt;
    return order == DateOrder::Day ? Day{yearOf(c), smallNumber(b), smallNumber(a)}
                                   : Day{yearOf(c), smallNumber(a), smallNumber(b)};
}

// `9:30 PM` as `21:30`; empty where there is no such time.
std::string clockOf(std::string_view text)
{
    bool half = false, after = false;
    if (text.size() > 2 && (text.back() == 'M' || text.back() == 'm')) {
        const char which = text[text.size() - 2];
        half = which == 'A' || which == 'a' || which == 'P' || which == 'p';
        after = which == 'P' || which == 'p';
        text = trimmed(text.substr(0, text.size() - 2));
    }
    const std::size_t colon = text.find(':');
    if (colon == text.npos || colon > 2 || !allDigits(text.substr(0, colon)))
        return {};
    int hour = smallNumber(text.substr(0, colon));
    if (half && (hour < 1 || hour > 12))
        return {};
    hour = half ? hour % 12 + (after ? 12 : 0) : hour;
    return (hour < 10 ? "0" : "") + std::to_string(hour) + std::string(text.substr(colon));
}

// Digits with thousands set apart by `mark`, as plain digits; empty where they are not.
std::string ungrouped(std::string_view digits, char mark)
{
    if (digits.find(mark) == digits.npos)
        return allDigits(digits) ? std::string(digits) : "";
    std::string plain;
    for (bool first = true; !digits.empty(); first = false) {
        const std::string_view group = digits.substr(0, digits.find(mark));
        const bool fits = first ? group.size() <= 3 && group.front() != '0' : group.size() == 3;
        if (!allDigits(group) || !fits)
            return {};
        plain += group;
        digits.remove_prefix(std::min(digits.size(), group.size() + 1));
        if (digits.empty() && plain.size() < 4)
            return {};
    }
    return plain;
}

std::string_view withoutSigns(std::string_view cell)
{
    static constexpr std::array<std::string_view, 6> signs{"$", "€", "£", "¥", "%", "\u00a0"};
    for (bool found = true; found;) {
        found = false;
        cell = trimmed(cell);
        for (const std::string_view sign : signs) {
            if (cell.starts_with(sign) && sign != "%") {
                cell.remove_prefix(sign.size());
                found = true;
            } else if (cell.ends_with(sign)) {
                cell.remove_suffix(sign.size());
                found = true;
            }
        }
    }
    return cell;
}

}

std::optional<double> writtenDateOf(std::string_view cell, DateOrder order)
{
    cell = trimmed(cell);
    if (cell.size() > 40)
        return std::nullopt;
    std::string clock;
    std::string_view date = cell;
    if (const std::size_t colon = cell.find(':'); colon != cell.npos) {
        const std::size_t begin = cell.find_last_of(" T", colon);
        if (begin == cell.npos || (clock = clockOf(trimmed(cell.substr(begin + 1)))).empty())
            return std::nullopt;
        date = trimmed(cell.substr(0, begin));
        if (date.ends_with(','))
            date.remove_suffix(1);
    }
    const auto day = dayOf(date, order);
    if (!day)
        return std::nullopt;
    char iso[64];
    std::snprintf(iso, sizeof iso, "%04d-%02d-%02d%s%s", day->year, day->month, day->day, clock.empty() ? "" : "T",
                  clock.c_str());
    return timeOf(iso);
}

std::optional<double> amountOf(std::string_view cell, bool decimalComma)
{
    cell = withoutSigns(cell);
    std::string plain;
    if (cell.starts_with('-') || cell.starts_with('+')) {
        plain = cell.front() == '-' ? "-" : "";
        cell = withoutSigns(cell.substr(1));
    }
    if (cell.empty() || !isDigit(cell.front()))
        return std::nullopt;
    const std::size_t mark = cell.rfind(decimalComma ? ',' : '.');
    const std::string whole = ungrouped(cell.substr(0, mark), decimalComma ? '.' : ',');
    if (whole.empty())
        return std::nullopt;
    plain += whole;
    if (mark != cell.npos) {
        if (!allDigits(cell.substr(mark + 1)))
            return std::nullopt;
        plain += "." + std::string(cell.substr(mark + 1));
    }
    return numberOf(plain);
}

}
