// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/network.h"
#include "core/spec/experiment.h"

namespace core::train {

/// Weights averaged beside those that train, as torch.optim.swa_utils.AveragedModel.
class WeightAverage {
public:
    /// `ownBuffers`: it has statistics of its own (SWA); else predictions take those of the training network.
    WeightAverage(model::Network& network, bool ownBuffers);

    /// average ← average + share · (w − average); the first update takes the weights whole.
    void update(double share);
    std::int64_t updates() const;
    /// Estimates its statistics of batch norm anew, as update_bn: plain means over so many batches, which `forward`
    /// sends through the network in training mode, the same way each time it is asked for the same one.
    void estimate(std::int64_t batches, const std::function<void(std::int64_t batch)>& forward);
    bool hasStatistics() const { return !m_statistics.empty(); }

    /// `average/<name>` and `average/updates`, live.
    std::vector<tensor::NamedTensor> state() const;
    /// An error leaves it as it was.
    base::Status load(const std::vector<base::Blob>& saved);
    /// As if nothing had been averaged yet.
    void reset();

    /// The network has the averaged weights for as long as this lives; without an update so far it keeps its own.
    class Borrowed {
    public:
        explicit Borrowed(const WeightAverage* average);
        Borrowed(const Borrowed&) = delete;
        Borrowed& operator=(const Borrowed&) = delete;
        ~Borrowed();

    private:
        const WeightAverage* m_average;
        std::vector<at::Tensor> m_own;
    };

private:
    struct Pair {
        std::string name;
        at::Tensor live, average;
    };

    std::vector<Pair> m_pairs; ///< parameters, then buffers that it has of its own
    std::size_t m_parameters = 0;
    std::vector<std::size_t> m_statistics; ///< places of running means and variances
    at::Tensor m_updates;
};

}
