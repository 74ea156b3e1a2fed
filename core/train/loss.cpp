// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/loss.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/log_sigmoid.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>

namespace core::train {

std::string Loss::misfit(const data::DatasetInfo& info) const
{
    const bool pixels = info.task == "segmentation";
    const Says wanted = info.embeds() ? Says::Vectors : info.classifies() || pixels ? Says::Classes : Says::Numbers;
    return says() == wanted && (takesPixels() || !pixels) && info.task != "detection" ? ""
                                                                                      : "does not fit " + info.task;
}

std::optional<Quantiles> Loss::quantilesOf(const at::Tensor&) const
{
    return {};
}

at::Tensor NumberLoss::alignedTo(const at::Tensor& target, const at::Tensor& output) const
{
    return output.reshape(target.sizes());
}

at::Tensor NumberLoss::compute(const at::Tensor& output, const at::Tensor& target) const
{
    return each(alignedTo(target, output), target.to(output.scalar_type())).mean();
}

at::Tensor NumberLoss::perItem(const at::Tensor& output, const at::Tensor& target) const
{
    at::NoGradGuard noGraph;
    return meanOfRows(each(alignedTo(target, output), target.to(output.scalar_type())));
}

at::Tensor meanOfRows(const at::Tensor& values)
{
    return values.dim() > 1 ? values.flatten(1).mean(1) : values;
}

at::Tensor sharesOf(const at::Tensor& target, std::int64_t classes, const at::Tensor& like)
{
    if (target.dim() > 1)
        return target.to(like.scalar_type());
    return at::zeros({target.size(0), classes}, like.options()).scatter_(1, target.unsqueeze(1), 1);
}

std::int64_t outputsOneVsRest(const data::DatasetInfo& info)
{
    return info.outputs() == 2 ? 1 : info.outputs();
}

at::Tensor targetsOneVsRest(const at::Tensor& target, const at::Tensor& output)
{
    if (output.size(1) > 1)
        return sharesOf(target, output.size(1), output);
    const at::Tensor second = target.dim() > 1 ? target.narrow(1, 1, 1) : target.unsqueeze(1);
    return second.to(output.scalar_type());
}

at::Tensor scoresOneVsRest(const at::Tensor& output)
{
    return output.size(1) > 1 ? at::log_sigmoid(output) : at::cat({at::zeros_like(output), output}, 1);
}

}
