// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/ops/nearest.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <numeric>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace core::data {

namespace {

// Six rows times sixteen columns of dot products stay in registers: with AVX2 twelve of sixteen, with AVX-512 six.
constexpr std::int64_t tileRows = 6, tileColumns = 16;
// Rows that are compared with a panel of columns one after another; a whole number of tiles and of panels.
constexpr std::int64_t blockRows = 96;
// Sums of products lose digits where direct differences do not: so many more are kept and measured again.
constexpr std::int64_t spare = 4;

/// One tile. `closeness` of row r and column c is their dot product. What may be near: where it reaches the row's bound
/// less half the column's square, or the column's bound less half the row's square.
struct Tile {
    const float* rows;    // [tileRows, dimensions]
    const float* columns; // [dimensions, tileColumns]
    const float* rowHalves;
    const float* columnHalves;
    const float* rowBounds;
    const float* columnBounds; // infinite where columns ask nothing
    std::int64_t dimensions;
    float (*closeness)[tileColumns];
    std::uint32_t* forRows;    // [tileRows]: bit c, where column c may be near to the row
    std::uint32_t* forColumns; // [tileRows]: bit c, where the row may be near to column c
};

using Fill = bool (*)(const Tile&);

bool fillPlain(const Tile& tile)
{
    float sums[tileRows][tileColumns] = {};
    const float* column = tile.columns;
    for (std::int64_t d = 0; d < tile.dimensions; ++d, column += tileColumns)
        for (std::int64_t r = 0; r < tileRows; ++r)
            for (std::int64_t c = 0; c < tileColumns; ++c)
                sums[r][c] += column[c] * tile.rows[r * tile.dimensions + d];
    std::uint32_t any = 0;
    for (std::int64_t r = 0; r < tileRows; ++r) {
        std::uint32_t forRow = 0, forColumns = 0;
        for (std::int64_t c = 0; c < tileColumns; ++c) {
            forRow |= std::uint32_t(sums[r][c] - tile.columnHalves[c] >= tile.rowBounds[r]) << c;
            forColumns |= std::uint32_t(sums[r][c] - tile.rowHalves[r] >= tile.columnBounds[c]) << c;
        }
        tile.forRows[r] = forRow;
        tile.forColumns[r] = forColumns;
        any |= forRow | forColumns;
    }
    if (any)
        std::memcpy(tile.closeness, sums, sizeof sums);
    return any != 0;
}

#if defined(__x86_64__)
__attribute__((target("avx2,fma"))) bool fillAvx2(const Tile& tile)
{
    __m256 sums[tileRows][2];
    for (auto& row : sums)
        row[0] = row[1] = _mm256_setzero_ps();
    const float* column = tile.columns;
    for (std::int64_t d = 0; d < tile.dimensions; ++d, column += tileColumns) {
        const __m256 left = _mm256_loadu_ps(column), right = _mm256_loadu_ps(column + 8);
        for (std::int64_t r = 0; r < tileRows; ++r) {
            const __m256 value = _mm256_broadcast_ss(tile.rows + r * tile.dimensions + d);
            sums[r][0] = _mm256_fmadd_ps(left, value, sums[r][0]);
            sums[r][1] = _mm256_fmadd_ps(right, value, sums[r][1]);
        }
    }
    std::uint32_t any = 0;
    for (std::int64_t r = 0; r < tileRows; ++r) {
        const __m256 bound = _mm256_set1_ps(tile.rowBounds[r]), half = _mm256_set1_ps(tile.rowHalves[r]);
        tile.forRows[r] = tile.forColumns[r] = 0;
        for (int side = 0; side < 2; ++side) {
            const __m256 toRow = _mm256_sub_ps(sums[r][side], _mm256_loadu_ps(tile.columnHalves + 8 * side));
            const __m256 toColumn = _mm256_sub_ps(sums[r][side], half);
            const __m256 bounds = _mm256_loadu_ps(tile.columnBounds + 8 * side);
            tile.forRows[r] |= std::uint32_t(_mm256_movemask_ps(_mm256_cmp_ps(toRow, bound, _CMP_GE_OQ))) << 8 * side;
            tile.forColumns[r] |= std::uint32_t(_mm256_movemask_ps(_mm256_cmp_ps(toColumn, bounds, _CMP_GE_OQ)))
                                  << 8 * side;
        }
        any |= tile.forRows[r] | tile.forColumns[r];
    }
    for (std::int64_t r = 0; any && r < tileRows; ++r)
        for (int side = 0; side < 2; ++side)
            _mm256_storeu_ps(tile.closeness[r] + 8 * side, sums[r][side]);
    return any != 0;
}

__attribute__((target("avx512f"))) bool fillAvx512(const Tile& tile)
{
    __m512 sums[tileRows];
    for (__m512& row : sums)
        row = _mm512_setzero_ps();
    const float* column = tile.columns;
    for (std::int64_t d = 0; d < tile.dimensions; ++d, column += tileColumns) {
        const __m512 values = _mm512_loadu_ps(column);
        for (std::int64_t r = 0; r < tileRows; ++r)
            sums[r] = _mm512_fmadd_ps(values, _mm512_set1_ps(tile.rows[r * tile.dimensions + d]), sums[r]);
    }
    const __m512 halves = _mm512_loadu_ps(tile.columnHalves), bounds = _mm512_loadu_ps(tile.columnBounds);
    std::uint32_t any = 0;
    for (std::int64_t r = 0; r < tileRows; ++r) {
        tile.forRows[r] =
            _mm512_cmp_ps_mask(_mm512_sub_ps(sums[r], halves), _mm512_set1_ps(tile.rowBounds[r]), _CMP_GE_OQ);
        tile.forColumns[r] =
            _mm512_cmp_ps_mask(_mm512_sub_ps(sums[r], _mm512_set1_ps(tile.rowHalves[r])), bounds, _CMP_GE_OQ);
        any |= tile.forRows[r] | tile.forColumns[r];
    }
    for (std::int64_t r = 0; any && r < tileRows; ++r)
        _mm512_storeu_ps(tile.closeness[r], sums[r]);
    return any != 0;
}

Fill fastest()
{
    if (__builtin_cpu_supports("avx512f"))
        return fillAvx512;
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? fillAvx2 : fillPlain;
}
#else
Fill fastest()
{
    return fillPlain;
}
#endif

/// Points around their mean, as rows and as panels of columns, padded with points that are near to nothing.
struct Layout {
    std::int64_t count, padded, dimensions;
    std::vector<float> rows, panels, halves;

    Layout(const PointSet& points, std::span<const std::int64_t> places)
        : count(std::int64_t(places.size())),
          padded((count + blockRows - 1) / blockRows * blockRows),
          dimensions(points.dimensions),
          rows(std::size_t(padded * dimensions)),
          panels(rows.size()),
          halves(std::size_t(padded), std::numeric_limits<float>::infinity())
    {
        std::vector<double> mean(static_cast<std::size_t>(dimensions));
        for (std::int64_t i = 0; i < points.count * dimensions; ++i)
            mean[std::size_t(i % dimensions)] += double(points.values[i]) / double(points.count);
        for (std::int64_t i = 0; i < count; ++i) {
            double square = 0;
            for (std::int64_t d = 0; d < dimensions; ++d) {
                const float value =
                    float(points.values[places[std::size_t(i)] * dimensions + d] - mean[std::size_t(d)]);
                rows[std::size_t(i * dimensions + d)] = value;
                panels[std::size_t(i / tileColumns * tileColumns * dimensions + d * tileColumns + i % tileColumns)] =
                    value;
                square += double(value) * value;
            }
            halves[std::size_t(i)] = float(square / 2);
        }
    }
};

class AllPairs {
public:
    AllPairs(const PointSet& points, std::span<const std::int64_t> places, std::int64_t k)
        : m_points(points),
          m_places(places),
          m_k(k),
          m_columns(points, everyPlace()),
          m_symmetric(std::equal(places.begin(), places.end(), m_every.begin(), m_every.end())),
          m_ownRows(m_symmetric ? Layout(points, {}) : Layout(points, places)),
          m_rows(m_symmetric ? m_columns : m_ownRows),
          m_nearest(places.size(), Nearest(std::min(k + spare, points.count - 1))),
          // Padding has no bound that anything reaches.
          m_bounds(std::size_t(m_rows.padded), std::numeric_limits<float>::infinity())
    {
        std::fill_n(m_bounds.begin(), places.size(), -std::numeric_limits<float>::infinity());
    }

    std::vector<std::int32_t> search()
    {
        for (std::int64_t block = 0; block < m_rows.count; block += blockRows) {
            // Pairs of different blocks are computed once for both.
            const std::int64_t from = m_symmetric ? block : 0;
            for (std::int64_t column = from; column < m_columns.count; column += tileColumns) {
                const bool both = m_symmetric && column >= block + blockRows;
                for (std::int64_t row = block; row < std::min(block + blockRows, m_rows.count); row += tileRows)
                    compare(row, column, both);
            }
        }
        std::vector<std::int32_t> found;
        found.reserve(m_places.size() * std::size_t(m_k));
        for (std::size_t i = 0; i < m_places.size(); ++i)
            measure(std::int32_t(m_places[i]), m_nearest[i].places(), found);
        return found;
    }

private:
    PointSet m_points;
    std::span<const std::int64_t> m_places;
    std::int64_t m_k;
    std::vector<std::int64_t> m_every;
    Layout m_columns;
    bool m_symmetric;
    Layout m_ownRows;
    const Layout& m_rows;
    std::vector<Nearest> m_nearest;
    std::vector<float> m_bounds; // per row: closeness less half a square that is near enough
    std::vector<float> m_noBounds = std::vector<float>(tileColumns, std::numeric_limits<float>::infinity());
    Fill m_fill = fastest();

    std::span<const std::int64_t> everyPlace()
    {
        m_every.resize(std::size_t(m_points.count));
        std::iota(m_every.begin(), m_every.end(), 0);
        return m_every;
    }

    void compare(std::int64_t row, std::int64_t column, bool both)
    {
        alignas(64) float closeness[tileRows][tileColumns];
        std::uint32_t forRows[tileRows], forColumns[tileRows];
        const Tile tile{m_rows.rows.data() + row * m_rows.dimensions,
                        m_columns.panels.data() + column * m_columns.dimensions,
                        m_rows.halves.data() + row,
                        m_columns.halves.data() + column,
                        m_bounds.data() + row,
                        both ? m_bounds.data() + column : m_noBounds.data(),
                        m_columns.dimensions,
                        closeness,
                        forRows,
                        forColumns};
        if (!m_fill(tile))
            return;
        for (std::int64_t r = 0; r < tileRows; ++r) {
            for (std::uint32_t left = forRows[r]; left != 0; left &= left - 1) {
                const int c = std::countr_zero(left);
                offer(row + r, column + c, closeness[r][c] - tile.columnHalves[c]);
            }
            for (std::uint32_t left = forColumns[r]; left != 0; left &= left - 1) {
                const int c = std::countr_zero(left);
                offer(column + c, row + r, closeness[r][c] - tile.rowHalves[r]);
            }
        }
    }

    void offer(std::int64_t row, std::int64_t column, float closeness)
    {
        // The bound may have risen since the tile was filled. Padding comes as infinitely far, or has no bound.
        if (row >= m_rows.count || column >= m_columns.count || !(closeness >= m_bounds[std::size_t(row)]) ||
            column == m_places[std::size_t(row)])
            return;
        Nearest& nearest = m_nearest[std::size_t(row)];
        nearest.offer(-closeness, std::int32_t(column));
        m_bounds[std::size_t(row)] = -nearest.worst();
    }

    void measure(std::int32_t place, const std::vector<std::int32_t>& candidates,
                 std::vector<std::int32_t>& found) const
    {
        std::vector<std::pair<double, std::int32_t>> measured;
        for (const std::int32_t other : candidates) {
            double sum = 0;
            for (std::int64_t d = 0; d < m_points.dimensions; ++d) {
                const double apart = double(m_points.values[place * m_points.dimensions + d]) -
                                     double(m_points.values[other * m_points.dimensions + d]);
                sum += apart * apart;
            }
            measured.emplace_back(sum, other);
        }
        std::partial_sort(measured.begin(), measured.begin() + m_k, measured.end());
        for (std::int64_t i = 0; i < m_k; ++i)
            found.push_back(measured[std::size_t(i)].second);
    }
};

}

std::vector<std::int32_t> nearestByBlocks(const PointSet& points, std::span<const std::int64_t> places, std::int64_t k)
{
    return AllPairs(points, places, k).search();
}

}
