// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/module.h"

#include "core/model/dropout.h"

namespace core::model {

at::Tensor dropped(const at::Tensor& input, double p, const Mode& mode, std::uint64_t place, std::int64_t whole)
{
    if (!mode.training || p <= 0)
        return input;
    std::vector<std::int64_t> shape = input.sizes().vec();
    if (whole > 0)
        std::fill(shape.begin() + std::min(whole, input.dim()), shape.end(), 1);
    // The processor draws float32 and float64; halves take the mask of float32.
    const at::ScalarType type = input.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
    const at::Tensor mask = dropoutMask(elementsOf(shape), type, input.device(), p, mode, place);
    return input.mul(mask.view(shape).to(input.scalar_type()));
}

}
