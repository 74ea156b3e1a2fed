// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/stack_image.h"

#include "ui/style/theme.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace ui::plots {

namespace {

using Table = std::array<QRgb, 256>;

Table tableOf(bool signedScale)
{
    Table table;
    for (std::size_t i = 0; i < table.size(); ++i) {
        const double share = double(i) / 255;
        table[i] = (signedScale ? style::theme().diverging(2 * share - 1) : style::theme().sequential(share)).rgb();
    }
    return table;
}

}

QImage heatImage(std::span<const float> values, int width, int height, bool signedScale)
{
    if (width <= 0 || height <= 0 || values.size() < std::size_t(width) * std::size_t(height))
        return {};
    float low = HUGE_VALF, high = -HUGE_VALF;
    for (const float value : values)
        if (std::isfinite(value)) {
            low = std::min(low, value);
            high = std::max(high, value);
        }
    if (signedScale) {
        high = std::max(std::fabs(low), std::fabs(high));
        low = -high;
    }
    const float span = high > low ? high - low : 1;
    const Table table = tableOf(signedScale);
    QImage image(width, height, QImage::Format_RGB32);
    for (int y = 0; y < height; ++y) {
        auto* out = reinterpret_cast<QRgb*>(image.scanLine(y));
        for (int x = 0; x < width; ++x) {
            const float value = values[std::size_t(y * width + x)];
            const float share = std::isfinite(value) && high > low ? (value - low) / span : signedScale ? 0.5F : 0.F;
            out[x] = table[std::size_t(std::clamp(share * 255 + 0.5F, 0.F, 255.F))];
        }
    }
    return image;
}

std::vector<float> strongest(std::span<const float> values, int channels, int width, int height)
{
    const std::size_t each = std::size_t(width) * std::size_t(height);
    std::vector<float> most(each, 0);
    for (int c = 0; c < channels; ++c)
        for (std::size_t i = 0; i < each && std::size_t(c) * each + i < values.size(); ++i)
            most[i] = c == 0 ? values[i] : std::max(most[i], values[std::size_t(c) * each + i]);
    return most;
}

}
