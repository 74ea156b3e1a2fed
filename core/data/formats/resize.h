// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/formats/picture.h"

namespace core::data {

/// How one side is scaled from `in` to `out` pixels by an antialiased triangle filter (as torchvision's and PIL's
/// bilinear resize): what each of the pixels `first` … `first + count − 1` of the result is made of.
class ResizeAxis {
public:
    ResizeAxis(std::int64_t in, std::int64_t out, std::int64_t first, std::int64_t count);

    std::int64_t count() const { return std::int64_t(m_begins.size()); }
    std::int64_t begin(std::int64_t i) const { return m_begins[std::size_t(i)]; }
    std::int64_t taps(std::int64_t i) const { return m_ends[std::size_t(i)] - begin(i); }
    const float* weights(std::int64_t i) const { return m_weights.data() + i * m_most; }

private:
    std::vector<std::int64_t> m_begins, m_ends;
    std::vector<float> m_weights;
    std::int64_t m_most = 1;
};

/// What is seen of a picture of which the shorter side is made `size` and the middle cut out, as torchvision's
/// Resize(size) and CenterCrop(size) say.
struct MiddleSquare {
    MiddleSquare(std::int64_t height, std::int64_t width, std::int64_t size);
    std::int64_t height = 0, width = 0; ///< of all, scaled
    std::int64_t top = 0, left = 0;     ///< of the square in it
};

/// `plane` [height, width] scaled and cut: `out` [rows.count(), columns.count()].
template <class T>
void resizePlane(const T* plane, std::int64_t width, const ResizeAxis& rows, const ResizeAxis& columns, float* out);

/// The middle square of a picture.
Picture middleSquare(const Picture& picture, std::int64_t size);

}
