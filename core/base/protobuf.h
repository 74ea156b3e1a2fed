// SPDX-License-Identifier: GPL-3.0-or-later
// Protocol Buffers' wire format: https://protobuf.dev/programming-guides/encoding
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace core::base {

/// One field of a message, as it stands in the bytes.
struct ProtoField {
    std::uint64_t number = 0, value = 0; ///< of a varint or a fixed width
    std::string_view bytes = {};         ///< of what has a length
    int wire = 0;                        ///< 0 varint, 1 eight bytes, 2 with a length, 5 four bytes

    double real() const { return std::bit_cast<double>(value); }
};

/// Reads a message's fields in their order. After what is none next() says no and failed() yes.
class ProtoReader {
public:
    explicit ProtoReader(std::string_view bytes) : m_bytes(bytes) {}
    bool failed() const { return m_failed; }
    bool next(ProtoField& field);

private:
    std::string_view m_bytes;
    bool m_failed = false;

    bool fail();
    bool take(std::size_t size, ProtoField& field);
    bool varint(std::uint64_t& value);
};

/// A message that is written field by field. As proto3 has it, numbers that are 0 and texts that are empty are left
/// out; messages are not.
class ProtoWriter {
public:
    const std::string& bytes() const { return m_bytes; }
    ProtoWriter& number(int field, std::uint64_t value);
    ProtoWriter& real(int field, double value);
    ProtoWriter& text(int field, std::string_view value);
    ProtoWriter& message(int field, std::string_view bytes);
    /// The same where the field has presence (of a oneof): also 0 and the empty text.
    ProtoWriter& presentNumber(int field, std::uint64_t value);
    ProtoWriter& presentReal(int field, double value);
    ProtoWriter& presentSingle(int field, float value);

private:
    std::string m_bytes;

    void varint(std::uint64_t value);
    void fixed(const void* from, std::size_t size) { m_bytes.append(static_cast<const char*>(from), size); }
};

}
