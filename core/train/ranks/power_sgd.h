// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tensor/tensor.h"

#include <functional>

namespace core::train::ranks {

/// Averages gradients over ranks by sending two thin matrices for each large one: PowerSGD (Vogels et al. 2019) with
/// error feedback and warm start, as PyTorch's powerSGD_hook does it from its first compressed step on. What is too
/// small to gain anything (less than half of it saved) is sent as it is.
class PowerSgd {
public:
    /// `rank`: columns of the thin matrices.
    PowerSgd(const std::vector<tensor::NamedTensor>& parameters, std::int64_t rank);

    /// Becomes the sum over all ranks, which all call it in the same order.
    using Sum = std::function<void(const at::Tensor& values)>;
    /// `gradients` become their mean over `ranks`, but for what the thin matrices leave out; `places`: which parameters
    /// they belong to. Any parts of all gradients, in any order that is the same on all ranks.
    void average(const std::vector<at::Tensor>& gradients, const std::vector<std::size_t>& places, std::int64_t ranks,
                 const Sum& sum);

    /// `q/<parameter>`, the same on all ranks, and `error/<parameter>`, each rank's own; live.
    std::vector<tensor::NamedTensor> state() const;
    /// Takes over what of it there is in `saved`, under names behind `prefix`.
    void load(const std::vector<base::Blob>& saved, const std::string& prefix);
    /// Whether the gradient of parameter `place` is compressed.
    bool compresses(std::size_t place) const { return m_parts[place].q.defined(); }

private:
    struct Part {
        std::string name;
        at::Tensor q, error; ///< [columns, rank], [rows, columns]; undefined: it is sent as it is
    };
    std::vector<Part> m_parts;
};

}
