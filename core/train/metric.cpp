// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/metric.h"

namespace core::train {

std::vector<double> numbersOf(const at::Tensor& values)
{
    const at::Tensor here = values.detach().to(at::kCPU, at::kDouble).contiguous();
    const double* first = here.const_data_ptr<double>();
    return {first, first + here.numel()};
}

}
