// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/layer.h"
#include "core/model/stages.h"

namespace core::model {

/// Layers one behind the other, with torch.nn.Sequential's names inside a name of its own.
class Chain : public Layer {
public:
    explicit Chain(Parts parts, std::string type = "Sequential") : m_parts(std::move(parts)), m_type(std::move(type)) {}

    std::string type(const Shape&) const override { return m_type; }
    base::Result<Shape> shapeBehind(const Shape& input) const override;
    std::unique_ptr<Module> make(Maker& maker, const Shape& input) const override;
    const Parts* parts() const override { return &m_parts; }

private:
    Parts m_parts;
    std::string m_type;
};

/// A layer of a chain, at its place.
struct Link {
    BlockPlace place;
    Module* module = nullptr;
};
/// Of what a Chain made, with those of chains inside it; empty for any other module.
std::vector<Link> linksOf(const Module& module);

/// What a residual block (He et al. 2016) is made of: output = after(main(x) + shortcut(x)).
struct ResidualParts {
    std::string type = "Residual";
    Parts main;
    Parts shortcut = {};                     ///< empty: x itself
    std::shared_ptr<const Layer> after = {}; ///< nullptr: nothing
    double stochasticDepth = 0;              ///< share of rows whose `main` a training step leaves out
};

/// torchvision's StochasticDepth (Huang et al. 2016), mode "row", on the main branch.
class ResidualBlock final : public Layer {
public:
    explicit ResidualBlock(ResidualParts parts) : m_parts(std::move(parts)) {}

    std::string type(const Shape&) const override { return m_parts.type; }
    base::Result<Shape> shapeBehind(const Shape& input) const override;
    std::unique_ptr<Module> make(Maker& maker, const Shape& input) const override;

private:
    ResidualParts m_parts;
};

/// Puts what its layers make of x behind the channels of x itself (Ronneberger et al. 2015, U-Net), with pictures
/// brought to the size of x by taking the nearest pixel.
class ConcatBlock final : public Layer {
public:
    explicit ConcatBlock(Parts parts, std::string type = "Concat") : m_parts(std::move(parts)), m_type(std::move(type))
    {
    }

    std::string type(const Shape&) const override { return m_type; }
    std::string text(const Shape& input, const Shape& output) const override;
    base::Result<Shape> shapeBehind(const Shape& input) const override;
    std::unique_ptr<Module> make(Maker& maker, const Shape& input) const override;

private:
    Parts m_parts;
    std::string m_type;
};

/// Rates of stochastic depth that grow evenly with the block's place up to `last`, which the last one has.
double depthRate(double last, std::int64_t place, std::int64_t blocks);

}
