// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/registry.h"
#include "core/base/rng.h"
#include "core/model/layer_info.h"
#include "core/tensor/tensor.h"

#include <functional>
#include <optional>

namespace core::model {

/// What one layer did in a pass; valid while it is told.
struct LayerPass {
    const std::string& name; ///< `0`, `layer1.0.conv1`; empty for a network of one layer
    const std::string& type; ///< `Linear`, `ReLU`
    const at::Tensor& input; ///< what it was given
    const at::Tensor& output;
};
/// Told of each layer behind its forward pass.
using Watch = std::function<void(const LayerPass& layer)>;

class DeviceKeys;

/// The other parts of a batch that is spread over several ranks.
class AcrossRanks {
public:
    virtual ~AcrossRanks() = default;
    /// Becomes the sum over all ranks, which all call this in the same order.
    virtual void sum(const at::Tensor& values) = 0;
    /// Whether this rank's rows count: one that has none left goes along with a row of another.
    bool counts = true;
};

/// How a forward pass is meant.
struct Mode {
    bool training = false;
    base::Draw draw{0, "dropout"}; ///< of this step; each layer draws from a stream inside it
    const Watch* watch = nullptr;
    /// bfloat16 or float16: products of matrices and convolutions are computed in it, weights stay float32 (mixed
    /// precision, Micikevicius et al. 2018). The output is of this type too.
    std::optional<at::ScalarType> compute = {};
    std::optional<at::MemoryFormat> layout = {}; ///< of pictures; none: as the device likes it
    /// Above 1: so many parts of which only the inputs are kept for the backward pass (Chen et al. 2016,
    /// arXiv:1604.06174); the rest is computed again there, with the same bits.
    std::int64_t checkpoints = 0;
    bool again = false;           ///< such a second pass: what the first left in buffers stays
    DeviceKeys* keys = nullptr;   ///< of a pass that is recorded: layers draw by these, whatever `draw` is
    at::Tensor padding = {};      ///< of tokens: [n, steps], true where a row was filled up; undefined: nowhere
    AcrossRanks* ranks = nullptr; ///< whose rows batch norm's statistics are taken over as well
};

/// How `picture` [n, channels, height, width] should lie in memory.
at::MemoryFormat layoutOf(const at::Tensor& picture, const Mode& mode);

/// A network with its weights. Names are those of a PyTorch state dict.
class Network {
public:
    virtual ~Network() = default;
    /// `input` [n, …inputShape] → [n, outputs], before any softmax.
    virtual at::Tensor forward(const at::Tensor& input, const Mode& mode) = 0;
    /// Leaves that require gradients, in the order of PyTorch's parameters().
    virtual const std::vector<tensor::NamedTensor>& parameters() const = 0;
    /// Running statistics and the like.
    virtual const std::vector<tensor::NamedTensor>& buffers() const = 0;
    virtual void moveTo(at::Device device) = 0;
    /// From the next forward pass on; networks without dropout take no notice.
    virtual void setDropout(double p) { (void)p; }
    /// Some parameters require a gradient now that did not, or the other way round.
    virtual void freezingChanged() {}

    // A network may stand around another one, some of whose parameters follow its own.
    /// The one whose names are those of files.
    virtual Network& plain() { return *this; }
    /// The weights of plain() were replaced.
    virtual void plainReplaced() {}
    /// All gradients of a step are there, and not used yet.
    virtual void gradientsDone() {}
    /// The parameters were changed by an optimizer.
    virtual void parametersMoved() {}
};

struct NetworkContext {
    std::vector<std::int64_t> inputShape;
    std::int64_t outputs = 1;
    std::uint64_t seed = 0;
    std::int64_t vocabulary = 0; ///< above 0: the input is ids of so many tokens, [length]
    std::int64_t padding = -1;   ///< of tokens: the id that fills up short rows and that layers look past; −1: none
    bool pixels = false;         ///< the outputs are wanted for every pixel: [outputs, height, width]

    std::vector<std::int64_t> outputShape() const
    {
        return pixels && inputShape.size() == 3 ? std::vector{outputs, inputShape[1], inputShape[2]}
                                                : std::vector{outputs};
    }
};

/// A kind of network with its parameters chosen. One plug-in of `core/model/networks`.
class Architecture {
public:
    virtual ~Architecture() = default;
    /// Whether it reads tokens in their order; others take their numbers for quantities.
    virtual bool readsTokens() const { return false; }
    /// Blocks with shapes and parameter counts, without making a tensor. A block that cannot fit says why.
    virtual std::vector<LayerInfo> describe(const NetworkContext& context) const = 0;
    virtual base::Result<std::unique_ptr<Network>> build(const NetworkContext& context) const = 0;
};

using Architectures = base::Registry<Architecture>;
const Architectures& allArchitectures();

/// Weights by name into the network: every tensor of the network must be there with its shape; others are named in the
/// error.
base::Status loadWeights(Network& network, const std::vector<base::Blob>& blobs, const std::string& where);
/// Parameters, then buffers.
std::vector<tensor::NamedTensor> stateOf(const Network& network);

}
