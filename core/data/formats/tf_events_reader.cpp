// SPDX-License-Identifier: GPL-3.0-or-later
// TFRecord: https://www.tensorflow.org/tutorials/load_data/tfrecord; Event, Summary, TensorProto: TensorFlow's .proto
// files (core/util/event.proto, core/framework/summary.proto, tensor.proto).
#include "core/data/formats/scalar_log.h"

#include <array>
#include <bit>
#include <cstring>

namespace core::data {

using base::Error;
using base::ErrorKind;

namespace {

constexpr std::size_t mostNames = 100'000;

// CRC-32C (Castagnoli), reflected.
const std::array<std::uint32_t, 256>& crcTable()
{
    static const std::array<std::uint32_t, 256> table = [] {
        std::array<std::uint32_t, 256> made{};
        for (std::uint32_t i = 0; i < 256; ++i) {
            std::uint32_t crc = i;
            for (int bit = 0; bit < 8; ++bit)
                crc = crc & 1 ? crc >> 1 ^ 0x82F63B78 : crc >> 1;
            made[i] = crc;
        }
        return made;
    }();
    return table;
}

std::uint32_t maskedCrc(std::string_view bytes)
{
    std::uint32_t crc = ~0u;
    for (const char c : bytes)
        crc = crcTable()[(crc ^ std::uint8_t(c)) & 255] ^ crc >> 8;
    crc = ~crc;
    return (crc >> 15 | crc << 17) + 0xA282EAD8;
}

template <class T>
T numberAt(std::string_view bytes, std::size_t at)
{
    static_assert(std::endian::native == std::endian::little);
    T value{};
    std::memcpy(&value, bytes.data() + at, sizeof value);
    return value;
}

/// One field of a protocol buffer.
struct Field {
    std::uint64_t number = 0, value = 0; ///< of a varint or a fixed width
    std::string_view bytes;              ///< of what has a length
    int wire = 0;
};

class Fields {
public:
    explicit Fields(std::string_view bytes) : m_bytes(bytes) {}
    bool failed() const { return m_failed; }

    bool next(Field& field)
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

private:
    std::string_view m_bytes;
    bool m_failed = false;

    bool fail()
    {
        m_failed = true;
        return false;
    }

    bool take(std::size_t size, Field& field)
    {
        if (m_bytes.size() < size)
            return fail();
        std::memcpy(&field.value, m_bytes.data(), size);
        m_bytes.remove_prefix(size);
        return true;
    }

    bool varint(std::uint64_t& value)
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
};

double single(std::uint64_t bits)
{
    return double(std::bit_cast<float>(std::uint32_t(bits)));
}

// A TensorProto of one number.
bool numberIn(std::string_view bytes, double& value)
{
    std::uint64_t type = 0;
    std::string_view content;
    bool found = false;
    Fields fields(bytes);
    for (Field field; fields.next(field);) {
        if (field.number == 1 && field.wire == 0)
            type = field.value;
        else if (field.number == 4 && field.wire == 2)
            content = field.bytes;
        else if (field.number == 5 && (field.wire == 5 || (field.wire == 2 && field.bytes.size() == 4))) {
            value = single(field.wire == 5 ? field.value : numberAt<std::uint32_t>(field.bytes, 0));
            found = true;
        } else if (field.number == 6 && (field.wire == 1 || (field.wire == 2 && field.bytes.size() == 8))) {
            value = std::bit_cast<double>(field.wire == 1 ? field.value : numberAt<std::uint64_t>(field.bytes, 0));
            found = true;
        }
    }
    if (!found && type == 1 && content.size() == 4) {
        value = single(numberAt<std::uint32_t>(content, 0));
        found = true;
    } else if (!found && type == 2 && content.size() == 8) {
        value = numberAt<double>(content, 0);
        found = true;
    }
    return found && !fields.failed();
}

// A Summary.Value: its tag and number, if it is a scalar.
bool scalarIn(std::string_view bytes, std::string& tag, double& value)
{
    bool found = false;
    Fields fields(bytes);
    for (Field field; fields.next(field);)
        if (field.number == 1 && field.wire == 2)
            tag = std::string(field.bytes);
        else if (field.number == 2 && field.wire == 5) {
            value = single(field.value);
            found = true;
        } else if (field.number == 8 && field.wire == 2)
            found = numberIn(field.bytes, value) || found;
    return found && !fields.failed() && !tag.empty() && tag.find('\0') == tag.npos;
}

// False if it is no Event.
bool addEvent(std::string_view bytes, ScalarLog& log)
{
    double time = 0;
    std::int64_t step = 0;
    std::string_view summary;
    Fields fields(bytes);
    for (Field field; fields.next(field);)
        if (field.number == 1 && field.wire == 1)
            time = std::bit_cast<double>(field.value);
        else if (field.number == 2 && field.wire == 0)
            step = std::int64_t(field.value);
        else if (field.number == 5 && field.wire == 2)
            summary = field.bytes;
    if (fields.failed())
        return false;
    Fields values(summary);
    for (Field field; values.next(field);) {
        std::string tag;
        double value = 0;
        if (field.number == 1 && field.wire == 2 && scalarIn(field.bytes, tag, value) && step >= 0 &&
            log.series.size() < mostNames)
            log.add(tag, step, value, time);
    }
    return !values.failed();
}

constexpr std::size_t headBytes = 12;

}

bool looksLikeTfEvents(std::string_view head)
{
    return head.size() >= headBytes && maskedCrc(head.substr(0, 8)) == numberAt<std::uint32_t>(head, 8);
}

base::Result<ScalarLog> readTfEvents(std::string_view bytes, const std::string& where)
{
    // smdebug writes this sum under every record, whatever is in it.
    const std::uint32_t unchecked = maskedCrc("0x12345678");
    ScalarLog log;
    std::size_t at = 0;
    const auto damaged = [&](const std::string& what) {
        return Error{ErrorKind::Data, what + " at byte " + std::to_string(at), where,
                     "Copy the file again; it is not as TensorBoard's writers leave it"};
    };
    if (!looksLikeTfEvents(bytes))
        return Error{ErrorKind::Data, "this is no TensorBoard event file", where, {}};
    while (bytes.size() - at >= headBytes) {
        if (maskedCrc(bytes.substr(at, 8)) != numberAt<std::uint32_t>(bytes, at + 8))
            return damaged("the sum of a record's length is wrong");
        const auto length = numberAt<std::uint64_t>(bytes, at);
        const std::size_t room = bytes.size() - at - headBytes;
        // Somebody may still be writing it.
        if (length > room || room - length < 4)
            break;
        const std::string_view content = bytes.substr(at + headBytes, std::size_t(length));
        const auto sum = numberAt<std::uint32_t>(bytes, at + headBytes + std::size_t(length));
        if (sum != unchecked && sum != maskedCrc(content))
            return damaged("the sum of a record is wrong");
        if (!addEvent(content, log))
            return damaged("there is no event in a record");
        at += headBytes + std::size_t(length) + 4;
    }
    if (log.empty())
        return Error{ErrorKind::Data, "there are no scalars in it", where, "Log some with add_scalar"};
    return log;
}

}
