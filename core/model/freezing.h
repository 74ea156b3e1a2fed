// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/layer_info.h"
#include "core/spec/experiment.h"
#include "core/spec/freeze.h"

namespace core::model {

/// Which block each parameter belongs to, counted from the input in the network's own order. A block is a module with
/// weights, or a numbered one with all that is in it (`layer1.0`, `encoder.layers.encoder_layer_3`); a norm belongs to
/// the block before it.
std::vector<std::int64_t> blocksOf(const std::vector<ParameterInfo>& parameters);
/// What such a block is called: `layer1.0` of `layer1.0.conv1.weight`, `fc` of `fc.weight`.
std::string blockNameOf(const std::string& parameter);
/// The module that gives the outputs, the last one with a matrix: `fc`, `4`; empty where the network is one layer.
std::string headOf(const std::vector<ParameterInfo>& parameters);
/// Whether a parameter or buffer is in that module.
bool isIn(const std::string& module, const std::string& name);

/// Which parameters learn, and how fast, as a function of the epoch: `model.freeze`, `model.lora` and
/// `train.unfreeze`.
class Freezing {
public:
    Freezing() = default;
    /// An error if a name is no layer's, or nothing is left to learn.
    static base::Result<Freezing> make(const std::vector<ParameterInfo>& parameters, const spec::ModelSpec& model,
                                       const std::optional<spec::UnfreezeSpec>& unfreeze = {});

    /// Blocks that have thawed when epoch `epoch` (from 0) begins.
    std::int64_t thawedAt(std::int64_t epoch) const;
    /// What each parameter's rate is multiplied by when so many blocks have thawed; 0: it is frozen.
    std::vector<double> rates(std::int64_t thawed) const;
    /// The blocks that thaw between two numbers of thawed ones, as a person reads them.
    std::string thawing(std::int64_t before, std::int64_t after) const;
    bool any() const { return m_any; }

private:
    std::vector<bool> m_frozen;
    std::vector<std::int64_t> m_order; ///< of each frozen parameter: 1 for the block that thaws first
    std::vector<std::string> m_names;  ///< of the blocks, in the order in which they thaw
    std::optional<spec::UnfreezeSpec> m_unfreeze;
    bool m_any = false;
};

}
