// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QRgb>

#include <cstddef>
#include <cstdint>

namespace ui::plots {

/// Cover of a pixel that is wholly inside.
constexpr int wholeCover = 256;

/// Up to eight pixels of an ARGB32 (premultiplied) picture side by side, `height` rows from `row` on.
struct PixelColumns {
    std::uint8_t* row;
    std::ptrdiff_t stride;
    int width;
    int height;
};

/// Lays a colour over the columns. `changes` says for each row how the cover of eight pixels differs from the row
/// above; rows are `changeStride` numbers apart. Cover sums to 0 … wholeCover.
void blendColumns(PixelColumns columns, const std::int16_t* changes, int changeStride, QRgb premultiplied);
/// The same, bit for bit, with the vectors that every processor has.
void blendColumnsPlain(PixelColumns columns, const std::int16_t* changes, int changeStride, QRgb premultiplied);

}
