// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/cifar_reader.h"

#include <algorithm>

namespace core::data {

namespace {

constexpr std::size_t tenBytes = CifarPictures::pictureBytes + 1, hundredBytes = CifarPictures::pictureBytes + 2;

// The first record whose label bytes are out of range, if records are `record` long.
std::size_t firstBad(std::string_view bytes, std::size_t record)
{
    for (std::size_t at = 0; at < bytes.size(); at += record) {
        const auto first = std::uint8_t(bytes[at]);
        if (record == tenBytes ? first >= 10 : first >= 20 || std::uint8_t(bytes[at + 1]) >= 100)
            return at;
    }
    return bytes.size();
}

}

bool hasCifarSize(std::uint64_t bytes)
{
    return bytes > 0 && (bytes % tenBytes == 0 || bytes % hundredBytes == 0);
}

base::Status readCifar(std::string_view bytes, const std::string& where, CifarPictures& into, std::size_t maxRows)
{
    const auto error = [&](std::size_t offset, const std::string& what) {
        return base::Error{base::ErrorKind::Data, what + " (byte " + std::to_string(offset) + ")", where,
                           "CIFAR-10 has records of 3,073 bytes (label, 3 × 32 × 32), CIFAR-100 of 3,074 (coarse and "
                           "fine label); fetch the binary version again"};
    };
    if (!hasCifarSize(bytes.size()))
        return error(bytes.size(), "is no whole number of CIFAR records");
    const bool ten =
        bytes.size() % tenBytes == 0 && (bytes.size() % hundredBytes != 0 || firstBad(bytes, tenBytes) == bytes.size());
    const std::size_t record = ten ? tenBytes : hundredBytes;
    if (const std::size_t bad = firstBad(bytes, record); bad < bytes.size())
        return error(bad, "has a label out of range");
    if (into.rows() > 0 && into.hundred == ten)
        return error(0, "is of another CIFAR than the file before it");
    into.hundred = !ten;
    const std::size_t rows = std::min(bytes.size() / record, maxRows - std::min(maxRows, into.rows()));
    for (std::size_t row = 0; row < rows; ++row) {
        const std::string_view one = bytes.substr(row * record, record);
        if (!ten)
            into.coarse.push_back(std::uint8_t(one[0]));
        into.labels.push_back(std::uint8_t(one[ten ? 0 : 1]));
        into.pixels.append(one.substr(ten ? 1 : 2));
    }
    return {};
}

}
