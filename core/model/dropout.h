// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/network.h"

namespace core::model {

/// A mask of inverted dropout (Srivastava et al. 2014, scaled while training): 0 with probability p, else 1 / (1 − p).
/// Element i is a function of (draw, i) alone: it depends neither on threads nor on the rest of the batch, and has the
/// same bits on every device. `type` is float32 or float64; 0 ≤ p < 1. → [elements], contiguous.
at::Tensor dropoutMask(std::int64_t elements, at::ScalarType type, at::Device device, double p, const base::Draw& draw);

/// What the layer at `place` draws in a pass.
at::Tensor dropoutMask(std::int64_t elements, at::ScalarType type, at::Device device, double p, const Mode& mode,
                       std::uint64_t place);

/// The keys of a step's draws on a device, so that a pass that was recorded there draws anew each time it is played.
class DeviceKeys {
public:
    explicit DeviceKeys(at::Device device);
    /// A pass is recorded: it will ask for what it needs.
    void begin() { m_places.clear(); }
    /// The halves of the key of `place`, int32 scalars on the device.
    std::pair<at::Tensor, at::Tensor> of(std::uint64_t place);
    /// Before the pass is played with `draw`.
    void fill(const base::Draw& draw);

private:
    at::Tensor m_keys; ///< [places, 2]
    std::vector<std::uint64_t> m_places;
};

/// The same by tensor operators, for devices whose memory the processor does not reach.
at::Tensor dropoutMaskByOperators(std::int64_t elements, at::ScalarType type, at::Device device, double p,
                                  const base::Draw& draw);

}
