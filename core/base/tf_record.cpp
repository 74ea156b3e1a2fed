// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/tf_record.h"

#include <array>
#include <bit>
#include <cstring>

namespace core::base {

namespace {

// CRC-32C (Castagnoli), reflected.
const std::array<std::uint32_t, 256>& castagnoliTable()
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

template <class T>
T littleEndianAt(std::string_view bytes, std::size_t at)
{
    static_assert(std::endian::native == std::endian::little);
    T value{};
    std::memcpy(&value, bytes.data() + at, sizeof value);
    return value;
}

template <class T>
std::string_view bytesOf(const T& value)
{
    return {reinterpret_cast<const char*>(&value), sizeof value};
}

constexpr std::size_t recordHeadBytes = 12;

}

std::uint32_t maskedCrc32c(std::string_view bytes)
{
    std::uint32_t crc = ~0u;
    for (const char c : bytes)
        crc = castagnoliTable()[(crc ^ std::uint8_t(c)) & 255] ^ crc >> 8;
    crc = ~crc;
    return (crc >> 15 | crc << 17) + 0xA282EAD8;
}

bool looksLikeTfRecords(std::string_view head)
{
    return head.size() >= recordHeadBytes && maskedCrc32c(head.substr(0, 8)) == littleEndianAt<std::uint32_t>(head, 8);
}

void appendTfRecord(std::string& file, std::string_view content)
{
    const std::uint64_t length = content.size();
    const std::uint32_t sums[] = {maskedCrc32c(bytesOf(length)), maskedCrc32c(content)};
    file += bytesOf(length);
    file += bytesOf(sums[0]);
    file += content;
    file += bytesOf(sums[1]);
}

Status readTfRecords(std::string_view bytes, const std::string& where,
                     const std::function<bool(std::string_view content)>& take)
{
    // smdebug writes this sum under every record, whatever is in it.
    const std::uint32_t unchecked = maskedCrc32c("0x12345678");
    std::size_t at = 0;
    const auto damaged = [&](const std::string& what) {
        return Error{ErrorKind::Data, what + " at byte " + std::to_string(at), where,
                     "Copy the file again; it is not as TensorBoard's writers leave it"};
    };
    if (!looksLikeTfRecords(bytes))
        return Error{ErrorKind::Data, "this is no TensorBoard event file", where, {}};
    while (bytes.size() - at >= recordHeadBytes) {
        if (maskedCrc32c(bytes.substr(at, 8)) != littleEndianAt<std::uint32_t>(bytes, at + 8))
            return damaged("the sum of a record's length is wrong");
        const auto length = littleEndianAt<std::uint64_t>(bytes, at);
        const std::size_t room = bytes.size() - at - recordHeadBytes;
        if (length > room || room - length < 4)
            break;
        const std::string_view content = bytes.substr(at + recordHeadBytes, std::size_t(length));
        const auto sum = littleEndianAt<std::uint32_t>(bytes, at + recordHeadBytes + std::size_t(length));
        if (sum != unchecked && sum != maskedCrc32c(content))
            return damaged("the sum of a record is wrong");
        if (!take(content))
            return damaged("there is no event in a record");
        at += recordHeadBytes + std::size_t(length) + 4;
    }
    return {};
}

}
