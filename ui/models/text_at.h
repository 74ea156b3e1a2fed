// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/value.h"

#include <QString>

namespace ui::models {

/// The text under `key`; empty if there is none.
inline QString textAt(const core::base::Value& value, std::string_view key)
{
    return QString::fromStdString(value[key].text());
}

}
