// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/chain.h"

#include "core/model/checkpointed.h"
#include "core/model/module.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/upsample_nearest2d.h>

#include <utility>

namespace core::model {

namespace {

struct Named {
    std::string name, type; ///< the whole name
    std::unique_ptr<Module> module;
    std::size_t parameters = 0, buffers = 0; ///< how many it asked for
};
using Modules = std::vector<Named>;

Modules modulesOf(const Parts& parts, Maker& maker, Shape shape)
{
    Modules modules;
    for (const Part& part : parts) {
        const Maker::Within within(maker, part.name);
        const std::size_t parameters = maker.parameters.size(), buffers = maker.buffers.size();
        Named each{maker.prefix(), part.layer->type(shape), part.layer->make(maker, shape)};
        each.parameters = maker.parameters.size() - parameters;
        each.buffers = maker.buffers.size() - buffers;
        modules.push_back(std::move(each));
        shape = *part.layer->shapeBehind(shape);
    }
    return modules;
}

at::Tensor through(const Modules& modules, at::Tensor values, const Mode& mode)
{
    for (const Named& each : modules) {
        at::Tensor output = each.module->forward(values, mode);
        if (mode.watch)
            (*mode.watch)({each.name, each.type, values, output});
        values = std::move(output);
    }
    return values;
}

base::Result<Shape> behind(const Parts& parts, Shape shape)
{
    for (const Part& part : parts) {
        auto next = part.layer->shapeBehind(shape);
        if (!next)
            return base::Error{next.error().kind,
                               (part.name.empty() ? "" : part.name + ", ") + part.layer->type(shape) + ": " +
                                   next.error().message,
                               next.error().where, next.error().advice};
        shape = std::move(*next);
    }
    return shape;
}

class ChainModule final : public Module {
public:
    explicit ChainModule(Modules modules) : m_modules(std::move(modules)) {}

    at::Tensor forward(const at::Tensor& input, const Mode& mode) override
    {
        if (mode.checkpoints < 2 || mode.watch || !mode.training || !at::GradMode::is_enabled())
            return through(m_modules, input, mode);
        return inParts(input, mode);
    }
    void setDropout(double p) override
    {
        for (Named& each : m_modules)
            each.module->setDropout(p);
    }
    // Chains inside a chain count as their layers.
    void addLinks(std::vector<Link>& into) const
    {
        for (const Named& each : m_modules)
            if (const auto* chain = dynamic_cast<const ChainModule*>(each.module.get()))
                chain->addLinks(into);
            else
                into.push_back({{each.name, each.type, each.parameters, each.buffers}, each.module.get()});
    }

private:
    // What is kept of the last part is needed at once.
    at::Tensor inParts(const at::Tensor& input, Mode mode) const
    {
        std::vector<Link> all;
        addLinks(all);
        const std::vector<std::size_t> places = cuts(all.size(), std::exchange(mode.checkpoints, 0));
        at::Tensor values = input;
        for (std::size_t part = 0; part + 1 < places.size(); ++part) {
            const std::vector<Link> some(all.begin() + std::ptrdiff_t(places[part]),
                                         all.begin() + std::ptrdiff_t(places[part + 1]));
            const Pass pass = [some](at::Tensor x, const Mode& now) {
                for (const Link& link : some)
                    x = link.module->forward(x, now);
                return x;
            };
            values = part + 2 < places.size() ? checkpointed(pass, values, mode) : pass(values, mode);
        }
        return values;
    }

    Modules m_modules;
};

class ResidualModule final : public Module {
public:
    ResidualModule(Modules main, Modules shortcut, std::unique_ptr<Module> after, double rate, std::uint64_t place)
        : m_main(std::move(main)),
          m_shortcut(std::move(shortcut)),
          m_after(std::move(after)),
          m_rate(rate),
          m_place(place)
    {
    }

    at::Tensor forward(const at::Tensor& input, const Mode& mode) override
    {
        const at::Tensor main = dropped(through(m_main, input, mode), m_rate, mode, m_place, 1);
        const at::Tensor sum = main.add(through(m_shortcut, input, mode));
        return m_after ? m_after->forward(sum, mode) : sum;
    }

    void setDropout(double p) override
    {
        for (Named& each : m_main)
            each.module->setDropout(p);
    }

private:
    Modules m_main, m_shortcut;
    std::unique_ptr<Module> m_after;
    double m_rate;
    std::uint64_t m_place;
};

}

namespace {

class ConcatModule final : public Module {
public:
    explicit ConcatModule(Modules modules) : m_modules(std::move(modules)) {}

    at::Tensor forward(const at::Tensor& input, const Mode& mode) override
    {
        at::Tensor inside = through(m_modules, input, mode);
        if (input.dim() == 4 && inside.sizes().slice(2) != input.sizes().slice(2))
            inside = at::upsample_nearest2d(inside, {input.size(2), input.size(3)});
        // Mixed precision may have made one of them a half.
        return at::cat({input.to(inside.scalar_type()), inside}, 1);
    }
    void setDropout(double p) override
    {
        for (Named& each : m_modules)
            each.module->setDropout(p);
    }

private:
    Modules m_modules;
};

}

std::vector<Link> linksOf(const Module& module)
{
    std::vector<Link> links;
    if (const auto* chain = dynamic_cast<const ChainModule*>(&module))
        chain->addLinks(links);
    return links;
}

base::Result<Shape> Chain::shapeBehind(const Shape& input) const
{
    return behind(m_parts, input);
}

std::unique_ptr<Module> Chain::make(Maker& maker, const Shape& input) const
{
    return std::make_unique<ChainModule>(modulesOf(m_parts, maker, input));
}

base::Result<Shape> ResidualBlock::shapeBehind(const Shape& input) const
{
    CORE_TRY(main, behind(m_parts.main, input));
    CORE_TRY(shortcut, behind(m_parts.shortcut, input));
    if (main != shortcut)
        return base::Error{base::ErrorKind::Spec,
                           "adds what it made, " + textOf(main) + ", to " +
                               (m_parts.shortcut.empty() ? "its input, " : "its shortcut, ") + textOf(shortcut) +
                               ": both must have one shape",
                           "/model",
                           {}};
    return m_parts.after ? m_parts.after->shapeBehind(main) : base::Result<Shape>(main);
}

std::unique_ptr<Module> ResidualBlock::make(Maker& maker, const Shape& input) const
{
    Modules main = modulesOf(m_parts.main, maker, input), shortcut = modulesOf(m_parts.shortcut, maker, input);
    std::unique_ptr<Module> after = m_parts.after ? m_parts.after->make(maker, input) : nullptr;
    return std::make_unique<ResidualModule>(std::move(main), std::move(shortcut), std::move(after),
                                            m_parts.stochasticDepth, maker.place());
}

std::string ConcatBlock::text(const Shape& input, const Shape& output) const
{
    return std::to_string(input[0]) + " + " + std::to_string(output[0] - input[0]) +
           (input.size() > 1 ? " channels" : " features");
}

base::Result<Shape> ConcatBlock::shapeBehind(const Shape& input) const
{
    CORE_TRY(inside, behind(m_parts, input));
    const bool pictures = input.size() == 3 && inside.size() == 3;
    if (input.empty() || inside.size() != input.size() ||
        (!pictures && !std::equal(input.begin() + 1, input.end(), inside.begin() + 1)))
        return base::Error{base::ErrorKind::Spec,
                           "puts what it made, " + textOf(inside) + ", beside its input, " + textOf(input) +
                               ": both must be pictures, or alike but for their channels",
                           "/model",
                           {}};
    Shape output = input;
    output[0] += inside[0];
    return output;
}

std::unique_ptr<Module> ConcatBlock::make(Maker& maker, const Shape& input) const
{
    return std::make_unique<ConcatModule>(modulesOf(m_parts, maker, input));
}

double depthRate(double last, std::int64_t place, std::int64_t blocks)
{
    return blocks > 1 ? last * double(place) / double(blocks - 1) : last;
}

}
