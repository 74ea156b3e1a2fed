// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/plain_number.h"

#include <array>
#include <bit>
#include <cstring>

namespace core::data {

namespace {

__extension__ typedef unsigned __int128 Wide;

constexpr int mostDigits = 19; // of a number that fits 64 bits
constexpr int mostPlaces = 27; // 5^27 < 2^63
constexpr int exactPower = 22; // 10^22 is a double
constexpr auto exactWhole = std::uint64_t(1) << 53;

constexpr std::array<double, exactPower + 1> powersOfTen = [] {
    std::array<double, exactPower + 1> powers{1};
    for (std::size_t i = 1; i < powers.size(); ++i)
        powers[i] = powers[i - 1] * 10;
    return powers;
}();

// floor(2^(63 + bits) / 5^n), of 64 bits, where 5^n has `bits` of them; n > 0.
struct Reciprocal {
    std::uint64_t value = 0;
    int bits = 0;
};

constexpr std::array<Reciprocal, mostPlaces + 1> reciprocals = [] {
    std::array<Reciprocal, mostPlaces + 1> all{};
    std::uint64_t power = 1;
    for (std::size_t n = 1; n < all.size(); ++n) {
        power *= 5;
        all[n].bits = std::bit_width(power);
        all[n].value = std::uint64_t((Wide(1) << (63 + all[n].bits)) / power);
    }
    return all;
}();

constexpr std::uint64_t everyByte(std::uint8_t byte)
{
    return 0x0101010101010101u * byte;
}

constexpr std::uint64_t scales[] = {1, 10, 100, 1'000, 10'000, 100'000, 1'000'000, 10'000'000, 100'000'000};

// The characters at `at`, the first in the lowest byte; digits have become 0 … 9.
std::uint64_t charactersAt(const char* at)
{
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, at, sizeof bytes);
    return bytes ^ everyByte('0');
}

bool allDigits(std::uint64_t characters)
{
    return (((characters + everyByte(0x76)) | characters) & everyByte(0x80)) == 0;
}

// The number of eight digits, the first in the lowest byte.
std::uint64_t ofEightDigits(std::uint64_t digits)
{
    digits = (digits * 10 + (digits >> 8)) & 0x00ff00ff00ff00ffu;
    digits = (digits * 100 + (digits >> 16)) & 0x0000ffff0000ffffu;
    return (digits * 10'000 + (digits >> 32)) & 0xffffffffu;
}

// Appends the digits at `at` to `number`; where they end. Reads up to 8 bytes too many, and stops after 24 digits.
const char* appendDigits(const char* at, std::uint64_t& number)
{
    for (int round = 0; round < 3; ++round) {
        const std::uint64_t bytes = charactersAt(at);
        const std::uint64_t others = (((bytes & everyByte(0x7f)) + everyByte(0x76)) | bytes) & everyByte(0x80);
        if (others != 0) {
            const int count = std::countr_zero(others) / 8;
            number = number * scales[count] + ofEightDigits(bytes << 1 << (63 - 8 * count));
            return at + count;
        }
        number = number * 100'000'000 + ofEightDigits(bytes);
        at += 8;
    }
    return at;
}

// whole / 10^places, rounded once: the product with a reciprocal that was cut off is too small, by less than two in its
// upper word, so it decides unless that could carry into the bit by which it is rounded (after D. Lemire, "Number
// parsing at a gigabyte per second", 2021). 0 < places <= mostPlaces, whole > 0.
bool dividedByPower(std::uint64_t whole, int places, double& value)
{
    const Reciprocal& by = reciprocals[std::size_t(places)];
    const int zeros = std::countl_zero(whole);
    const auto product = std::uint64_t((Wide(whole << zeros) * by.value) >> 64);
    const int drop = 10 + int(product >> 63);
    const std::uint64_t half = std::uint64_t(1) << (drop - 1);
    if ((product & (2 * half - 1)) == half - 1)
        return false;
    const std::uint64_t mantissa = (product >> drop) + ((product & half) != 0);
    const int exponent = drop + 1 - zeros - by.bits - places;
    value = double(mantissa) * std::bit_cast<double>(std::uint64_t(1023 + exponent) << 52);
    return true;
}

// The number after an `e` at `at`, which must end at `end`.
bool readExponent(const char* at, const char* end, int& exponent)
{
    const bool negative = *++at == '-';
    at += negative || *at == '+';
    if (end - at < 1 || end - at > 3)
        return false;
    for (exponent = 0; at != end; ++at) {
        if (*at < '0' || *at > '9')
            return false;
        exponent = exponent * 10 + (*at - '0');
    }
    exponent = negative ? -exponent : exponent;
    return true;
}

// Any number: digits, a point, digits, an exponent.
bool readLong(const char* first, const char* end, char point, double& value)
{
    std::uint64_t whole = 0;
    const char* at = appendDigits(first, whole);
    std::ptrdiff_t digits = at - first, places = 0;
    if (at < end && *at == point) {
        const char* const fraction = at + 1;
        at = appendDigits(fraction, whole);
        places = at - fraction;
        digits += places;
    }
    int exponent = 0;
    if (at != end && !(at < end && (*at | 0x20) == 'e' && readExponent(at, end, exponent)))
        return false;
    if (digits == 0 || (digits > mostDigits && (digits > mostDigits + 1 || *first != '0')))
        return false;
    exponent -= int(places);
    value = double(whole);
    if (exponent == 0 || whole == 0)
        return true;
    if (whole <= exactWhole && exponent >= -exactPower && exponent <= exactPower) {
        const double power = powersOfTen[std::size_t(exponent < 0 ? -exponent : exponent)];
        value = exponent < 0 ? value / power : value * power;
        return true;
    }
    return exponent < 0 && exponent >= -mostPlaces && dividedByPower(whole, -exponent, value);
}

// Digits with a point among the first eight characters, or up to eight digits, `length` <= 20 characters in all: the
// point is taken out by shifts, so that no branch depends on how many digits there are.
[[gnu::always_inline]] inline bool readShort(const char* first, std::ptrdiff_t length, char point, double& value)
{
    std::uint64_t head = charactersAt(first);
    const std::uint64_t match = head ^ everyByte(std::uint8_t(point ^ '0'));
    const std::uint64_t points = (match - everyByte(1)) & ~match & everyByte(0x80);
    const int before = std::countr_zero(points) / 8; // 8 without a point
    if (before == 8 && length > 8)
        return false;
    int digits = int(length), places = 0;
    if (before < length && before < 8) {
        const std::uint64_t kept = (std::uint64_t(1) << (8 * before)) - 1;
        head = (head & kept) | charactersAt(first + before + 1) << (8 * before);
        places = --digits - before;
    }
    if (digits == 0)
        return false;
    if (digits <= 8) {
        head <<= 8 * (8 - digits);
        value = double(std::int64_t(ofEightDigits(head))) / powersOfTen[std::size_t(places)];
        return allDigits(head);
    }
    const int inSecond = digits < 16 ? digits - 8 : 8, inThird = digits - 8 - inSecond;
    const std::uint64_t second = charactersAt(first + 9) << (8 * (8 - inSecond));
    const std::uint64_t third = charactersAt(first + 17) << 1 << (63 - 8 * inThird);
    if (!allDigits(head) || !allDigits(second) || !allDigits(third))
        return false;
    const std::uint64_t whole =
        (ofEightDigits(head) * scales[inSecond] + ofEightDigits(second)) * scales[inThird] + ofEightDigits(third);
    value = 0;
    return whole == 0 || dividedByPower(whole, places, value);
}

[[gnu::always_inline]] inline bool readPlain(const char* begin, const char* end, char point, double& value)
{
    if constexpr (std::endian::native != std::endian::little)
        return false;
    const bool negative = *begin == '-';
    const char* const first = begin + negative;
    double number = 0;
    if (first >= end || ((end - first > mostDigits + 1 || !readShort(first, end - first, point, number)) &&
                         !readLong(first, end, point, number)))
        return false;
    // Signs follow no pattern: a branch would be guessed wrong half the time.
    value = std::bit_cast<double>(std::bit_cast<std::uint64_t>(number) | std::uint64_t(negative) << 63);
    return true;
}

}

bool readPlainNumber(const char* begin, const char* end, char point, double& value)
{
    return readPlain(begin, end, point, value);
}

void readPlainNumbers(const char* text, std::span<const CellPlace> cells, char point, double* values,
                      std::vector<std::uint32_t>& left)
{
    left.clear();
    for (std::size_t i = 0; i < cells.size(); ++i)
        if (!readPlain(text + cells[i].begin, text + cells[i].end, point, values[i]))
            left.push_back(std::uint32_t(i));
}

}
