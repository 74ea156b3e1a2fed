// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/layer.h"

namespace core::model {

/// A module that is one function of (input, mode).
template <class Forward>
std::unique_ptr<Module> moduleOf(Forward forward)
{
    class Function final : public Module {
    public:
        explicit Function(Forward call) : m_call(std::move(call)) {}
        at::Tensor forward(const at::Tensor& input, const Mode& mode) override { return m_call(input, mode); }

    private:
        Forward m_call;
    };
    return std::make_unique<Function>(std::move(forward));
}

/// `input` with elements dropped and the others scaled up (inverted dropout), each by draw `place` of the step; `input`
/// itself when evaluating. `whole`: leading dimensions whose elements fall together with all that they hold; 0: every
/// element by itself.
at::Tensor dropped(const at::Tensor& input, double p, const Mode& mode, std::uint64_t place, std::int64_t whole = 0);

}
