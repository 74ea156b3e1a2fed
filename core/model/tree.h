// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/chain.h"

namespace core::model {

/// The network of a chain of layers and of layers inside them, by autograd. An error if a layer does not fit.
/// `own`: what the init `default` stands for. `advice`: where the task needs other outputs.
base::Result<std::unique_ptr<Network>> makeTree(const Chain& chain, const NetworkContext& context, const Init& init,
                                                const Init& own = {}, const std::string& advice = {});

/// Its blocks with shapes and numbers of parameters. The first that cannot stand where it is says why; shapes are
/// unknown from there on.
std::vector<LayerInfo> describe(const Chain& chain, const Shape& inputShape);

/// A kind of network that is a chain of layers, and of layers inside them.
class TreeArchitecture : public Architecture {
public:
    /// `own`: what the init `default` stands for.
    explicit TreeArchitecture(Init init, Init own = {}) : m_init(std::move(init)), m_own(std::move(own)) {}

    std::vector<LayerInfo> describe(const NetworkContext& context) const final;
    base::Result<std::unique_ptr<Network>> build(const NetworkContext& context) const final;

protected:
    virtual Chain plan(const NetworkContext& context) const = 0;
    /// What to do where the task needs other outputs.
    virtual std::string advice() const { return {}; }

private:
    Init m_init, m_own;
};

/// A layer as parts hold it.
template <class AnyLayer, class... Args>
std::shared_ptr<const Layer> layer(Args&&... args)
{
    return std::make_shared<const AnyLayer>(std::forward<Args>(args)...);
}

/// A plug-in of core/model/layers with parameters that are known to be right; those left out have their defaults.
std::shared_ptr<const Layer> layer(const std::string& kind, base::Object params = {});

/// What begins networks of steps: `embedding` for tokens, with `width` numbers each, else ToSteps.
Part stepsOf(const NetworkContext& context, std::int64_t width);
/// `relu`, `tanh`, …, as activationNames() calls them.
std::shared_ptr<const Layer> activationLayer(const std::string& name);
/// `batch`, `layer`, `group` or `instance` behind channels of so many dimensions.
std::shared_ptr<const Layer> normLayer(const std::string& name, std::int64_t groups, int dimensions);

/// Dropout that follows the model's live `dropout`, on the last features.
class ModelDropout final : public Layer {
public:
    explicit ModelDropout(double p) : m_p(p) {}
    std::string type(const Shape&) const override { return "Dropout"; }
    std::string text(const Shape& input, const Shape& output) const override;
    base::Result<Shape> shapeBehind(const Shape& input) const override { return input; }
    std::unique_ptr<Module> make(Maker& maker, const Shape& input) const override;

private:
    double m_p;
};

}
