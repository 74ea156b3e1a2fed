// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/formats/resize.h"

#include <algorithm>
#include <cmath>

namespace core::data {

ResizeAxis::ResizeAxis(std::int64_t in, std::int64_t out, std::int64_t first, std::int64_t count)
{
    const double scale = double(in) / double(out), support = std::max(scale, 1.0);
    m_most = std::int64_t(std::ceil(support)) * 2 + 1;
    m_weights.assign(std::size_t(count * m_most), 0.f);
    for (std::int64_t i = 0; i < count; ++i) {
        const double centre = (double(first + i) + 0.5) * scale;
        const std::int64_t begin = std::max<std::int64_t>(0, std::int64_t(centre - support + 0.5));
        const std::int64_t end = std::min(in, std::int64_t(centre + support + 0.5));
        double sum = 0;
        const auto weight = [&](std::int64_t at) {
            return std::max(0.0, 1 - std::abs((double(at) - centre + 0.5) / support));
        };
        for (std::int64_t at = begin; at < end; ++at)
            sum += weight(at);
        for (std::int64_t at = begin; at < end; ++at)
            m_weights[std::size_t(i * m_most + at - begin)] = float(weight(at) / sum);
        m_begins.push_back(begin);
        m_ends.push_back(end);
    }
}

MiddleSquare::MiddleSquare(std::int64_t h, std::int64_t w, std::int64_t size)
    : height(h <= w ? size : std::max(size, size * h / w)),
      width(w <= h ? size : std::max(size, size * w / h)),
      // Half pixels go to the even side, as Python's round() has it.
      top(std::int64_t(std::nearbyint(double(height - size) / 2))),
      left(std::int64_t(std::nearbyint(double(width - size) / 2)))
{
}

template <class T>
void resizePlane(const T* plane, std::int64_t width, const ResizeAxis& rows, const ResizeAxis& columns, float* out)
{
    if (rows.count() == 0 || columns.count() == 0)
        return;
    const std::int64_t last = rows.count() - 1, from = rows.begin(0), to = rows.begin(last) + rows.taps(last);
    const std::int64_t wide = columns.count();
    std::vector<float> narrow(std::size_t((to - from) * wide));
    for (std::int64_t y = from; y < to; ++y)
        for (std::int64_t x = 0; x < wide; ++x) {
            const T* in = plane + y * width + columns.begin(x);
            const float* weights = columns.weights(x);
            float sum = 0;
            for (std::int64_t i = 0; i < columns.taps(x); ++i)
                sum += weights[i] * float(in[i]);
            narrow[std::size_t((y - from) * wide + x)] = sum;
        }
    for (std::int64_t y = 0; y < rows.count(); ++y, out += wide) {
        std::fill(out, out + wide, 0.f);
        for (std::int64_t i = 0; i < rows.taps(y); ++i) {
            const float weight = rows.weights(y)[i];
            const float* in = narrow.data() + (rows.begin(y) - from + i) * wide;
            for (std::int64_t x = 0; x < wide; ++x)
                out[x] += weight * in[x];
        }
    }
}

template void resizePlane(const std::uint8_t*, std::int64_t, const ResizeAxis&, const ResizeAxis&, float*);
template void resizePlane(const float*, std::int64_t, const ResizeAxis&, const ResizeAxis&, float*);

Picture middleSquare(const Picture& picture, std::int64_t size)
{
    const PictureFacts& facts = picture.facts;
    const MiddleSquare square(facts.height, facts.width, size);
    const ResizeAxis rows(facts.height, square.height, square.top, size);
    const ResizeAxis columns(facts.width, square.width, square.left, size);
    Picture made{{facts.channels, size, size}, {}};
    made.pixels.resize(std::size_t(facts.channels * size * size));
    std::vector<float> plane(std::size_t(size * size));
    for (std::int64_t c = 0; c < facts.channels; ++c) {
        resizePlane(picture.pixels.data() + c * facts.height * facts.width, facts.width, rows, columns, plane.data());
        for (std::size_t i = 0; i < plane.size(); ++i)
            made.pixels[std::size_t(c * size * size) + i] = std::uint8_t(std::clamp(plane[i] + 0.5f, 0.f, 255.f));
    }
    return made;
}

}
