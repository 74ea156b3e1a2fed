// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensor/device_timer.h"

#include <c10/core/Event.h>
#include <c10/util/Exception.h>

namespace core::tensor {

void waitFor(at::Device device)
{
    if (!device.is_cpu())
        c10::impl::VirtualGuardImpl(device.type()).synchronizeDevice(device.index());
}

struct DeviceTimer::Marks {
    std::vector<c10::Event> events;
    std::size_t count = 0;
};

DeviceTimer::DeviceTimer(at::Device device) : m_device(device), m_marks(std::make_unique<Marks>()) {}

DeviceTimer::~DeviceTimer() = default;

void DeviceTimer::begin()
{
    m_marks->count = 0;
    mark();
}

void DeviceTimer::mark()
{
    if (m_marks->count == m_marks->events.size())
        m_marks->events.emplace_back(m_device.type(), c10::EventFlag::BACKEND_DEFAULT);
    m_marks->events[m_marks->count++].record(c10::impl::VirtualGuardImpl(m_device.type()).getStream(m_device));
}

std::vector<double> DeviceTimer::laps()
{
    std::vector<double> laps;
    try {
        for (std::size_t i = 0; i < m_marks->count; ++i) {
            m_marks->events[i].synchronize();
            if (i > 0)
                laps.push_back(m_marks->events[i - 1].elapsedTime(m_marks->events[i]));
        }
    } catch (const c10::Error&) {
        laps.clear();
    }
    m_marks->count = 0;
    return laps;
}

}
