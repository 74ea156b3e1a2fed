// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/store/h5_packed.h"

#include <cstring>
#include <isa-l/igzip_lib.h>

namespace core::store::h5 {

namespace {

constexpr std::uint32_t deflateLeftOut = 1U << 1; // the second filter, in a piece's mask
constexpr int level = 1;

// Byte 0 of all numbers, then byte 1 of all, as H5Z_FILTER_SHUFFLE does it.
void shuffle(const unsigned char* from, unsigned char* to, std::size_t bytes, std::size_t each)
{
    const std::size_t count = bytes / each;
    for (std::size_t part = 0; part < each; ++part)
        for (std::size_t i = 0; i < count; ++i)
            *to++ = from[i * each + part];
}

// How many bytes, 0 if they would not be fewer.
std::size_t deflate(const unsigned char* from, std::size_t size, std::vector<unsigned char>& to)
{
    static std::vector<unsigned char> work(ISAL_DEF_LVL1_DEFAULT);
    isal_zstream stream;
    isal_deflate_stateless_init(&stream);
    stream.end_of_stream = 1;
    stream.flush = NO_FLUSH;
    stream.gzip_flag = IGZIP_ZLIB;
    stream.level = level;
    stream.level_buf = work.data();
    stream.level_buf_size = std::uint32_t(work.size());
    stream.next_in = const_cast<unsigned char*>(from);
    stream.avail_in = std::uint32_t(size);
    stream.next_out = to.data();
    stream.avail_out = std::uint32_t(to.size());
    const bool done = isal_deflate_stateless(&stream) == COMP_OK && stream.total_out < size;
    return done ? stream.total_out : 0;
}

}

std::uint32_t fletcher32(const unsigned char* bytes, std::size_t size)
{
    constexpr std::size_t most = 360; // words, before the sums could overflow
    std::uint32_t first = 0, second = 0;
    const auto reduce = [&] {
        first = (first & 0xffff) + (first >> 16);
        second = (second & 0xffff) + (second >> 16);
    };
    for (std::size_t words = size / 2; words > 0;) {
        const std::size_t now = std::min(words, most);
        words -= now;
        for (std::size_t i = 0; i < now; ++i, bytes += 2) {
            first += std::uint32_t(bytes[0]) << 8 | bytes[1];
            second += first;
        }
        reduce();
    }
    if (size % 2 != 0) {
        first += std::uint32_t(*bytes) << 8;
        second += first;
        reduce();
    }
    reduce();
    return second << 16 | first;
}

void writePacked(hid_t dataset, const void* values, std::size_t rows, std::size_t rowBytes, std::size_t each,
                 std::size_t chunkRows)
{
    // HDF5 is used by one thread at a time.
    static std::vector<unsigned char> whole, shuffled, packed;
    const std::size_t size = chunkRows * rowBytes;
    const auto* from = static_cast<const unsigned char*>(values);
    for (std::size_t row = 0; row < rows; row += chunkRows) {
        const std::size_t here = std::min(chunkRows, rows - row) * rowBytes;
        const unsigned char* piece = from + row * rowBytes;
        if (here < size) { // what lies beyond the dataset's end is nobody's
            whole.assign(size, 0);
            std::memcpy(whole.data(), piece, here);
            piece = whole.data();
        }
        if (each > 1) {
            shuffled.resize(size);
            shuffle(piece, shuffled.data(), size, each);
            piece = shuffled.data();
        }
        packed.resize(size + sizeof(std::uint32_t));
        std::size_t length = deflate(piece, size, packed);
        const std::uint32_t mask = length > 0 ? 0 : deflateLeftOut;
        if (length == 0)
            std::memcpy(packed.data(), piece, length = size);
        const std::uint32_t sum = fletcher32(packed.data(), length);
        for (int i = 0; i < 4; ++i)
            packed[length++] = static_cast<unsigned char>(sum >> 8 * i);
        const hsize_t at[] = {row, 0};
        check(H5Dwrite_chunk(dataset, H5P_DEFAULT, mask, at, length, packed.data()), "write a dataset");
    }
}

}
