// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/relu_pool.h"

#include <algorithm>

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
#define DESCENT_WIDE_POOL
#endif

namespace core::model {

namespace {

constexpr int nowhere = largestPool * largestPool;

/// The windows of one row of them.
struct Windows {
    const float* pixels; ///< the first window's corner
    std::int64_t columns, channels, size, line;
    float* output;
    std::uint8_t* places;
};

void poolPlain(const Windows& row, std::int64_t from)
{
    for (std::int64_t column = 0; column < row.columns; ++column)
        for (std::int64_t c = from; c < row.channels; ++c) {
            const float* corner = row.pixels + column * row.size * row.channels + c;
            float best = 0;
            int place = nowhere;
            for (std::int64_t y = 0; y < row.size; ++y)
                for (std::int64_t x = 0; x < row.size; ++x) {
                    const float value = corner[y * row.line + x * row.channels];
                    // What is not a number is passed on, as PyTorch passes it on.
                    if (value > best || value != value) {
                        best = value;
                        place = int(y * row.size + x);
                    }
                }
            row.output[column * row.channels + c] = best;
            if (row.places)
                row.places[column * row.channels + c] = std::uint8_t(place);
        }
}

/// One line of pixels, the `y`-th of its windows.
struct SlopeLine {
    const float* gradient;
    const std::uint8_t* places;
    std::int64_t columns, channels, size, y;
    float* pixels;
};

void spreadPlain(const SlopeLine& line, std::int64_t from)
{
    for (std::int64_t column = 0; column < line.columns; ++column)
        for (std::int64_t x = 0; x < line.size; ++x) {
            float* to = line.pixels + (column * line.size + x) * line.channels;
            const int here = int(line.y * line.size + x);
            for (std::int64_t c = from; c < line.channels; ++c) {
                const std::int64_t window = column * line.channels + c;
                to[c] = (line.places[window] == here ? line.gradient[window] : 0) + 0.0f; // no −0, as where it is added
            }
        }
}

#ifdef DESCENT_WIDE_POOL
constexpr std::int64_t floatsAtOnce = 8;

// Channels that fill whole registers; the number of them.
__attribute__((target("avx2"))) std::int64_t poolWide(const Windows& row)
{
    const std::int64_t whole = row.channels / floatsAtOnce * floatsAtOnce;
    // The lowest byte of each number, those of the lower half beside those of the upper one.
    const __m256i lowest = _mm256_set1_epi32(0x0c080400);
    for (std::int64_t column = 0; column < row.columns; ++column) {
        const float* corner = row.pixels + column * row.size * row.channels;
        float* output = row.output + column * row.channels;
        for (std::int64_t c = 0; c < whole; c += floatsAtOnce) {
            __m256 best = _mm256_setzero_ps();
            __m256i place = _mm256_set1_epi32(nowhere);
            for (std::int64_t y = 0; y < row.size; ++y)
                for (std::int64_t x = 0; x < row.size; ++x) {
                    const __m256 value = _mm256_loadu_ps(corner + y * row.line + x * row.channels + c);
                    const __m256 better =
                        _mm256_or_ps(_mm256_cmp_ps(value, best, _CMP_GT_OQ), _mm256_cmp_ps(value, value, _CMP_UNORD_Q));
                    best = _mm256_blendv_ps(best, value, better);
                    place = _mm256_blendv_epi8(place, _mm256_set1_epi32(int(y * row.size + x)),
                                               _mm256_castps_si256(better));
                }
            _mm256_storeu_ps(output + c, best);
            if (row.places) {
                const __m256i bytes = _mm256_shuffle_epi8(place, lowest);
                _mm_storel_epi64(reinterpret_cast<__m128i*>(row.places + column * row.channels + c),
                                 _mm_unpacklo_epi32(_mm256_castsi256_si128(bytes), _mm256_extracti128_si256(bytes, 1)));
            }
        }
    }
    return whole;
}

__attribute__((target("avx2"))) std::int64_t spreadWide(const SlopeLine& line)
{
    const std::int64_t whole = line.channels / floatsAtOnce * floatsAtOnce;
    for (std::int64_t column = 0; column < line.columns; ++column)
        for (std::int64_t x = 0; x < line.size; ++x) {
            float* to = line.pixels + (column * line.size + x) * line.channels;
            const __m256i here = _mm256_set1_epi32(int(line.y * line.size + x));
            for (std::int64_t c = 0; c < whole; c += floatsAtOnce) {
                const std::int64_t window = column * line.channels + c;
                const __m256i place =
                    _mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(line.places + window)));
                const __m256 chosen = _mm256_castsi256_ps(_mm256_cmpeq_epi32(place, here));
                const __m256 slope = _mm256_and_ps(chosen, _mm256_loadu_ps(line.gradient + window));
                _mm256_storeu_ps(to + c, _mm256_add_ps(slope, _mm256_setzero_ps()));
            }
        }
    return whole;
}

const bool poolsWide = __builtin_cpu_supports("avx2");
#else
constexpr bool poolsWide = false;
std::int64_t poolWide(const Windows&)
{
    return 0;
}
std::int64_t spreadWide(const SlopeLine&)
{
    return 0;
}
#endif

}

void reluPool(const PooledPicture& picture, const float* pixels, float* output, std::uint8_t* places)
{
    const std::int64_t line = picture.width * picture.channels, windows = picture.columns() * picture.channels;
    for (std::int64_t row = 0; row < picture.rows(); ++row) {
        const Windows all{pixels + row * picture.size * line,
                          picture.columns(),
                          picture.channels,
                          picture.size,
                          line,
                          output + row * windows,
                          places ? places + row * windows : nullptr};
        poolPlain(all, poolsWide ? poolWide(all) : 0);
    }
}

void reluPoolBackward(const PooledPicture& picture, const float* gradient, const std::uint8_t* places, float* pixels)
{
    const std::int64_t line = picture.width * picture.channels, windows = picture.columns() * picture.channels;
    const std::int64_t inWindows = windows * picture.size;
    for (std::int64_t y = 0; y < picture.height; ++y, pixels += line) {
        const std::int64_t row = y / picture.size;
        if (row >= picture.rows()) {
            std::fill(pixels, pixels + line, 0.0f);
            continue;
        }
        const SlopeLine all{gradient + row * windows,
                            places + row * windows,
                            picture.columns(),
                            picture.channels,
                            picture.size,
                            y % picture.size,
                            pixels};
        spreadPlain(all, poolsWide ? spreadWide(all) : 0);
        std::fill(pixels + inWindows, pixels + line, 0.0f);
    }
}

}
