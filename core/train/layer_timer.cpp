// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/layer_timer.h"

#include "core/base/clock.h"
#include "core/tensor/device_timer.h"

#include <algorithm>
#include <utility>

namespace core::train {

void LayerTimer::begin(std::int64_t step)
{
    m_step = step;
    m_marks = std::make_shared<std::vector<Mark>>();
    m_begun = 0;
    m_ended = -1;
}

double LayerTimer::now() const
{
    if (m_device)
        tensor::waitFor(*m_device);
    return base::steadySeconds();
}

const model::Watch* LayerTimer::watch(const model::Watch* next)
{
    m_next = next;
    m_watch = [this](const model::LayerPass& layer) { said(layer); };
    return &m_watch;
}

void LayerTimer::forwardBegins(const at::Tensor& input)
{
    // Of a step of several batches the first is timed.
    if (m_begun > 0)
        return;
    m_device = input.device();
    m_learned = [this](const std::string& layer) { learned(layer); };
    model::backwardWatch = &m_learned;
    m_inside = false;
    m_begun = now();
}

void LayerTimer::said(const model::LayerPass& layer)
{
    m_marks->push_back({layer.name, layer.name.empty() ? layer.type : layer.name, now()});
    if (layer.output.requires_grad())
        layer.output.register_hook([this, marks = m_marks, place = m_marks->size() - 1](const at::Tensor&) {
            (*marks)[place].learned = now();
        });
    if (m_next) {
        const double before = base::steadySeconds();
        (*m_next)(layer);
        // Looking at it was no work of the layer behind it.
        const double spent = base::steadySeconds() - before;
        for (Mark& mark : *m_marks)
            mark.said += spent;
        m_begun += spent;
    }
}

void LayerTimer::learned(const std::string& layer)
{
    const double since = std::exchange(m_since, now());
    const auto mark = std::ranges::find(*m_marks, layer, &Mark::layer);
    // The node that begins tells of no layer; a network of one layer does so by an empty name, too.
    if (std::exchange(m_inside, true) && mark != m_marks->end())
        mark->backward = m_since - since;
}

void LayerTimer::backwardEnds()
{
    model::backwardWatch = nullptr;
    if (m_ended < 0)
        m_ended = now();
}

events::LayerTimes LayerTimer::take()
{
    events::LayerTimes times{m_step, {}};
    const std::vector<Mark> marks = m_marks ? std::exchange(*m_marks, {}) : std::vector<Mark>{};
    double before = m_begun;
    for (std::size_t i = 0; i < marks.size(); ++i) {
        const double end = i > 0 ? marks[i - 1].learned : m_ended;
        const bool known = marks[i].learned >= 0 && end >= marks[i].learned;
        const double backward = marks[i].backward >= 0 ? marks[i].backward : known ? end - marks[i].learned : -1;
        times.layers.push_back({marks[i].name, marks[i].said - before, backward});
        before = marks[i].said;
    }
    m_step = -1;
    return times;
}

}
