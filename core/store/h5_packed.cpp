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

bool inflate(const unsigned char* from, std::size_t size, std::vector<unsigned char>& to)
{
    inflate_state state;
    isal_inflate_init(&state);
    state.crc_flag = ISAL_ZLIB;
    state.next_in = const_cast<unsigned char*>(from);
    state.avail_in = std::uint32_t(size);
    state.next_out = to.data();
    state.avail_out = std::uint32_t(to.size());
    return isal_inflate_stateless(&state) == ISAL_DECOMP_OK && state.total_out == to.size();
}

void unshuffle(const unsigned char* from, unsigned char* to, std::size_t bytes, std::size_t each)
{
    const std::size_t count = bytes / each;
    for (std::size_t part = 0; part < each; ++part)
        for (std::size_t i = 0; i < count; ++i)
            to[i * each + part] = *from++;
}

constexpr hsize_t mostPiece = 1 << 22; // bytes: run files have no larger ones

std::vector<H5Z_filter_t> filtersOf(hid_t list)
{
    std::vector<H5Z_filter_t> filters;
    for (int i = 0, count = H5Pget_nfilters(list); i < count; ++i) {
        unsigned flags = 0;
        std::size_t none = 0;
        filters.push_back(H5Pget_filter2(list, unsigned(i), &flags, &none, nullptr, 0, nullptr, nullptr));
    }
    return filters;
}

// Takes back what the filters did, from the last to the first; `piece` has `size` bytes then.
bool unpack(const std::vector<H5Z_filter_t>& filters, std::uint32_t mask, std::size_t size, std::size_t each,
            std::vector<unsigned char>& piece)
{
    static std::vector<unsigned char> other;
    for (std::size_t i = filters.size(); i-- > 0;) {
        if (mask >> i & 1)
            continue;
        if (filters[i] == H5Z_FILTER_FLETCHER32) {
            if (piece.size() < sizeof(std::uint32_t))
                return false;
            std::uint32_t sum = 0;
            for (int k = 0; k < 4; ++k)
                sum |= std::uint32_t(piece[piece.size() - 4 + k]) << 8 * k;
            piece.resize(piece.size() - sizeof sum);
            if (sum != fletcher32(piece.data(), piece.size()))
                return false;
            continue;
        }
        other.resize(size);
        if (filters[i] == H5Z_FILTER_DEFLATE) {
            if (!inflate(piece.data(), piece.size(), other))
                return false;
        } else if (filters[i] == H5Z_FILTER_SHUFFLE) {
            if (piece.size() != size)
                return false;
            if (each == 1)
                continue;
            unshuffle(piece.data(), other.data(), size, each);
        } else {
            return false;
        }
        std::swap(piece, other);
    }
    return piece.size() == size;
}

}

bool readPacked(hid_t dataset, hid_t list, std::size_t count, std::size_t each, void* to)
{
    hsize_t rows = 0;
    if (H5Pget_layout(list) != H5D_CHUNKED || H5Pget_chunk(list, 1, &rows) != 1 || rows == 0 || rows * each > mostPiece)
        return false;
    const std::vector<H5Z_filter_t> filters = filtersOf(list);
    static std::vector<unsigned char> piece;
    const std::size_t size = std::size_t(rows) * each;
    for (hsize_t row = 0; row < count; row += rows) {
        hsize_t stored = 0;
        std::uint32_t mask = 0;
        if (H5Dget_chunk_storage_size(dataset, &row, &stored) < 0 || stored == 0 || stored > 2 * mostPiece)
            return false;
        piece.resize(stored);
        if (H5Dread_chunk(dataset, H5P_DEFAULT, &row, &mask, piece.data()) < 0 ||
            !unpack(filters, mask, size, each, piece))
            return false;
        std::memcpy(static_cast<unsigned char*>(to) + row * each, piece.data(),
                    std::min<std::size_t>(rows, count - row) * each);
    }
    return true;
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
