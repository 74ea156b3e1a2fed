// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/protobuf.h"

namespace core::base {

static_assert(std::endian::native == std::endian::little);

bool ProtoReader::next(ProtoField& field)
{
    std::uint64_t key = 0;
    if (m_bytes.empty() || m_failed || !varint(key))
        return false;
    field = {key >> 3, 0, {}, int(key & 7)};
    std::uint64_t length = 0;
    switch (field.wire) {
    case 0:
        return varint(field.value);
    case 1:
        return take(8, field);
    case 2:
        if (!varint(length) || length > m_bytes.size())
            return fail();
        field.bytes = m_bytes.substr(0, std::size_t(length));
        m_bytes.remove_prefix(std::size_t(length));
        return true;
    case 5:
        return take(4, field);
    default:
        return fail();
    }
}

bool ProtoReader::fail()
{
    m_failed = true;
    return false;
}

bool ProtoReader::take(std::size_t size, ProtoField& field)
{
    if (m_bytes.size() < size)
        return fail();
    std::memcpy(&field.value, m_bytes.data(), size);
    m_bytes.remove_prefix(size);
    return true;
}

bool ProtoReader::varint(std::uint64_t& value)
{
    value = 0;
    for (int shift = 0; shift < 70; shift += 7) {
        if (m_bytes.empty())
            return fail();
        const std::uint8_t byte = std::uint8_t(m_bytes.front());
        m_bytes.remove_prefix(1);
        if (shift < 64)
            value |= std::uint64_t(byte & 127) << shift;
        if (byte < 128)
            return true;
    }
    return fail();
}

void ProtoWriter::varint(std::uint64_t value)
{
    for (; value >= 128; value >>= 7)
        m_bytes += char(value | 128);
    m_bytes += char(value);
}

ProtoWriter& ProtoWriter::presentNumber(int field, std::uint64_t value)
{
    varint(std::uint64_t(field) << 3);
    varint(value);
    return *this;
}

ProtoWriter& ProtoWriter::presentReal(int field, double value)
{
    varint(std::uint64_t(field) << 3 | 1);
    fixed(&value, sizeof value);
    return *this;
}

ProtoWriter& ProtoWriter::presentSingle(int field, float value)
{
    varint(std::uint64_t(field) << 3 | 5);
    fixed(&value, sizeof value);
    return *this;
}

ProtoWriter& ProtoWriter::number(int field, std::uint64_t value)
{
    return value ? presentNumber(field, value) : *this;
}

ProtoWriter& ProtoWriter::real(int field, double value)
{
    return std::bit_cast<std::uint64_t>(value) ? presentReal(field, value) : *this;
}

ProtoWriter& ProtoWriter::text(int field, std::string_view value)
{
    return value.empty() ? *this : message(field, value);
}

ProtoWriter& ProtoWriter::message(int field, std::string_view bytes)
{
    varint(std::uint64_t(field) << 3 | 2);
    varint(bytes.size());
    m_bytes += bytes;
    return *this;
}

}
