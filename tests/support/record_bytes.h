// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/archives.h"

#include <initializer_list>
#include <string>

/// Pieces of SageMaker's RecordIO-protobuf.
namespace tests {

inline std::string varint(std::uint64_t value)
{
    std::string bytes;
    for (; value >= 128; value >>= 7)
        bytes.push_back(char(value & 127 | 128));
    return bytes + char(value);
}

// Field `number` of wire type 2.
inline std::string block(int number, const std::string& content)
{
    return varint(std::uint64_t(number) << 3 | 2) + varint(content.size()) + content;
}

template <class T>
std::string raw(std::initializer_list<T> values)
{
    std::string bytes;
    for (const T value : values)
        bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
    return bytes;
}

// `kind` is the tensor's field in Value: 2 float32, 3 float64, 7 int32.
inline std::string mapEntry(int field, int kind, const std::string& tensor)
{
    return block(field, block(1, "values") + block(2, block(kind, tensor)));
}

inline std::string record(const std::string& bytes, std::uint32_t piece = 0)
{
    std::string framed("\x0a\x23\xd7\xce", 4);
    putLittle(framed, std::uint32_t(bytes.size() | piece << 29));
    framed += bytes;
    framed.resize((framed.size() + 3) / 4 * 4);
    return framed;
}

}
