// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/inspect.h"

#include <QImage>

namespace ui::pages {

/// A row that is a picture; a null image for one of other channels than 1 or 3.
inline QImage imageOf(const core::session::SampleRow& sample)
{
    const int width = int(sample.width), height = int(sample.height);
    if (sample.channels == 1)
        return QImage(sample.pixels.data(), width, height, width, QImage::Format_Grayscale8).copy();
    if (sample.channels == 3)
        return QImage(sample.pixels.data(), width, height, width * 3, QImage::Format_RGB888).copy();
    return {};
}

}
