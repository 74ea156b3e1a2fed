// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/cover_blend.h"

#include <algorithm>
#include <cstring>
#include <iterator>

namespace ui::plots {

namespace {

/// Numbers side by side; the compiler makes the processor's vectors of them, whichever those are.
using Eight = std::uint16_t __attribute__((vector_size(16)));
using Four = std::uint32_t __attribute__((vector_size(16)));
using EightBytes = std::uint8_t __attribute__((vector_size(8)));

[[gnu::always_inline]] inline bool isNothing(const Eight& cover)
{
    std::uint64_t words[2];
    std::memcpy(words, &cover, sizeof words);
    return (words[0] | words[1]) == 0;
}

[[gnu::always_inline]] inline bool isWhole(const Eight& cover)
{
    // Cover is at most 256, whose bit nothing less has.
    std::uint64_t words[2];
    std::memcpy(words, &cover, sizeof words);
    return (words[0] & words[1]) == 0x0100010001000100ULL;
}

/// Vectors of eight numbers: two pixels at once.
struct Narrow {
    Eight color;

    [[gnu::always_inline]] explicit Narrow(const QRgb* pixels)
    {
        EightBytes two;
        std::memcpy(&two, pixels, sizeof two);
        color = __builtin_convertvector(two, Eight);
    }

    /// Source over destination. No sum is above 65 535: colour and alpha are premultiplied, and the rest is rounded
    /// down.
    /// These are what eight pixels are multiplied by and added to, every figure once a channel.
    struct Weights {
        Eight add[4], rest[4];
    };
    [[gnu::always_inline]] void weigh(Weights& weights, const Eight& cover, const Eight& rest) const
    {
        constexpr Eight pairs[4] = {
            {0, 0, 0, 0, 1, 1, 1, 1}, {2, 2, 2, 2, 3, 3, 3, 3}, {4, 4, 4, 4, 5, 5, 5, 5}, {6, 6, 6, 6, 7, 7, 7, 7}};
        for (int i = 0; i < 4; ++i) {
            weights.add[i] = color * __builtin_shuffle(cover, pairs[i]) + 128;
            weights.rest[i] = __builtin_shuffle(rest, pairs[i]);
        }
    }
    [[gnu::always_inline]] static void eight(std::uint8_t* pixel, const Weights& weights)
    {
        for (int i = 0; i < 4; ++i, pixel += 8) {
            EightBytes bytes;
            std::memcpy(&bytes, pixel, sizeof bytes);
            bytes = __builtin_convertvector(
                (__builtin_convertvector(bytes, Eight) * weights.rest[i] + weights.add[i]) >> 8, EightBytes);
            std::memcpy(pixel, &bytes, sizeof bytes);
        }
    }
};

/// Adds up the changes of cover from row to row and lays the colour over what is there.
template <class Blend>
[[gnu::always_inline]] inline void blendRows(PixelColumns columns, const std::int16_t* changes, int changeStride,
                                             QRgb premultiplied)
{
    // 0 … 256, so that what is covered by an opaque colour leaves nothing of what was there.
    const auto alpha = std::uint16_t(qAlpha(premultiplied) + (qAlpha(premultiplied) >> 7));
    QRgb pixels[8];
    std::fill(std::begin(pixels), std::end(pixels), premultiplied);
    const Blend blend(pixels);
    typename Blend::Weights weights;
    Eight cover = {};
    bool nothing = true, whole = false;
    for (int y = 0; y < columns.height; ++y, columns.row += columns.stride, changes += changeStride) {
        Eight change;
        std::memcpy(&change, changes, sizeof change);
        // Most rows are covered like the one above.
        if (!isNothing(change)) {
            cover += change;
            nothing = isNothing(cover);
            whole = alpha == wholeCover && isWhole(cover);
            blend.weigh(weights, cover,
                        alpha == wholeCover ? wholeCover - cover : wholeCover - ((cover * alpha + 255) >> 8));
        }
        if (nothing)
            continue;
        if (columns.width < 8) {
            std::uint8_t copy[sizeof pixels] = {};
            std::memcpy(copy, columns.row, std::size_t(4 * columns.width));
            blend.eight(copy, weights);
            std::memcpy(columns.row, copy, std::size_t(4 * columns.width));
        } else if (whole) {
            std::memcpy(columns.row, pixels, sizeof pixels);
        } else {
            blend.eight(columns.row, weights);
        }
    }
}

#ifdef __x86_64__

/// Vectors of sixteen numbers (AVX2): four pixels at once.
struct Wide {
    using Sixteen = std::uint16_t __attribute__((vector_size(32)));
    using SixteenBytes = std::uint8_t __attribute__((vector_size(16)));
    Sixteen color;

    [[gnu::always_inline]] explicit Wide(const QRgb* pixels)
    {
        SixteenBytes four;
        std::memcpy(&four, pixels, sizeof four);
        color = __builtin_convertvector(four, Sixteen);
    }

    struct Weights {
        Sixteen add[2], rest[2];
    };
    [[gnu::always_inline]] void weigh(Weights& weights, const Eight& cover, const Eight& rest) const
    {
        weights.add[0] = color * __builtin_shufflevector(cover, cover, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3);
        weights.add[1] = color * __builtin_shufflevector(cover, cover, 4, 4, 4, 4, 5, 5, 5, 5, 6, 6, 6, 6, 7, 7, 7, 7);
        weights.rest[0] = __builtin_shufflevector(rest, rest, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3);
        weights.rest[1] = __builtin_shufflevector(rest, rest, 4, 4, 4, 4, 5, 5, 5, 5, 6, 6, 6, 6, 7, 7, 7, 7);
        weights.add[0] += 128;
        weights.add[1] += 128;
    }
    [[gnu::always_inline]] static void eight(std::uint8_t* pixel, const Weights& weights)
    {
        for (int i = 0; i < 2; ++i, pixel += 16) {
            SixteenBytes bytes;
            std::memcpy(&bytes, pixel, sizeof bytes);
            bytes = __builtin_convertvector(
                (__builtin_convertvector(bytes, Sixteen) * weights.rest[i] + weights.add[i]) >> 8, SixteenBytes);
            std::memcpy(pixel, &bytes, sizeof bytes);
        }
    }
};

[[gnu::target("avx2")]] void blendWide(PixelColumns columns, const std::int16_t* changes, int changeStride,
                                       QRgb premultiplied)
{
    blendRows<Wide>(columns, changes, changeStride, premultiplied);
}

#endif

}

void blendColumns(PixelColumns columns, const std::int16_t* changes, int changeStride, QRgb premultiplied)
{
#ifdef __x86_64__
    static const bool wide = __builtin_cpu_supports("avx2");
    if (wide)
        return blendWide(columns, changes, changeStride, premultiplied);
#endif
    blendColumnsPlain(columns, changes, changeStride, premultiplied);
}

void blendColumnsPlain(PixelColumns columns, const std::int16_t* changes, int changeStride, QRgb premultiplied)
{
    blendRows<Narrow>(columns, changes, changeStride, premultiplied);
}

}
