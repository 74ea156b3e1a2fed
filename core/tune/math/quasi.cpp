// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/math/quasi.h"

#include "core/base/rng.h"

#include <array>
#include <bit>

namespace core::tune::math {

namespace {

constexpr int bits = 32;

struct Direction {
    unsigned polynomial; ///< primitive, its highest bit the degree
    std::array<unsigned, 10> first;
};

// new-joe-kuo-6.21201, dimensions 2 to 64.
constexpr Direction directions[] = {{3, {1}},
                                    {7, {1, 3}},
                                    {11, {1, 3, 1}},
                                    {13, {1, 1, 1}},
                                    {19, {1, 1, 3, 3}},
                                    {25, {1, 3, 5, 13}},
                                    {37, {1, 1, 5, 5, 17}},
                                    {41, {1, 1, 5, 5, 5}},
                                    {47, {1, 1, 7, 11, 19}},
                                    {55, {1, 1, 5, 1, 1}},
                                    {59, {1, 1, 1, 3, 11}},
                                    {61, {1, 3, 5, 5, 31}},
                                    {67, {1, 3, 3, 9, 7, 49}},
                                    {91, {1, 1, 1, 15, 21, 21}},
                                    {97, {1, 3, 1, 13, 27, 49}},
                                    {103, {1, 1, 1, 15, 7, 5}},
                                    {109, {1, 3, 1, 15, 13, 25}},
                                    {115, {1, 1, 5, 5, 19, 61}},
                                    {131, {1, 3, 7, 11, 23, 15, 103}},
                                    {137, {1, 3, 7, 13, 13, 15, 69}},
                                    {143, {1, 1, 3, 13, 7, 35, 63}},
                                    {145, {1, 3, 5, 9, 1, 25, 53}},
                                    {157, {1, 3, 1, 13, 9, 35, 107}},
                                    {167, {1, 3, 1, 5, 27, 61, 31}},
                                    {171, {1, 1, 5, 11, 19, 41, 61}},
                                    {185, {1, 3, 5, 3, 3, 13, 69}},
                                    {191, {1, 1, 7, 13, 1, 19, 1}},
                                    {193, {1, 3, 7, 5, 13, 19, 59}},
                                    {203, {1, 1, 3, 9, 25, 29, 41}},
                                    {211, {1, 3, 5, 13, 23, 1, 55}},
                                    {213, {1, 3, 7, 3, 13, 59, 17}},
                                    {229, {1, 3, 1, 3, 5, 53, 69}},
                                    {239, {1, 1, 5, 5, 23, 33, 13}},
                                    {241, {1, 1, 7, 7, 1, 61, 123}},
                                    {247, {1, 1, 7, 9, 13, 61, 49}},
                                    {253, {1, 3, 3, 5, 3, 55, 33}},
                                    {285, {1, 3, 1, 15, 31, 13, 49, 245}},
                                    {299, {1, 3, 5, 15, 31, 59, 63, 97}},
                                    {301, {1, 3, 1, 11, 11, 11, 77, 249}},
                                    {333, {1, 3, 1, 11, 27, 43, 71, 9}},
                                    {351, {1, 1, 7, 15, 21, 11, 81, 45}},
                                    {355, {1, 3, 7, 3, 25, 31, 65, 79}},
                                    {357, {1, 3, 1, 1, 19, 11, 3, 205}},
                                    {361, {1, 1, 5, 9, 19, 21, 29, 157}},
                                    {369, {1, 3, 7, 11, 1, 33, 89, 185}},
                                    {391, {1, 3, 3, 3, 15, 9, 79, 71}},
                                    {397, {1, 3, 7, 11, 15, 39, 119, 27}},
                                    {425, {1, 1, 3, 1, 11, 31, 97, 225}},
                                    {451, {1, 1, 1, 3, 23, 43, 57, 177}},
                                    {463, {1, 3, 7, 7, 17, 17, 37, 71}},
                                    {487, {1, 3, 1, 5, 27, 63, 123, 213}},
                                    {501, {1, 1, 3, 5, 11, 43, 53, 133}},
                                    {529, {1, 3, 5, 5, 29, 17, 47, 173, 479}},
                                    {539, {1, 3, 3, 11, 3, 1, 109, 9, 69}},
                                    {545, {1, 1, 1, 5, 17, 39, 23, 5, 343}},
                                    {557, {1, 3, 1, 5, 25, 15, 31, 103, 499}},
                                    {563, {1, 1, 1, 11, 11, 17, 63, 105, 183}},
                                    {601, {1, 1, 5, 11, 9, 29, 97, 231, 363}},
                                    {607, {1, 1, 5, 15, 19, 45, 41, 7, 383}},
                                    {617, {1, 3, 7, 7, 31, 19, 83, 137, 221}},
                                    {623, {1, 1, 1, 3, 23, 15, 111, 223, 83}},
                                    {631, {1, 1, 5, 13, 31, 15, 55, 25, 161}},
                                    {637, {1, 1, 3, 13, 25, 47, 39, 87, 257}}};
static_assert(std::size(directions) + 1 == sobolDimensions);

using Table = std::array<std::array<std::uint32_t, bits>, sobolDimensions>;

Table makeTable()
{
    Table table{};
    for (int k = 0; k < bits; ++k)
        table[0][std::size_t(k)] = 1u << (bits - 1 - k);
    for (std::size_t d = 1; d < sobolDimensions; ++d) {
        const Direction& direction = directions[d - 1];
        const int degree = int(std::bit_width(direction.polynomial)) - 1;
        auto& v = table[d];
        for (int k = 0; k < bits; ++k) {
            if (k < degree) {
                v[std::size_t(k)] = direction.first[std::size_t(k)] << (bits - 1 - k);
                continue;
            }
            std::uint32_t next = v[std::size_t(k - degree)] ^ (v[std::size_t(k - degree)] >> degree);
            for (int j = 1; j < degree; ++j)
                if ((direction.polynomial >> (degree - j)) & 1)
                    next ^= v[std::size_t(k - j)];
            v[std::size_t(k)] = next;
        }
    }
    return table;
}

std::uint32_t sobolBits(std::uint32_t index, std::size_t dimension)
{
    static const Table table = makeTable();
    std::uint32_t point = 0;
    const std::uint32_t gray = index ^ (index >> 1);
    for (std::size_t k = 0; k < bits; ++k)
        if ((gray >> k) & 1)
            point ^= table[dimension][k];
    return point;
}

std::uint32_t reversed(std::uint32_t x)
{
    x = ((x >> 1) & 0x55555555u) | ((x & 0x55555555u) << 1);
    x = ((x >> 2) & 0x33333333u) | ((x & 0x33333333u) << 2);
    x = ((x >> 4) & 0x0f0f0f0fu) | ((x & 0x0f0f0f0fu) << 4);
    x = ((x >> 8) & 0x00ff00ffu) | ((x & 0x00ff00ffu) << 8);
    return (x >> 16) | (x << 16);
}

// A bit here depends on those below it alone, which is a tree of flips once the bits are turned round.
std::uint32_t nestedFlips(std::uint32_t x, std::uint32_t key)
{
    x ^= x * 0x3d20adeau;
    x += key;
    x *= (key >> 16) | 1;
    x ^= x * 0x05526c56u;
    x ^= x * 0x53a22864u;
    return x;
}

constexpr unsigned primes[haltonDimensions] = {
    2,   3,   5,   7,   11,  13,  17,  19,  23,  29,  31,  37,  41,  43,  47,  53,  59,  61,  67,  71,  73,  79,
    83,  89,  97,  101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167, 173, 179, 181, 191, 193,
    197, 199, 211, 223, 227, 229, 233, 239, 241, 251, 257, 263, 269, 271, 277, 281, 283, 293, 307, 311};

}

double sobol(std::uint32_t index, std::size_t dimension)
{
    return double(sobolBits(index, dimension)) * 0x1p-32;
}

double scrambledSobol(std::uint32_t index, std::size_t dimension, std::uint64_t key)
{
    const std::uint64_t mixed = base::mix(key ^ base::mix(dimension + 1));
    const std::uint32_t point = reversed(nestedFlips(reversed(sobolBits(index, dimension)), std::uint32_t(mixed)));
    return (double(point) + 0.5) * 0x1p-32;
}

double halton(std::uint64_t index, std::size_t dimension)
{
    const unsigned radix = primes[dimension];
    double point = 0, part = 1.0 / radix;
    for (; index > 0; index /= radix, part /= radix)
        point += double(index % radix) * part;
    return point;
}

double scrambledHalton(std::uint64_t index, std::size_t dimension, std::uint64_t key)
{
    const unsigned radix = primes[dimension];
    const base::Draw draw(key, "halton", dimension);
    double point = 0, part = 1.0 / radix;
    // Beyond the index's own digits there are zeros, which are permuted too.
    for (std::uint64_t digit = 0; part > 0x1p-53; ++digit, index /= radix, part /= radix) {
        const auto order = base::permutation(radix, draw.within(digit));
        point += double(order[std::size_t(index % radix)]) * part;
    }
    return point < 1 ? point : 1 - 0x1p-53;
}

}
