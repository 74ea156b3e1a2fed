// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/module.h"

#include <ATen/ops/convolution.h>

#include <algorithm>

namespace core::model::layers::convolution {

namespace {

struct Spec {
    std::int64_t outChannels = 32;
    std::int64_t kernelSize = 3;
    std::int64_t stride = 1;
    std::int64_t padding = 0;
    std::int64_t dilation = 1;
    std::int64_t groups = 1;
    bool bias = true;
};

base::Fields<Spec> fields()
{
    return base::Fields<Spec>{}
        .add("out_channels", &Spec::outChannels, base::Int{1, 1 << 20}, {"Filters: maps that come out."},
             {.unit = "channels"})
        .add("kernel_size", &Spec::kernelSize, base::Int{1, 1023}, {"Side of what each neuron looks at."})
        .add("stride", &Spec::stride, base::Int{1, 1023}, {"How far the filter moves at a time; 2 halves the size."})
        .add("padding", &Spec::padding, base::Int{0, 1023},
             {"Zeros around the edge; half of kernel_size keeps the size."})
        .add("dilation", &Spec::dilation, base::Int{1, 1023}, {"Distance of the points that the filter looks at."})
        .add("groups", &Spec::groups, base::Int{1, 1 << 20},
             {"Parts of the channels that see nothing of each other. As many as channels: depthwise."})
        .add("bias", &Spec::bias, base::Flag{}, {"Needless in front of a batch norm, which subtracts it again."});
}

/// torch.nn.Conv1d, Conv2d and, turned round, ConvTranspose2d: square kernels, zeros around.
template <int dimensions, bool transposed = false>
class Convolution final : public Layer {
public:
    explicit Convolution(Spec spec) : m_spec(spec) {}

    std::string type(const Shape&) const override
    {
        return transposed ? "ConvTranspose2d" : dimensions == 1 ? "Conv1d" : "Conv2d";
    }

    std::string text(const Shape&, const Shape&) const override
    {
        const std::string side = std::to_string(m_spec.kernelSize);
        return side + (dimensions == 2 ? "×" + side : "") + ", " + std::to_string(m_spec.outChannels) + " channels" +
               (m_spec.stride > 1 ? ", stride " + std::to_string(m_spec.stride) : "");
    }

    base::Result<Shape> shapeBehind(const Shape& input) const override
    {
        if (input.size() != dimensions + 1)
            return misfit(dimensions == 1 ? "series (channels × steps)" : "pictures (channels × height × width)",
                          input);
        if (input[0] % m_spec.groups != 0 || m_spec.outChannels % m_spec.groups != 0)
            return misfit("channels that divide into " + std::to_string(m_spec.groups) + " groups, in and out", input);
        Shape output{m_spec.outChannels};
        const std::int64_t reach = m_spec.dilation * (m_spec.kernelSize - 1) + 1;
        for (int i = 1; i <= dimensions; ++i) {
            const std::int64_t room = input[std::size_t(i)] + 2 * m_spec.padding - reach;
            const std::int64_t side = transposed
                                          ? (input[std::size_t(i)] - 1) * m_spec.stride - 2 * m_spec.padding + reach
                                          : (room < 0 ? 0 : room / m_spec.stride + 1);
            if (side < 1)
                return misfit("at least " + std::to_string(reach) + " points each way for a kernel of " +
                                  std::to_string(m_spec.kernelSize),
                              input);
            output.push_back(side);
        }
        return output;
    }

    std::unique_ptr<Module> make(Maker& maker, const Shape& input) const override
    {
        Shape shape = transposed ? Shape{input[0], m_spec.outChannels / m_spec.groups}
                                 : Shape{m_spec.outChannels, input[0] / m_spec.groups};
        shape.insert(shape.end(), dimensions, m_spec.kernelSize);
        const at::Tensor weight = maker.weight("weight", shape);
        std::optional<at::Tensor> bias;
        if (m_spec.bias)
            bias = maker.bias("bias", m_spec.outChannels, fanInOf(shape));
        const Shape stride(dimensions, m_spec.stride), padding(dimensions, m_spec.padding),
            dilation(dimensions, m_spec.dilation), none(dimensions, 0);
        return moduleOf([=, groups = m_spec.groups](const at::Tensor& x, const Mode&) {
            return at::convolution(x, weight, bias, stride, padding, dilation, transposed, none, groups);
        });
    }

private:
    Spec m_spec;
};

}

void enroll(Layers& all)
{
    all.add<Convolution<2>>("Conv2d", "Convolution", "Small filters that slide over pictures.", fields());
    all.add<Convolution<1>>("Conv1d", "Convolution over steps", "Small filters that slide along a series.", fields());
    all.add<Convolution<2, true>>("ConvTranspose2d", "Transposed convolution",
                                  "Each point paints a small filter: pictures become larger with a stride.", fields());
}

}
