// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/module.h"

namespace core::model::layers::shape {

namespace {

struct Spec {};
struct UnflattenSpec {
    std::vector<std::int64_t> unflattenedSize{1, 28, 28};
};

/// torch.nn.Flatten.
class Flatten final : public Layer {
public:
    explicit Flatten(Spec) {}
    std::string type(const Shape&) const override { return "Flatten"; }
    base::Result<Shape> shapeBehind(const Shape& input) const override { return Shape{elementsOf(input)}; }
    std::unique_ptr<Module> make(Maker&, const Shape&) const override
    {
        return moduleOf([](const at::Tensor& x, const Mode&) { return x.flatten(1); });
    }
};

/// torch.nn.Unflatten of rows.
class Unflatten final : public Layer {
public:
    explicit Unflatten(UnflattenSpec spec) : m_size(std::move(spec.unflattenedSize)) {}
    std::string type(const Shape&) const override { return "Unflatten"; }
    base::Result<Shape> shapeBehind(const Shape& input) const override
    {
        if (input.size() != 1 || input[0] != elementsOf(m_size))
            return misfit("rows of " + std::to_string(elementsOf(m_size)) + " numbers for " + textOf(m_size), input);
        return m_size;
    }
    std::unique_ptr<Module> make(Maker&, const Shape&) const override
    {
        return moduleOf([size = m_size](const at::Tensor& x, const Mode&) { return x.unflatten(1, size); });
    }

private:
    Shape m_size;
};

/// What recurrent layers and transformers read, steps × features: of channels × steps, of pictures by columns, of rows
/// number by number.
class ToSteps final : public Layer {
public:
    explicit ToSteps(Spec) {}
    std::string type(const Shape&) const override { return "ToSteps"; }
    base::Result<Shape> shapeBehind(const Shape& input) const override
    {
        if (input.empty())
            return misfit("series, rows or pictures", input);
        return Shape{input.back(), elementsOf(input) / input.back()};
    }
    std::unique_ptr<Module> make(Maker&, const Shape&) const override
    {
        return moduleOf([](const at::Tensor& x, const Mode&) {
            return x.dim() == 2 ? x.unsqueeze(-1) : x.flatten(1, -2).transpose(1, 2);
        });
    }
};

/// What 1-D convolutions read, channels × steps: of pictures by columns, of rows as one channel.
class ToChannels final : public Layer {
public:
    explicit ToChannels(Spec) {}
    std::string type(const Shape&) const override { return "ToChannels"; }
    base::Result<Shape> shapeBehind(const Shape& input) const override
    {
        if (input.empty())
            return misfit("series, rows or pictures", input);
        return Shape{elementsOf(input) / input.back(), input.back()};
    }
    std::unique_ptr<Module> make(Maker&, const Shape&) const override
    {
        return moduleOf(
            [](const at::Tensor& x, const Mode&) { return x.dim() == 2 ? x.unsqueeze(1) : x.flatten(1, -2); });
    }
};

/// The two dimensions the other way round.
class Transpose final : public Layer {
public:
    explicit Transpose(Spec) {}
    std::string type(const Shape&) const override { return "Transpose"; }
    base::Result<Shape> shapeBehind(const Shape& input) const override
    {
        return input.size() == 2 ? base::Result<Shape>(Shape{input[1], input[0]}) : misfit("two dimensions", input);
    }
    std::unique_ptr<Module> make(Maker&, const Shape&) const override
    {
        return moduleOf([](const at::Tensor& x, const Mode&) { return x.transpose(1, 2); });
    }
};

// Of rows that were filled up, the steps that were not are meant. [n, steps, 1], 1 or 0.
at::Tensor realSteps(const at::Tensor& x, const Mode& mode)
{
    return mode.padding.logical_not().unsqueeze(-1).to(x.scalar_type());
}

bool filledUp(const at::Tensor& x, const Mode& mode)
{
    return mode.padding.defined() && mode.padding.size(1) == x.size(1);
}

at::Tensor lastStep(const at::Tensor& x, const Mode& mode)
{
    if (!filledUp(x, mode))
        return x.select(1, -1);
    const at::Tensor last = mode.padding.logical_not().sum(1).sub(1).clamp_min(0);
    return x.gather(1, last.view({-1, 1, 1}).expand({-1, 1, x.size(2)})).squeeze(1);
}

at::Tensor meanStep(const at::Tensor& x, const Mode& mode)
{
    if (!filledUp(x, mode))
        return x.mean(1);
    const at::Tensor real = realSteps(x, mode);
    return x.mul(real).sum(1).div(real.sum(1).clamp_min(1));
}

/// One row of features out of steps × features.
template <bool last>
class OneStep final : public Layer {
public:
    explicit OneStep(Spec) {}
    std::string type(const Shape&) const override { return last ? "LastStep" : "MeanStep"; }
    base::Result<Shape> shapeBehind(const Shape& input) const override
    {
        return input.size() == 2 ? base::Result<Shape>(Shape{input[1]}) : misfit("steps × features", input);
    }
    std::unique_ptr<Module> make(Maker&, const Shape&) const override
    {
        return moduleOf(
            [](const at::Tensor& x, const Mode& mode) { return last ? lastStep(x, mode) : meanStep(x, mode); });
    }
};

}

void enroll(Layers& all)
{
    const base::Fields<Spec> none;
    all.add<Flatten>("Flatten", "Flatten", "All numbers of a row one behind the other.", none);
    all.add<Unflatten>(
        "Unflatten", "Unflatten", "Rows of numbers as pictures or series.",
        base::Fields<UnflattenSpec>{}.add("unflattened_size", &UnflattenSpec::unflattenedSize,
                                          std::make_shared<const base::List>(base::List{base::Int{1, 1 << 20}, 1, 4}),
                                          {"The shape that comes out: channels, height, width."}));
    all.add<ToSteps>("ToSteps", "To steps × features",
                     "Turns channels × steps round, so that recurrent layers and transformers can read it.", none);
    all.add<ToChannels>("ToChannels", "To channels × steps",
                        "Turns rows or pictures into series, so that 1-D convolutions can read them.", none);
    all.add<Transpose>("Transpose", "Transpose", "steps × features as channels × steps, and back.", none);
    all.add<OneStep<true>>("LastStep", "Last step", "Only what the last step says goes on.", none);
    all.add<OneStep<false>>("MeanStep", "Mean over steps", "The mean of what all steps say goes on.", none);
}

}
