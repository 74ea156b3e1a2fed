// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/array.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace core::data {

namespace {

template <class T>
T elementOf(const std::string& bytes, std::int64_t i)
{
    T value;
    std::memcpy(&value, bytes.data() + std::size_t(i) * sizeof(T), sizeof(T));
    return value;
}

// IEEE 754 binary16.
double halfOf(std::uint16_t bits)
{
    const int exponent = bits >> 10 & 31, fraction = bits & 1023;
    const double size = exponent == 31 ? (fraction ? std::nan("") : HUGE_VAL)
                        : exponent     ? std::ldexp(1024 + fraction, exponent - 25)
                                       : std::ldexp(fraction, -24);
    return bits & 0x8000 ? -size : size;
}

template <class T>
void convertAll(const std::string& bytes, std::int64_t count, float* out)
{
    for (std::int64_t i = 0; i < count; ++i)
        out[i] = float(elementOf<T>(bytes, i));
}

}

std::size_t bytesOf(Element element)
{
    switch (element) {
    case Element::Bool:
    case Element::U8:
    case Element::I8:
        return 1;
    case Element::U16:
    case Element::I16:
    case Element::F16:
        return 2;
    case Element::U32:
    case Element::I32:
    case Element::F32:
        return 4;
    case Element::U64:
    case Element::I64:
    case Element::F64:
        return 8;
    case Element::Text:
        break;
    }
    return 0;
}

bool isFloat(Element element)
{
    return element == Element::F16 || element == Element::F32 || element == Element::F64;
}

std::int64_t NumberArray::rowLength() const
{
    std::int64_t length = 1;
    for (std::size_t d = 1; d < shape.size(); ++d)
        length *= shape[d];
    return length;
}

double NumberArray::at(std::int64_t i) const
{
    switch (element) {
    case Element::Bool:
        return bytes[std::size_t(i)] != 0;
    case Element::U8:
        return elementOf<std::uint8_t>(bytes, i);
    case Element::I8:
        return elementOf<std::int8_t>(bytes, i);
    case Element::U16:
        return elementOf<std::uint16_t>(bytes, i);
    case Element::I16:
        return elementOf<std::int16_t>(bytes, i);
    case Element::U32:
        return elementOf<std::uint32_t>(bytes, i);
    case Element::I32:
        return elementOf<std::int32_t>(bytes, i);
    case Element::U64:
        return double(elementOf<std::uint64_t>(bytes, i));
    case Element::I64:
        return double(elementOf<std::int64_t>(bytes, i));
    case Element::F16:
        return halfOf(elementOf<std::uint16_t>(bytes, i));
    case Element::F32:
        return elementOf<float>(bytes, i);
    case Element::F64:
        return elementOf<double>(bytes, i);
    case Element::Text:
        break;
    }
    return std::nan("");
}

void NumberArray::copyTo(float* out) const
{
    const std::int64_t all = count();
    if (element == Element::F32)
        std::memcpy(out, bytes.data(), std::size_t(all) * sizeof(float));
    else if (element == Element::F64)
        convertAll<double>(bytes, all, out);
    else if (element == Element::U8)
        convertAll<std::uint8_t>(bytes, all, out);
    else if (element == Element::I64)
        convertAll<std::int64_t>(bytes, all, out);
    else
        for (std::int64_t i = 0; i < all; ++i)
            out[i] = float(at(i));
}

std::string shapeText(const NumberArray& array)
{
    std::string text;
    for (const std::int64_t length : array.shape)
        text += (text.empty() ? "" : " × ") + std::to_string(length);
    return text.empty() ? "one number" : text;
}

void appendRows(NumberArray& to, const NumberArray& more)
{
    if (to.element == more.element) {
        to.bytes += more.bytes;
    } else {
        // Both as doubles: nothing else holds the values of any two.
        std::string wide;
        for (const NumberArray* part : {static_cast<const NumberArray*>(&to), &more})
            for (std::int64_t i = 0; i < part->count(); ++i) {
                const double value = part->at(i);
                wide.append(reinterpret_cast<const char*>(&value), sizeof value);
            }
        to.bytes = std::move(wide);
        to.element = Element::F64;
    }
    to.texts.insert(to.texts.end(), more.texts.begin(), more.texts.end());
    to.shape.front() += more.rows();
}

void cutRows(NumberArray& array, std::int64_t rows)
{
    if (array.shape.empty() || array.rows() <= rows)
        return;
    array.shape.front() = rows;
    if (array.element == Element::Text)
        array.texts.resize(std::size_t(array.count()));
    else
        array.bytes.resize(std::size_t(array.count()) * bytesOf(array.element));
}

// One class a row as 1 among zeros.
bool isOneHot(const NumberArray& array)
{
    if (array.shape.size() != 2 || array.shape[1] < 2 || array.element == Element::Text)
        return false;
    const std::int64_t classes = array.shape[1];
    for (std::int64_t row = 0; row < array.rows(); ++row) {
        std::int64_t ones = 0;
        for (std::int64_t c = 0; c < classes; ++c) {
            const double value = array.at(row * classes + c);
            if (value != 0 && value != 1)
                return false;
            ones += value == 1;
        }
        if (ones != 1)
            return false;
    }
    return true;
}

bool countElements(const std::vector<std::int64_t>& shape, std::int64_t limit, std::int64_t& count)
{
    // Without the zeros among them too: a row may be long where there are no rows.
    std::int64_t bound = 1;
    count = 1;
    for (const std::int64_t length : shape) {
        if (length < 0 || __builtin_mul_overflow(bound, std::max<std::int64_t>(length, 1), &bound) || bound > limit)
            return false;
        count *= length;
    }
    return true;
}

void swapBytes(std::string& bytes, std::size_t elementBytes)
{
    for (std::size_t at = 0; elementBytes > 1 && at + elementBytes <= bytes.size(); at += elementBytes)
        std::reverse(bytes.begin() + std::ptrdiff_t(at), bytes.begin() + std::ptrdiff_t(at + elementBytes));
}

}
