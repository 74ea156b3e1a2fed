// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/weights_frame.h"

#include "core/tensor/statistics.h"

namespace core::train {

namespace {

constexpr std::size_t bins = 64;
constexpr std::int64_t mostValues = 1 << 13;

}

events::WeightsFrame weightsFrame(const Engine& engine)
{
    events::WeightsFrame frame;
    frame.step = engine.step();
    frame.epoch = engine.timeline().epochOf(frame.step);
    const bool pictures = engine.data().info().image();
    for (const tensor::NamedTensor& named : engine.learner().weights()) {
        if (!named.tensor.is_floating_point())
            continue;
        const tensor::Statistics s = tensor::statisticsOf(named.tensor);
        tensor::Histogram histogram = tensor::histogramOf(named.tensor, bins);
        events::WeightsFrame::Layer layer{named.name,
                                          named.tensor.sizes().vec(),
                                          s.min,
                                          s.max,
                                          s.mean,
                                          s.std,
                                          s.l2,
                                          s.zeros,
                                          s.nan,
                                          s.inf,
                                          histogram.low,
                                          histogram.high,
                                          std::move(histogram.counts),
                                          {}};
        const bool first = frame.layers.empty();
        if (first && pictures && named.tensor.dim() == 4 && named.tensor.numel() <= mostValues) {
            const at::Tensor here = named.tensor.detach().to(at::kCPU, at::kFloat).contiguous();
            layer.values.assign(here.const_data_ptr<float>(), here.const_data_ptr<float>() + here.numel());
        }
        frame.layers.push_back(std::move(layer));
    }
    return frame;
}

}
