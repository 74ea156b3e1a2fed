// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/idx_bytes.h"

#include <initializer_list>
#include <string>
#include <vector>
#include <zlib.h>

namespace tests {

template <class T>
void putLittle(std::string& bytes, T value)
{
    for (std::size_t i = 0; i < sizeof value; ++i)
        bytes.push_back(char(std::uint64_t(value) >> 8 * i & 255));
}

/// A file of numpy.save with that description.
inline std::string npyWithHeader(const std::string& description, const std::string& body)
{
    std::string bytes("\x93NUMPY\x01\x00", 8);
    putLittle(bytes, std::uint16_t(description.size() + 1));
    return bytes + description + '\n' + body;
}

inline std::string npyBytes(const std::string& type, const std::string& shape, const std::string& body,
                            bool fortran = false)
{
    return npyWithHeader("{'descr': '" + type + "', 'fortran_order': " + (fortran ? "True" : "False") +
                             ", 'shape': " + shape + ", }",
                         body);
}

/// A file in a zip archive, with what may be wrong about it.
struct ZipFile {
    std::string name, content;
    bool deflated = false;
    std::uint16_t flags = 0;
    std::uint32_t attributes = 0;
    long shift = 0;                     ///< of the offset that the directory names
    std::uint32_t claimed = 0xffffffff; ///< size in the directory, if not the true one
};

inline std::string zipBytes(const std::vector<ZipFile>& files)
{
    std::string bytes, directory;
    for (const ZipFile& file : files) {
        std::string packed = file.content;
        if (file.deflated) {
            packed = gzipped(file.content);
            packed = packed.substr(10, packed.size() - 18); // without gzip's own head and tail
        }
        const auto sum =
            std::uint32_t(crc32(0, reinterpret_cast<const Bytef*>(file.content.data()), uInt(file.content.size())));
        const std::uint32_t size = file.claimed != 0xffffffff ? file.claimed : std::uint32_t(file.content.size());
        std::string common;
        putLittle(common, file.flags);
        putLittle(common, std::uint16_t(file.deflated ? 8 : 0));
        putLittle(common, std::uint32_t(0)); // time
        putLittle(common, sum);
        putLittle(common, std::uint32_t(packed.size()));
        putLittle(common, size);
        putLittle(common, std::uint16_t(file.name.size()));
        putLittle(common, std::uint16_t(0)); // extra
        directory += std::string("PK\x01\x02\x14\x03\x14\x00", 8) + common;
        putLittle(directory, std::uint16_t(0)); // comment
        putLittle(directory, std::uint16_t(0)); // disk
        putLittle(directory, std::uint16_t(0)); // inner attributes
        putLittle(directory, file.attributes);
        putLittle(directory, std::uint32_t(long(bytes.size()) + file.shift));
        directory += file.name;
        bytes += std::string("PK\x03\x04\x14\x00", 6) + common + file.name + packed;
    }
    const std::size_t begin = bytes.size();
    bytes += directory + std::string("PK\x05\x06\x00\x00\x00\x00", 8);
    putLittle(bytes, std::uint16_t(files.size()));
    putLittle(bytes, std::uint16_t(files.size()));
    putLittle(bytes, std::uint32_t(directory.size()));
    putLittle(bytes, std::uint32_t(begin));
    putLittle(bytes, std::uint16_t(0));
    return bytes;
}

}
