// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/shared_loss.h"

#include <ATen/ops/slice_scatter.h>
#include <ATen/ops/zeros.h>

namespace core::train {

namespace {

// Of no rows, with a graph all the same: the Reducer waits for every gradient.
at::Tensor nothingOf(const at::Tensor& output)
{
    return output.sum().mul(0);
}

at::Tensor weighed(const Loss& loss, const at::Tensor& output, const at::Tensor& target, const SharedRows& rows,
                   ranks::World& world, double& share)
{
    const double own = rows.own > 0 ? loss.weightOf(target) : 0;
    const at::Tensor sum = tensor::zeros({1}, at::kDouble).fill_(own);
    world.sum(sum);
    const double all = sum.item<double>();
    share = all > 0 ? own / all : 0;
    return own > 0 ? loss.compute(output, target) : nothingOf(output);
}

// Where this rank's rows stand among those of all.
at::Tensor placed(const at::Tensor& own, const SharedRows& rows, const ranks::World& world)
{
    std::vector<std::int64_t> shape = own.sizes().vec();
    shape[0] = rows.ofAll;
    at::Tensor all = at::zeros(shape, own.options());
    if (rows.own > 0)
        all.slice(0, world.rank(), rows.ofAll, world.size()).copy_(own);
    return all;
}

at::Tensor gathered(const Loss& loss, const at::Tensor& output, const at::Tensor& target, const SharedRows& rows,
                    ranks::World& world)
{
    at::Tensor outputs, targets;
    {
        const at::NoGradGuard noGraph;
        outputs = placed(output.detach(), rows, world);
        targets = placed(target, rows, world);
        world.sum(outputs);
        world.sum(targets);
    }
    return rows.own > 0
               ? loss.compute(at::slice_scatter(outputs, output, 0, world.rank(), rows.ofAll, world.size()), targets)
               : nothingOf(output);
}

}

SharedLoss sharedLoss(const Loss& loss, const at::Tensor& output, const at::Tensor& target, const SharedRows& rows,
                      ranks::World& world)
{
    const Loss::Joins joins =
        world.size() > 1 && rows.inTurns ? loss.joins(target) : Loss::Joins::ByRows; // the same on all ranks
    if (joins == Loss::Joins::ByRows)
        return {loss.compute(output, target), rows.own, rows.own};
    if (joins == Loss::Joins::ByWeights) {
        double share = 0;
        const at::Tensor value = weighed(loss, output, target, rows, world, share);
        return {value, share * double(rows.ofAll), share * double(rows.ofAll)};
    }
    // Each rank has the whole's loss, and of its gradient what goes through its own rows.
    return {gathered(loss, output, target, rows, world), rows.own, rows.own > 0 ? double(rows.ofAll) : 0};
}

}
