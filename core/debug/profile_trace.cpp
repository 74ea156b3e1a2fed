// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/debug/profile_trace.h"

namespace core::debug {

bool ProfileTrace::add(const events::Event& event, double time)
{
    if (begun == 0)
        begun = time;
    if (const auto* opened = std::get_if<events::RunOpened>(&event)) {
        spec = opened->spec;
        id = opened->id;
        device = opened->device;
    } else if (const auto* edited = std::get_if<events::Edited>(&event)) {
        (void)spec.setAt(edited->path, edited->after);
    } else if (const auto* times = std::get_if<events::StepTimes>(&event)) {
        steps.push_back(*times);
        return true;
    } else if (const auto* closely = std::get_if<events::LayerTimes>(&event)) {
        layers.push_back(*closely);
        return true;
    } else if (const auto* sample = std::get_if<events::SystemSample>(&event)) {
        system.push_back(*sample);
        return true;
    }
    return false;
}

}
