// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/events/profile.h"
#include "core/model/backward_watch.h"
#include "core/model/network.h"

namespace core::train {

/// Times one step layer by layer: forward by when each layer says its output, backward by when the gradient of that
/// output is there. On a GPU it waits for the device at each, which the step is slower for, not other.
class LayerTimer {
public:
    LayerTimer() = default;
    LayerTimer(const LayerTimer&) = delete;
    LayerTimer& operator=(const LayerTimer&) = delete;
    ~LayerTimer() { model::backwardWatch = nullptr; }

    /// The next step is timed. `step`: its number.
    void begin(std::int64_t step);
    /// To be told of outputs; passes them on to `next`, if there is one.
    const model::Watch* watch(const model::Watch* next);
    void forwardBegins(const at::Tensor& input);
    void backwardEnds();
    /// What was seen, once; without layers if the step had none to tell of.
    events::LayerTimes take();

private:
    struct Mark {
        std::string layer, name;       ///< as the network tells it; as people read it
        double said = 0, learned = -1; ///< when its output was there; when its gradient was
        double backward = -1;          ///< seconds, where the network itself tells of them
    };

    double now() const;
    void said(const model::LayerPass& layer);
    void learned(const std::string& layer);

    model::Watch m_watch;
    const model::Watch* m_next = nullptr;
    std::shared_ptr<std::vector<Mark>> m_marks; ///< also of the gradient's hooks
    std::optional<at::Device> m_device;
    std::int64_t m_step = -1;
    double m_begun = 0, m_ended = -1;
    model::BackwardWatch m_learned;
    double m_since = 0; ///< when the network last told of a layer's backward pass
    bool m_inside = false;
};

}
