// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/init.h"

#include <cmath>

namespace core::model {

namespace {

using Shape = std::vector<std::int64_t>;

// Rows of unit length at right angles to each other (modified Gram–Schmidt, twice for the rounding): a draw from the
// uniform distribution over such matrices.
std::vector<double> orthogonalRows(std::int64_t rows, std::int64_t columns, const base::Draw& draw)
{
    std::vector<double> all(std::size_t(rows * columns));
    for (std::size_t i = 0; i < all.size(); ++i)
        all[i] = draw.normal(i);
    for (std::int64_t r = 0; r < rows; ++r) {
        double* row = all.data() + r * columns;
        for (int pass = 0; pass < 2; ++pass)
            for (std::int64_t before = 0; before < r; ++before) {
                const double* other = all.data() + before * columns;
                double along = 0;
                for (std::int64_t i = 0; i < columns; ++i)
                    along += row[i] * other[i];
                for (std::int64_t i = 0; i < columns; ++i)
                    row[i] -= along * other[i];
            }
        double square = 0;
        for (std::int64_t i = 0; i < columns; ++i)
            square += row[i] * row[i];
        for (std::int64_t i = 0; i < columns; ++i)
            row[i] /= std::sqrt(square);
    }
    return all;
}

at::Tensor orthogonal(const Shape& shape, const base::Draw& draw)
{
    at::Tensor weight = tensor::empty(shape);
    const std::int64_t rows = shape[0], columns = fanInOf(shape);
    const bool upright = rows > columns;
    const std::vector<double> drawn = orthogonalRows(upright ? columns : rows, upright ? rows : columns, draw);
    float* values = weight.mutable_data_ptr<float>();
    for (std::int64_t r = 0; r < rows; ++r)
        for (std::int64_t c = 0; c < columns; ++c)
            values[r * columns + c] = float(drawn[std::size_t(upright ? c * rows + r : r * columns + c)]);
    return weight;
}

bool alike(const Init& init)
{
    return init.kind == "constant" || init.kind == "zeros";
}

}

const std::vector<std::string>& initNames()
{
    static const std::vector<std::string> names{"default",        "kaiming_uniform", "kaiming_normal",
                                                "xavier_uniform", "xavier_normal",   "orthogonal",
                                                "normal",         "constant",        "zeros"};
    return names;
}

std::int64_t fanInOf(const Shape& shape)
{
    std::int64_t fanIn = 1;
    for (std::size_t i = 1; i < shape.size(); ++i)
        fanIn *= shape[i];
    return fanIn;
}

at::Tensor drawnWeight(const Shape& shape, const Init& init, const base::Draw& draw)
{
    if (init.kind == "orthogonal")
        return orthogonal(shape, draw);
    if (alike(init))
        return tensor::zeros(shape).fill_(init.kind == "zeros" ? 0 : init.scale);
    at::Tensor weight = tensor::empty(shape);
    const double fanIn = double(fanInOf(shape)), fanOut = fanIn / double(shape[1]) * double(shape[0]);
    const bool byFanOut = init.kind == convolutionsByFanOut && shape.size() == 4;
    const bool asTorch = init.kind == "default" || (init.kind == convolutionsByFanOut && !byFanOut);
    const double fans = init.kind.starts_with("xavier") ? fanIn + fanOut : byFanOut ? fanOut : fanIn;
    const double variance = (asTorch ? 1.0 / 3 : 2.0) / fans;
    const bool normal = init.kind.ends_with("normal") || byFanOut;
    const double size = init.kind == "normal" ? init.scale : std::sqrt(normal ? variance : 3 * variance);
    float* values = weight.mutable_data_ptr<float>();
    for (std::int64_t i = 0; i < weight.numel(); ++i)
        values[i] = float(size * (normal ? draw.normal(std::uint64_t(i)) : draw.uniform(std::uint64_t(i), -1, 1)));
    return weight;
}

at::Tensor drawnBias(std::int64_t outputs, std::int64_t fanIn, const Init& init, const base::Draw& draw)
{
    if (alike(init))
        return tensor::zeros({outputs});
    at::Tensor bias = tensor::empty({outputs});
    const double bound = 1 / std::sqrt(double(fanIn));
    for (std::int64_t i = 0; i < outputs; ++i)
        bias.mutable_data_ptr<float>()[i] = float(draw.uniform(std::uint64_t(i), -bound, bound));
    return bias;
}

}
