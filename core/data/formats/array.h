// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <string>
#include <vector>

namespace core::data {

enum class Element : std::uint8_t { Bool, U8, I8, U16, I16, U32, I32, U64, I64, F16, F32, F64, Text };

/// Of one element; 0 for texts.
std::size_t bytesOf(Element element);
bool isFloat(Element element);

/// An array as files of numbers hold it, row-major.
struct NumberArray {
    Element element = Element::F32;
    std::vector<std::int64_t> shape; ///< the first is the number of rows; empty: one number
    std::int64_t rowsInFile = 0;     ///< more than rows() if only some were read
    std::string bytes;               ///< the elements in this machine's byte order
    std::vector<std::string> texts;  ///< of Element::Text

    std::int64_t rows() const { return shape.empty() ? 1 : shape.front(); }
    std::int64_t rowLength() const; ///< elements of a row
    std::int64_t count() const { return rows() * rowLength(); }
    /// Element i as a number; of no text.
    double at(std::int64_t i) const;
    /// Elements as single-precision numbers.
    void copyTo(float* out) const;
};

struct NamedArray {
    std::string name;
    NumberArray array;
};

/// Elements of a shape; false where there are more than `limit`, lengths of 0 taken for 1, or a length is negative.
bool countElements(const std::vector<std::int64_t>& shape, std::int64_t limit, std::int64_t& count);

/// `60000 × 28 × 28`
std::string shapeText(const NumberArray& array);
/// Rows of the same shape after the others; where the types differ, both become doubles.
void appendRows(NumberArray& to, const NumberArray& more);
/// Only the first rows.
void cutRows(NumberArray& array, std::int64_t rows);
/// Whether every row has a single 1 among zeros: one class a row.
bool isOneHot(const NumberArray& array);

/// Turns the bytes of each element round.
void swapBytes(std::string& bytes, std::size_t elementBytes);

}
