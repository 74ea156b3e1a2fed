// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/events/tensors.h"
#include "core/store/tensor_series.h"
#include "ui/plots/ridge_plot.h"
#include "ui/plots/series_buffer.h"

#include <QStringList>

#include <map>
#include <optional>

namespace ui::models {

/// What of a layer is looked at.
enum class Inside { Weights, Gradients, Updates, Activations };
/// Whether a recorded tensor is a weight or a buffer: others say in front what they are.
bool isWeight(const std::string& name);
/// `gradient/`, …; empty for weights.
std::string prefixOf(Inside what);

/// The tensors of a kind, as the network has them: `0.weight`, `0.bias`, `2.weight`, …
QStringList tensorsOf(const core::store::TensorMap& tensors, Inside what);

/// |x|₂ over the steps of each tensor of a kind, and how long an update is beside its weight.
class LayerNorms {
public:
    /// True if anything is new.
    bool update(const core::store::TensorMap& tensors);
    void clear();
    /// By the tensor's own name, without a prefix.
    const std::map<std::string, plots::SeriesBuffer>& norms(Inside what) const { return m_norms[int(what)]; }
    const std::map<std::string, plots::SeriesBuffer>& ratios() const { return m_ratios; }

private:
    std::map<std::string, plots::SeriesBuffer> m_norms[4], m_ratios;
    std::size_t m_rows = 0;
};

/// How long a layer's weights, gradients and updates were over the steps: x steps, y |x|₂ over all its tensors.
struct LayerSpark {
    struct Line {
        std::vector<double> x, y;
    };
    Line weight, gradient, update;
};
/// By layer, up to a step.
std::map<std::string, LayerSpark> sparksOf(const core::store::TensorMap& tensors, std::optional<std::int64_t> upTo);

/// The recorded histograms of a kind up to a step, tensor by tensor; `only`: one tensor.
std::vector<plots::RidgePanel> ridgesOf(const std::vector<core::events::TensorHistograms>& spreads, Inside what,
                                        std::optional<std::int64_t> upTo, const std::string& only = {});

}
