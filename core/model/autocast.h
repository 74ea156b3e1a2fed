// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <ATen/autocast_mode.h>

#include <optional>

namespace core::model {

/// PyTorch's autocast as long as it lives, if a type is given.
class Autocast {
public:
    Autocast(at::DeviceType device, std::optional<at::ScalarType> type)
        : m_device(device),
          m_before(at::autocast::is_autocast_enabled(device)),
          m_typeBefore(at::autocast::get_autocast_dtype(device)),
          m_on(type.has_value())
    {
        if (!m_on)
            return;
        at::autocast::increment_nesting();
        at::autocast::set_autocast_dtype(device, *type);
        at::autocast::set_autocast_enabled(device, true);
    }
    Autocast(const Autocast&) = delete;
    Autocast& operator=(const Autocast&) = delete;
    ~Autocast()
    {
        if (!m_on)
            return;
        if (at::autocast::decrement_nesting() == 0)
            at::autocast::clear_cache();
        at::autocast::set_autocast_enabled(m_device, m_before);
        at::autocast::set_autocast_dtype(m_device, m_typeBefore);
    }

private:
    at::DeviceType m_device;
    bool m_before;
    at::ScalarType m_typeBefore;
    bool m_on;
};

/// No autocast as long as it lives.
class Whole {
public:
    explicit Whole(at::DeviceType device) : m_device(device), m_before(at::autocast::is_autocast_enabled(device))
    {
        at::autocast::set_autocast_enabled(device, false);
    }
    Whole(const Whole&) = delete;
    Whole& operator=(const Whole&) = delete;
    ~Whole() { at::autocast::set_autocast_enabled(m_device, m_before); }

private:
    at::DeviceType m_device;
    bool m_before;
};

}
