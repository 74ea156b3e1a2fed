// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/preview_picture.h"

#include "core/data/formats/png_writer.h"

#include <algorithm>
#include <cmath>

namespace core::session {

namespace {

constexpr std::int64_t side = 96, gap = 8, columns = 8, most = 16;

// A canvas of light ground on which tiles are painted.
class Grid {
public:
    Grid(std::int64_t wide, std::int64_t high)
        : width(wide * (side + gap) + gap),
          height(high * (side + gap) + gap),
          pixels(std::size_t(width * height * 3), 250)
    {
    }

    std::int64_t width, height;
    std::vector<std::uint8_t> pixels;

    void set(std::int64_t x, std::int64_t y, int red, int green, int blue)
    {
        std::uint8_t* at = pixels.data() + (y * width + x) * 3;
        at[0] = std::uint8_t(red);
        at[1] = std::uint8_t(green);
        at[2] = std::uint8_t(blue);
    }
};

void paintImage(Grid& grid, std::int64_t left, std::int64_t top, const Look& look)
{
    const double scale = double(side) / double(std::max(look.width, look.height));
    const std::int64_t wide = std::int64_t(double(look.width) * scale),
                       high = std::int64_t(double(look.height) * scale);
    for (std::int64_t y = 0; y < high; ++y)
        for (std::int64_t x = 0; x < wide; ++x) {
            const std::int64_t column = std::min(look.width - 1, std::int64_t(double(x) / scale));
            const std::int64_t line = std::min(look.height - 1, std::int64_t(double(y) / scale));
            const std::uint8_t* from = look.pixels.data() + (line * look.width + column) * look.channels;
            const bool colour = look.channels >= 3;
            grid.set(left + x, top + y, from[0], from[colour ? 1 : 0], from[colour ? 2 : 0]);
        }
    for (const Look::Box& box : look.boxes) {
        const auto at = [&](float v, std::int64_t limit) {
            return std::clamp<std::int64_t>(std::int64_t(double(v) * scale), 0, limit - 1);
        };
        const std::int64_t x0 = at(box.left, wide), x1 = at(box.right, wide), y0 = at(box.top, high),
                           y1 = at(box.bottom, high);
        for (std::int64_t x = x0; x <= x1; ++x)
            for (const std::int64_t y : {y0, y1})
                grid.set(left + x, top + y, 230, 159, 0);
        for (std::int64_t y = y0; y <= y1; ++y)
            for (const std::int64_t x : {x0, x1})
                grid.set(left + x, top + y, 230, 159, 0);
    }
}

void paintSpectrogram(Grid& grid, std::int64_t left, std::int64_t top, const Look& look)
{
    const std::int64_t frames = std::int64_t(look.spectrogram.size()) / std::max<std::int64_t>(look.mels, 1);
    if (frames < 1)
        return;
    const auto [low, high] = std::minmax_element(look.spectrogram.begin(), look.spectrogram.end());
    for (std::int64_t y = 0; y < side; ++y)
        for (std::int64_t x = 0; x < side; ++x) {
            const std::int64_t mel = (side - 1 - y) * look.mels / side, frame = x * frames / side;
            const double t =
                *high > *low ? (look.spectrogram[std::size_t(mel * frames + frame)] - *low) / (*high - *low) : 0;
            grid.set(left + x, top + y, int(40 + 215 * t * t), int(30 + 200 * t), int(90 + 100 * std::sin(3.1 * t)));
        }
}

void paintCurve(Grid& grid, std::int64_t left, std::int64_t top, const Look& look, float low, float high)
{
    const std::int64_t steps = look.shape.empty() ? 0 : look.shape.back();
    std::int64_t before = -1;
    for (std::int64_t x = 0; x < side && steps > 0; ++x) {
        const float value = look.values[std::size_t(x * steps / side)];
        if (!std::isfinite(value)) {
            before = -1;
            continue;
        }
        const double t = high > low ? std::clamp((value - low) / (high - low), 0.f, 1.f) : 0.5;
        const std::int64_t y = std::int64_t((1 - t) * (side - 1));
        const std::int64_t from = before < 0 ? y : before;
        for (std::int64_t at = std::min(from, y); at <= std::max(from, y); ++at)
            grid.set(left + x, top + at, 0, 114, 178);
        before = y;
    }
}

void paint(Grid& grid, std::int64_t left, std::int64_t top, const Look& look, const Look& reference)
{
    if (!look.pixels.empty())
        return paintImage(grid, left, top, look);
    if (!look.spectrogram.empty())
        return paintSpectrogram(grid, left, top, look);
    float low = HUGE_VALF, high = -HUGE_VALF;
    for (const float value : reference.values)
        if (std::isfinite(value)) {
            low = std::min(low, value);
            high = std::max(high, value);
        }
    paintCurve(grid, left, top, look, low, high);
}

}

base::Status writePreview(const DataView& view, const std::filesystem::path& file)
{
    if (view.info().modality == data::Modality::Text)
        return base::Error{base::ErrorKind::Usage, "texts have no picture", file.string(),
                           "Look at them in the window, on the Data page"};
    const std::vector<std::int64_t> rows = view.spread(most);
    if (rows.empty())
        return base::Error{base::ErrorKind::Data, "there is no training row to show", view.info().name, {}};
    const std::int64_t wide = std::min<std::int64_t>(columns, std::int64_t(rows.size()));
    const std::int64_t lines = (std::int64_t(rows.size()) + wide - 1) / wide;
    Grid grid(wide, 2 * lines);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const std::int64_t left = gap + std::int64_t(i) % wide * (side + gap);
        const std::int64_t top = gap + std::int64_t(i) / wide * 2 * (side + gap);
        CORE_TRY(before, view.look(rows[i]));
        CORE_TRY(after, view.augmented(rows[i], 0));
        paint(grid, left, top, before, before);
        paint(grid, left, top + side + gap, after, before);
    }
    return data::writePng(file, grid.pixels, std::uint32_t(grid.width), std::uint32_t(grid.height));
}

}
