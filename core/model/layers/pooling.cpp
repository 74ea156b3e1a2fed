// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/module.h"

#include <ATen/ops/adaptive_avg_pool1d.h>
#include <ATen/ops/adaptive_avg_pool2d.h>
#include <ATen/ops/avg_pool1d.h>
#include <ATen/ops/avg_pool2d.h>
#include <ATen/ops/max_pool1d.h>
#include <ATen/ops/max_pool2d.h>
#include <ATen/ops/upsample_nearest2d.h>

namespace core::model::layers::pooling {

namespace {

struct Spec {
    std::int64_t kernelSize = 2;
    std::optional<std::int64_t> stride;
    std::int64_t padding = 0;
};
struct AdaptiveSpec {
    std::int64_t outputSize = 1;
};
struct UpsampleSpec {
    std::int64_t scaleFactor = 2;
};

base::Fields<Spec> fields()
{
    return base::Fields<Spec>{}
        .add("kernel_size", &Spec::kernelSize, base::Int{1, 1023}, {"Side of the window that becomes one number."})
        .add("stride", &Spec::stride, base::Int{1, 1023}, {"How far the window moves at a time."},
             {.nullWord = "as kernel_size"})
        .add("padding", &Spec::padding, base::Int{0, 511}, {"Points added around the edge; at most half a window."});
}

std::string needOf(int dimensions)
{
    return dimensions == 1 ? "series (channels × steps)" : "pictures (channels × height × width)";
}

/// torch.nn.MaxPool1d, MaxPool2d, AvgPool1d, AvgPool2d.
template <int dimensions, bool largest>
class Pool final : public Layer {
public:
    static base::Result<std::unique_ptr<Layer>> make(Spec spec)
    {
        if (spec.padding > spec.kernelSize / 2)
            return base::Error{base::ErrorKind::Spec, "padding is more than half of kernel_size", "/padding",
                               "Give at most " + std::to_string(spec.kernelSize / 2)};
        return std::unique_ptr<Layer>(new Pool(spec));
    }

    std::string type(const Shape&) const override
    {
        return std::string(largest ? "MaxPool" : "AvgPool") + (dimensions == 1 ? "1d" : "2d");
    }
    std::string text(const Shape&, const Shape&) const override
    {
        return textOf(Shape(dimensions, m_kernel[0])) +
               (m_stride[0] != m_kernel[0] ? ", stride " + std::to_string(m_stride[0]) : "");
    }

    base::Result<Shape> shapeBehind(const Shape& input) const override
    {
        if (input.size() != dimensions + 1)
            return misfit(needOf(dimensions), input);
        Shape output{input[0]};
        for (std::size_t i = 1; i <= dimensions; ++i) {
            const std::int64_t room = input[i] + 2 * m_padding[0] - m_kernel[0];
            if (room < 0)
                return misfit("at least " + std::to_string(m_kernel[0]) + " points each way", input);
            output.push_back(room / m_stride[0] + 1);
        }
        return output;
    }

    std::unique_ptr<Module> make(Maker&, const Shape&) const override
    {
        return moduleOf([kernel = m_kernel, stride = m_stride, padding = m_padding](const at::Tensor& x, const Mode&) {
            if constexpr (dimensions == 1)
                return largest ? at::max_pool1d(x, kernel, stride, padding)
                               : at::avg_pool1d(x, kernel, stride, padding);
            else
                return largest ? at::max_pool2d(x, kernel, stride, padding)
                               : at::avg_pool2d(x, kernel, stride, padding);
        });
    }

private:
    explicit Pool(const Spec& spec)
        : m_kernel(dimensions, spec.kernelSize),
          m_stride(dimensions, spec.stride.value_or(spec.kernelSize)),
          m_padding(dimensions, spec.padding)
    {
    }

    Shape m_kernel, m_stride, m_padding;
};

/// torch.nn.AdaptiveAvgPool1d and 2d.
template <int dimensions>
class AdaptivePool final : public Layer {
public:
    explicit AdaptivePool(AdaptiveSpec spec) : m_size(dimensions, spec.outputSize) {}

    std::string type(const Shape&) const override
    {
        return dimensions == 1 ? "AdaptiveAvgPool1d" : "AdaptiveAvgPool2d";
    }
    base::Result<Shape> shapeBehind(const Shape& input) const override
    {
        if (input.size() != dimensions + 1)
            return misfit(needOf(dimensions), input);
        Shape output = m_size;
        output.insert(output.begin(), input[0]);
        return output;
    }
    std::unique_ptr<Module> make(Maker&, const Shape&) const override
    {
        return moduleOf([size = m_size](const at::Tensor& x, const Mode&) {
            if constexpr (dimensions == 1)
                return at::adaptive_avg_pool1d(x, size);
            else
                return at::adaptive_avg_pool2d(x, size);
        });
    }

private:
    Shape m_size;
};

/// torch.nn.Upsample, nearest.
class Upsample final : public Layer {
public:
    explicit Upsample(UpsampleSpec spec) : m_factor(spec.scaleFactor) {}

    std::string type(const Shape&) const override { return "Upsample"; }
    base::Result<Shape> shapeBehind(const Shape& input) const override
    {
        if (input.size() != 3)
            return misfit(needOf(2), input);
        return Shape{input[0], input[1] * m_factor, input[2] * m_factor};
    }
    std::unique_ptr<Module> make(Maker&, const Shape&) const override
    {
        return moduleOf([factor = m_factor](const at::Tensor& x, const Mode&) {
            return at::upsample_nearest2d(x, {x.size(2) * factor, x.size(3) * factor});
        });
    }

private:
    std::int64_t m_factor;
};

base::Fields<AdaptiveSpec> adaptiveFields()
{
    return base::Fields<AdaptiveSpec>{}.add("output_size", &AdaptiveSpec::outputSize, base::Int{1, 4096},
                                            {"The side that comes out, whatever goes in."});
}

}

void enroll(Layers& all)
{
    all.add<Pool<2, true>>("MaxPool2d", "Max pooling", "Of each window of a picture only the largest value goes on.",
                           fields());
    all.add<Pool<2, false>>("AvgPool2d", "Average pooling", "Of each window of a picture the mean goes on.", fields());
    all.add<Pool<1, true>>("MaxPool1d", "Max pooling over steps",
                           "Of each window of a series only the largest value goes on.", fields());
    all.add<Pool<1, false>>("AvgPool1d", "Average pooling over steps", "Of each window of a series the mean goes on.",
                            fields());
    all.add<AdaptivePool<2>>("AdaptiveAvgPool2d", "Global average pooling",
                             "Brings pictures of any size to one size; 1: each channel's mean.", adaptiveFields());
    all.add<AdaptivePool<1>>("AdaptiveAvgPool1d", "Global average pooling over steps",
                             "Brings series of any length to one length; 1: each channel's mean.", adaptiveFields());
    all.add<Upsample>("Upsample", "Upsampling", "Repeats each pixel, so that pictures become larger.",
                      base::Fields<UpsampleSpec>{}.add("scale_factor", &UpsampleSpec::scaleFactor, base::Int{1, 64},
                                                       {"How many times larger each side becomes."}));
}

}
