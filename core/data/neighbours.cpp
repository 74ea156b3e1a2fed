// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/neighbours.h"

#include "core/data/ops/nearest.h"

#include <ATen/ops/addmm.h>
#include <ATen/ops/mean.h>

#include <algorithm>

namespace core::data {

namespace {

// Beyond that boxes exclude too little; measured with normally distributed points.
constexpr std::int64_t mostTreeDimensions = 6;

std::vector<std::int32_t> byTree(const at::Tensor& points, std::span<const std::int64_t> places, std::int64_t k)
{
    const KdTree tree(points.const_data_ptr<float>(), points.size(0), points.size(1));
    std::vector<std::int32_t> rowOf(std::size_t(points.size(0)), -1), found(places.size() * std::size_t(k));
    for (std::size_t i = 0; i < places.size(); ++i)
        rowOf[std::size_t(places[i])] = std::int32_t(i);
    Nearest nearest(k);
    for (const std::int32_t place : tree.order()) {
        const std::int32_t row = rowOf[std::size_t(place)];
        if (row < 0)
            continue;
        nearest.clear();
        tree.search(place, nearest);
        std::copy(nearest.places().begin(), nearest.places().end(), found.begin() + row * k);
    }
    return found;
}

// |p|² − 2·p·q for blocks of p and q at once: |q|² is the same for all p. Such sums lose digits, so a few more than k
// are kept and measured again.
class Blocks {
public:
    Blocks(const at::Tensor& points, std::int64_t k) : m_points(points.sub(points.mean(0))), m_k(k)
    {
        m_turned = m_points.t().contiguous();
        m_squares = m_points.square().sum(1);
    }

    std::vector<std::int32_t> search(std::span<const std::int64_t> places)
    {
        std::vector<std::int32_t> found;
        found.reserve(places.size() * std::size_t(m_k));
        for (std::size_t from = 0; from < places.size(); from += rows)
            searchRows(places.subspan(from, std::min(rows, places.size() - from)), found);
        return found;
    }

private:
    static constexpr std::size_t rows = 256;
    static constexpr std::int64_t columns = 1024, spare = 8;
    at::Tensor m_points, m_turned, m_squares;
    std::int64_t m_k;

    void searchRows(std::span<const std::int64_t> places, std::vector<std::int32_t>& found)
    {
        const std::int64_t n = m_points.size(0), d = m_points.size(1);
        at::Tensor chosen = tensor::empty({std::int64_t(places.size()), d});
        for (std::size_t i = 0; i < places.size(); ++i)
            std::copy_n(m_points.const_data_ptr<float>() + places[i] * d, d,
                        chosen.mutable_data_ptr<float>() + std::int64_t(i) * d);
        std::vector<Nearest> nearest(places.size(), Nearest(std::min(m_k + 1 + spare, n)));
        at::Tensor block = tensor::empty({std::int64_t(places.size()), std::min(columns, n)});
        for (std::int64_t from = 0; from < n; from += columns) {
            const std::int64_t count = std::min(columns, n - from);
            at::Tensor part = block.narrow(1, 0, count);
            at::addmm_out(part, m_squares.narrow(0, from, count), chosen, m_turned.narrow(1, from, count), 1, -2);
            for (std::size_t i = 0; i < places.size(); ++i)
                nearest[i].offerAll(part.const_data_ptr<float>() + std::int64_t(i) * part.stride(0), count,
                                    std::int32_t(from));
        }
        for (std::size_t i = 0; i < places.size(); ++i)
            measure(std::int32_t(places[i]), nearest[i].places(), found);
    }

    void measure(std::int32_t place, const std::vector<std::int32_t>& candidates,
                 std::vector<std::int32_t>& found) const
    {
        const std::int64_t d = m_points.size(1);
        const float* points = m_points.const_data_ptr<float>();
        std::vector<std::pair<double, std::int32_t>> measured;
        for (const std::int32_t other : candidates) {
            if (other == place || other >= m_points.size(0))
                continue;
            double sum = 0;
            for (std::int64_t i = 0; i < d; ++i) {
                const double apart = double(points[place * d + i]) - double(points[other * d + i]);
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

std::vector<std::int32_t> nearestNeighbours(const at::Tensor& points, std::span<const std::int64_t> places,
                                            std::int64_t k)
{
    at::NoGradGuard noGraph;
    const at::Tensor dense = points.contiguous();
    if (dense.size(1) <= mostTreeDimensions)
        return byTree(dense, places, k);
    return Blocks(dense, k).search(places);
}

}
