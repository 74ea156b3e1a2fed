// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/pictures/mixing.h"

#include <algorithm>

namespace core::data {

std::string mixingMisfit(const DatasetInfo& info)
{
    if (info.classifies() || info.task == "regression" || info.task == "forecasting")
        return {};
    return "mixes classes or numbers, and these targets are neither";
}

at::Tensor mixedWithPrevious(const at::Tensor& rows, double share)
{
    const std::int64_t n = rows.size(0), length = n > 0 ? rows.numel() / n : 0;
    const at::Tensor from = rows.contiguous();
    at::Tensor mixed = tensor::empty(rows.sizes().vec());
    const float own = float(share), other = float(1 - share);
    float* out = mixed.mutable_data_ptr<float>();
    for (std::int64_t row = 0; row < n; ++row) {
        const float* here = from.const_data_ptr<float>() + row * length;
        const float* before = from.const_data_ptr<float>() + (row + n - 1) % n * length;
        for (std::int64_t i = 0; i < length; ++i)
            *out++ = before[i] * other + here[i] * own;
    }
    return mixed;
}

at::Tensor mixedTargets(const at::Tensor& targets, std::int64_t classes, double share)
{
    if (targets.scalar_type() != at::kLong)
        return mixedWithPrevious(targets, share);
    at::Tensor shares = tensor::zeros({targets.size(0), classes});
    for (std::int64_t row = 0; row < targets.size(0); ++row)
        shares.mutable_data_ptr<float>()[row * classes + targets.const_data_ptr<std::int64_t>()[row]] = 1;
    return mixedWithPrevious(shares, share);
}

at::Tensor pastedFromPrevious(const at::Tensor& images, const Frame& frame)
{
    const std::int64_t n = images.size(0), channels = images.size(1), height = images.size(2), width = images.size(3);
    at::Tensor made = images.clone();
    const float* in = images.const_data_ptr<float>();
    float* out = made.mutable_data_ptr<float>();
    for (std::int64_t image = 0; image < n; ++image)
        for (std::int64_t channel = 0; channel < channels; ++channel)
            for (std::int64_t y = frame.top; y < frame.top + frame.height; ++y) {
                const std::int64_t line = (channel * height + y) * width + frame.left, each = channels * height * width;
                const float* from = in + (image + n - 1) % n * each + line;
                std::copy(from, from + frame.width, out + image * each + line);
            }
    return made;
}

}
