// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/tables/neighbours.h"

#include "core/data/ops/nearest.h"

namespace core::data {

std::vector<std::int32_t> nearestNeighbours(const at::Tensor& points, std::span<const std::int64_t> places,
                                            std::int64_t k)
{
    const at::Tensor dense = points.contiguous();
    const PointSet set{dense.const_data_ptr<float>(), dense.size(0), dense.size(1)};
    return set.dimensions <= mostBoxDimensions ? nearestByBoxes(set, places, k) : nearestByBlocks(set, places, k);
}

}
