// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/module.h"
#include "core/model/sync_norm.h"

#include <ATen/ops/batch_norm.h>
#include <ATen/ops/group_norm.h>
#include <ATen/ops/layer_norm.h>

namespace core::model::layers::normalization {

namespace {

struct BatchSpec {
    double eps = 1e-5;
    double momentum = 0.1;
};

struct GroupSpec {
    std::int64_t numGroups = 4;
    double eps = 1e-5;
};

struct EpsSpec {
    double eps = 1e-5;
};

template <class Spec>
base::Fields<Spec> withEps()
{
    return base::Fields<Spec>{}.add("eps", &Spec::eps, base::Real{.min = 0, .log = true},
                                    {"Added to the variance, so that nothing is divided by 0."});
}

base::Fields<BatchSpec> batchFields()
{
    return withEps<BatchSpec>().add("momentum", &BatchSpec::momentum, base::Real{.min = 0, .max = 1},
                                    {"The share of each batch in the running mean and variance."});
}

base::Fields<GroupSpec> groupFields()
{
    return withEps<GroupSpec>().add("num_groups", &GroupSpec::numGroups, base::Int{1, 1 << 20},
                                    {"Into how many groups of one size the channels are divided."}, {.unit = "groups"});
}

/// torch.nn.BatchNorm1d behind rows and series, BatchNorm2d behind pictures (Ioffe & Szegedy 2015): the biased variance
/// of the batch while training, the running unbiased one when evaluating.
template <std::size_t dimensions>
class BatchNormLayer final : public Layer {
public:
    explicit BatchNormLayer(BatchSpec spec) : m_spec(spec) {}

    std::string type(const Shape&) const override { return dimensions == 1 ? "BatchNorm1d" : "BatchNorm2d"; }
    std::string text(const Shape& input, const Shape&) const override
    {
        return std::to_string(input[0]) + (input.size() > 1 ? " channels" : " features");
    }

    base::Result<Shape> shapeBehind(const Shape& input) const override
    {
        if (dimensions == 2 ? input.size() != 3 : input.empty() || input.size() > 2)
            return misfit(dimensions == 2 ? "pictures (channels × height × width)" : "rows or channels × steps", input);
        return input;
    }

    std::unique_ptr<Module> make(Maker& maker, const Shape& input) const override
    {
        const Shape channels{input[0]};
        const at::Tensor weight = maker.filled("weight", channels, 1), bias = maker.filled("bias", channels, 0);
        const at::Tensor mean = maker.buffer("running_mean", channels, 0),
                         variance = maker.buffer("running_var", channels, 1),
                         batches = maker.buffer("num_batches_tracked", {}, 0, at::kLong);
        return moduleOf([=, spec = m_spec](const at::Tensor& x, const Mode& mode) {
            // A frozen one works with the statistics that it has.
            const bool training = mode.training && weight.requires_grad();
            if (training && mode.ranks) {
                if (!mode.again)
                    batches.add_(1);
                const RunningNorm running = mode.again ? RunningNorm{} : RunningNorm{mean, variance, spec.momentum};
                return syncNormWithGraph(x, weight, bias, running, spec.eps, *mode.ranks);
            }
            TORCH_CHECK(!training || x.numel() > x.size(1),
                        "batch norm needs more than one row in a batch: choose another batch_size, or drop_last");
            if (training && mode.again)
                return at::batch_norm(x, weight, bias, {}, {}, true, spec.momentum, spec.eps, true);
            if (training)
                batches.add_(1);
            return at::batch_norm(x, weight, bias, mean, variance, training, spec.momentum, spec.eps, true);
        });
    }

private:
    BatchSpec m_spec;
};

/// torch.nn.LayerNorm over the last dimension (Ba et al. 2016).
class LayerNormLayer final : public Layer {
public:
    explicit LayerNormLayer(EpsSpec spec) : m_spec(spec) {}

    std::string type(const Shape&) const override { return "LayerNorm"; }
    std::string text(const Shape& input, const Shape&) const override
    {
        return std::to_string(input.back()) + " features";
    }

    base::Result<Shape> shapeBehind(const Shape& input) const override
    {
        return input.empty() ? misfit("numbers", input) : base::Result<Shape>(input);
    }

    std::unique_ptr<Module> make(Maker& maker, const Shape& input) const override
    {
        const Shape last{input.back()};
        const at::Tensor weight = maker.filled("weight", last, 1), bias = maker.filled("bias", last, 0);
        return moduleOf([=, eps = m_spec.eps](const at::Tensor& x, const Mode&) {
            return at::layer_norm(x, last, weight, bias, eps);
        });
    }

private:
    EpsSpec m_spec;
};

/// torch.nn.GroupNorm (Wu & He 2018); with a group for each channel InstanceNorm1d and 2d with affine=True.
class GroupNormLayer final : public Layer {
public:
    explicit GroupNormLayer(GroupSpec spec) : m_groups(spec.numGroups), m_eps(spec.eps) {}
    explicit GroupNormLayer(EpsSpec spec) : m_groups(0), m_eps(spec.eps) {}

    std::string type(const Shape&) const override { return m_groups > 0 ? "GroupNorm" : "InstanceNorm"; }
    std::string text(const Shape& input, const Shape&) const override
    {
        return std::to_string(input[0]) + " channels" + (m_groups > 0 ? " in " + std::to_string(m_groups) : "");
    }

    base::Result<Shape> shapeBehind(const Shape& input) const override
    {
        if (m_groups == 0 && input.size() < 2)
            return misfit("channels of pixels or steps", input);
        if (input.empty() || (m_groups > 0 && input[0] % m_groups != 0))
            return misfit("channels that divide into " + std::to_string(m_groups) + " groups of one size", input);
        return input;
    }

    std::unique_ptr<Module> make(Maker& maker, const Shape& input) const override
    {
        const Shape channels{input[0]};
        const at::Tensor weight = maker.filled("weight", channels, 1), bias = maker.filled("bias", channels, 0);
        const std::int64_t groups = m_groups > 0 ? m_groups : input[0];
        return moduleOf([=, eps = m_eps](const at::Tensor& x, const Mode&) {
            return at::group_norm(x, groups, weight, bias, eps, true);
        });
    }

private:
    std::int64_t m_groups; ///< 0: one for each channel
    double m_eps;
};

}

void enroll(Layers& all)
{
    all.add<BatchNormLayer<2>>("BatchNorm2d", "Batch norm of pictures",
                               "Each channel gets mean 0 and variance 1 over the batch.", batchFields());
    all.add<BatchNormLayer<1>>("BatchNorm1d", "Batch norm of rows or series",
                               "Each feature or channel gets mean 0 and variance 1 over the batch.", batchFields());
    all.add<LayerNormLayer>("LayerNorm", "Layer norm",
                            "Each row, or each step of a series, gets mean 0 and variance 1 over its features.",
                            withEps<EpsSpec>());
    all.add<GroupNormLayer>("GroupNorm", "Group norm",
                            "Groups of channels get mean 0 and variance 1, each row by itself.", groupFields());
    all.add<GroupNormLayer>("InstanceNorm", "Instance norm",
                            "Each channel of each row gets mean 0 and variance 1 over its pixels or steps.",
                            withEps<EpsSpec>());
}

}
