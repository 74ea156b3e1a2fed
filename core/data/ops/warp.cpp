// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/ops/warp.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace core::data {

namespace {

using Matrix = std::array<double, 9>;

Matrix product(const Matrix& a, const Matrix& b)
{
    Matrix out{};
    for (std::size_t row = 0; row < 3; ++row)
        for (std::size_t column = 0; column < 3; ++column)
            for (std::size_t i = 0; i < 3; ++i)
                out[row * 3 + column] += a[row * 3 + i] * b[i * 3 + column];
    return out;
}

Matrix inverse(const Matrix& m)
{
    const double a = m[4] * m[8] - m[5] * m[7], b = m[5] * m[6] - m[3] * m[8], c = m[3] * m[7] - m[4] * m[6];
    const double determinant = m[0] * a + m[1] * b + m[2] * c;
    Matrix out{a, m[2] * m[7] - m[1] * m[8], m[1] * m[5] - m[2] * m[4],
               b, m[0] * m[8] - m[2] * m[6], m[2] * m[3] - m[0] * m[5],
               c, m[1] * m[6] - m[0] * m[7], m[0] * m[4] - m[1] * m[3]};
    for (double& value : out)
        value /= determinant;
    return out;
}

Matrix shift(double x, double y)
{
    return {1, 0, x, 0, 1, y, 0, 0, 1};
}

// Halves to even, as nearbyint, but without a call; for numbers far below 2^22.
float rounded(float value)
{
    constexpr float magic = 12582912.f;
    return (value + magic) - magic;
}

struct Plane {
    const float* pixels;
    std::int64_t width, height;
};

// One row of the result from one plane. `inside`: 1 or 0.
void nearestRow(const Plane& from, const std::int32_t* places, std::int64_t n, float fill, float* out)
{
    for (std::int64_t x = 0; x < n; ++x)
        out[x] = places[x] < 0 ? fill : from.pixels[places[x]];
}

void nearestPlaces(const float* columns, const float* rows, std::int64_t n, std::int64_t width, std::int64_t height,
                   std::int32_t* places)
{
    const float right = float(width - 1), bottom = float(height - 1);
    for (std::int64_t x = 0; x < n; ++x) {
        const float column = rounded(columns[x]), row = rounded(rows[x]);
        const bool inside = column >= 0 && column <= right && row >= 0 && row <= bottom;
        // Outside may be anywhere, beyond what an integer holds too.
        const float safeColumn = inside ? column : 0, safeRow = inside ? row : 0;
        const std::int32_t place = std::int32_t(safeRow) * std::int32_t(width) + std::int32_t(safeColumn);
        places[x] = inside ? place : -1;
    }
}

// The four pixels around each point: where they are and what they weigh, 0 outside the picture.
struct Corners {
    std::vector<std::int32_t> place[4];
    std::vector<float> weight[4];

    explicit Corners(std::int64_t n)
    {
        for (int i = 0; i < 4; ++i) {
            place[i].resize(std::size_t(n));
            weight[i].resize(std::size_t(n));
        }
    }

    void find(const float* columns, const float* rows, std::int64_t n, std::int64_t width, std::int64_t height)
    {
        for (std::int64_t x = 0; x < n; ++x) {
            const float column = std::clamp(columns[x], -2.f, float(width) + 1);
            const float row = std::clamp(rows[x], -2.f, float(height) + 1);
            const float left = std::floor(column), top = std::floor(row);
            const float right = column - left, down = row - top;
            const float weights[] = {(1 - right) * (1 - down), right * (1 - down), (1 - right) * down, right * down};
            const std::int32_t firstColumn = std::int32_t(left), firstRow = std::int32_t(top);
            for (std::int32_t i = 0; i < 4; ++i) {
                const std::int32_t c = firstColumn + (i & 1), r = firstRow + (i >> 1);
                const bool inside = c >= 0 && c < width && r >= 0 && r < height;
                place[i][std::size_t(x)] = inside ? r * std::int32_t(width) + c : 0;
                weight[i][std::size_t(x)] = inside ? weights[i] : 0;
            }
        }
    }

    void take(const Plane& from, std::int64_t n, std::optional<float> fill, float* out) const
    {
        for (std::int64_t at = 0; at < n; ++at) {
            const std::size_t x = std::size_t(at);
            float sum = 0, share = 0;
            for (int i = 0; i < 4; ++i) {
                sum += weight[i][x] * from.pixels[place[i][x]];
                share += weight[i][x];
            }
            out[at] = fill ? (sum - *fill) * share + *fill : sum;
        }
    }
};

void warpMask(Sample& image, const Warp& warp)
{
    const std::vector<std::uint8_t> before = image.mask;
    const std::int64_t width = warp.width();
    std::vector<float> columns(static_cast<std::size_t>(width)), rows(columns);
    std::vector<std::int32_t> places(columns.size());
    for (std::int64_t y = 0; y < warp.height(); ++y) {
        warp.lookUp(y, columns.data(), rows.data());
        nearestPlaces(columns.data(), rows.data(), width, width, warp.height(), places.data());
        for (std::int64_t x = 0; x < width; ++x)
            image.mask[std::size_t(y * width + x)] =
                places[std::size_t(x)] < 0 ? std::uint8_t(255) : before[std::size_t(places[std::size_t(x)])];
    }
}

}

Interpolation interpolationOf(const std::string& name)
{
    return name == "bilinear" ? Interpolation::Bilinear : Interpolation::Nearest;
}

Warp::Warp(const std::array<double, 9>& inverseOfPixels, std::int64_t width, std::int64_t height)
    : m_forward(inverse(inverseOfPixels)),
      m_tilts(inverseOfPixels[6] != 0 || inverseOfPixels[7] != 0),
      m_width(width),
      m_height(height)
{
}

Warp Warp::affine(const AffineParameters& given, std::int64_t width, std::int64_t height)
{
    constexpr double degree = std::numbers::pi / 180;
    const double halfWidth = 0.5 * double(width), halfHeight = 0.5 * double(height);
    const double cx = given.center ? (*given.center)[0] - halfWidth : 0;
    const double cy = given.center ? (*given.center)[1] - halfHeight : 0;
    const double turn = given.angle * degree, sx = given.shear[0] * degree, sy = given.shear[1] * degree;
    // Rotation, shears and scale in one, and what undoes them (torchvision's _get_inverse_affine_matrix).
    const double a = std::cos(turn - sy) / std::cos(sy), b = -(a * std::tan(sx) + std::sin(turn));
    const double c = std::sin(turn - sy) / std::cos(sy), d = std::cos(turn) - c * std::tan(sx);
    double m[6] = {d / given.scale, -b / given.scale, 0, -c / given.scale, a / given.scale, 0};
    m[2] = cx - m[0] * (cx + given.translate[0]) - m[1] * (cy + given.translate[1]);
    m[5] = cy - m[3] * (cx + given.translate[0]) - m[4] * (cy + given.translate[1]);
    const Matrix aroundMiddle{m[0], m[1], m[2], m[3], m[4], m[5], 0, 0, 1};
    Warp made(product(shift(halfWidth, halfHeight), product(aroundMiddle, shift(-halfWidth, -halfHeight))), width,
              height);
    for (std::size_t i = 0; i < 6; ++i)
        made.m_grid[i] = float(m[i]) / float(i < 3 ? halfWidth : halfHeight);
    return made;
}

Warp Warp::rotation(double degrees, std::int64_t width, std::int64_t height)
{
    return affine({.angle = -degrees}, width, height);
}

Warp Warp::perspective(const std::array<double, 8>& c, std::int64_t width, std::int64_t height)
{
    Warp made({c[0], c[1], c[2], c[3], c[4], c[5], c[6], c[7], 1}, width, height);
    for (std::size_t i = 0; i < 6; ++i)
        made.m_grid[i] = float(c[i]) / float(0.5 * double(i < 3 ? width : height));
    made.m_grid[6] = float(c[6]);
    made.m_grid[7] = float(c[7]);
    made.m_grid[8] = 1;
    return made;
}

// In float and in torchvision's order, so that what lies on the border between two pixels falls as it does there.
void Warp::lookUp(std::int64_t y, float* columns, float* rows) const
{
    const float halfWidth = 0.5f * float(m_width), halfHeight = 0.5f * float(m_height);
    const auto& g = m_grid;
    // m_grid[8] is 1 for perspectives alone: their pixels count from the corner, others from the middle.
    const bool fromCorner = g[8] != 0;
    const float firstX = fromCorner ? 0.5f : 0.5f * float(1 - m_width);
    const float atY = float(y) + (fromCorner ? 0.5f : 0.5f * float(1 - m_height));
    const float b = atY * g[1], e = atY * g[4], h = atY * g[7], c = g[2], f = g[5];
    for (std::int64_t x = 0; x < m_width; ++x) {
        const float atX = float(x) + firstX;
        columns[x] = atX * g[0] + b + c;
        rows[x] = atX * g[3] + e + f;
    }
    if (fromCorner)
        for (std::int64_t x = 0; x < m_width; ++x) {
            const float z = (float(x) + firstX) * g[6] + h + 1.f;
            columns[x] = columns[x] / z - 1.f;
            rows[x] = rows[x] / z - 1.f;
        }
    for (std::int64_t x = 0; x < m_width; ++x) {
        columns[x] = (columns[x] + 1.f) * halfWidth - 0.5f;
        rows[x] = (rows[x] + 1.f) * halfHeight - 0.5f;
    }
}

std::array<double, 2> Warp::placeOf(double x, double y) const
{
    const Matrix& m = m_forward;
    const double z = m[6] * x + m[7] * y + m[8];
    return {(m[0] * x + m[1] * y + m[2]) / z, (m[3] * x + m[4] * y + m[5]) / z};
}

std::array<double, 8> perspectiveTo(const std::array<std::array<double, 2>, 4>& corners, std::int64_t width,
                                    std::int64_t height)
{
    const double right = double(width - 1), bottom = double(height - 1);
    const double ends[4][2] = {{0, 0}, {right, 0}, {right, bottom}, {0, bottom}};
    double rows[8][9];
    for (int i = 0; i < 4; ++i) {
        const double x = corners[std::size_t(i)][0], y = corners[std::size_t(i)][1];
        const double first[] = {x, y, 1, 0, 0, 0, -ends[i][0] * x, -ends[i][0] * y, ends[i][0]};
        const double second[] = {0, 0, 0, x, y, 1, -ends[i][1] * x, -ends[i][1] * y, ends[i][1]};
        std::copy(first, first + 9, rows[2 * i]);
        std::copy(second, second + 9, rows[2 * i + 1]);
    }
    for (int column = 0; column < 8; ++column) {
        int pivot = column;
        for (int row = column + 1; row < 8; ++row)
            if (std::abs(rows[row][column]) > std::abs(rows[pivot][column]))
                pivot = row;
        std::swap_ranges(rows[column], rows[column] + 9, rows[pivot]);
        // Corners on one line have no perspective: the picture stays as it is.
        if (std::abs(rows[column][column]) < 1e-9)
            return {1, 0, 0, 0, 1, 0, 0, 0};
        for (int row = 0; row < 8; ++row) {
            const double factor = row == column ? 0 : rows[row][column] / rows[column][column];
            for (int i = column; i < 9; ++i)
                rows[row][i] -= factor * rows[column][i];
        }
    }
    std::array<double, 8> found{};
    for (std::size_t i = 0; i < 8; ++i)
        found[i] = double(float(rows[i][8] / rows[i][i]));
    return found;
}

void warpImage(Sample& image, const Warp& warp, Interpolation interpolation, std::optional<float> fill)
{
    const std::int64_t width = image.width(), height = image.height(), n = width * height;
    const std::vector<float> before = image.values;
    std::vector<float> at(static_cast<std::size_t>(2 * width));
    float *columns = at.data(), *rows = columns + width;
    std::vector<std::int32_t> places(static_cast<std::size_t>(width));
    Corners corners(interpolation == Interpolation::Bilinear ? width : 0);
    for (std::int64_t y = 0; y < height; ++y) {
        warp.lookUp(y, columns, rows);
        if (interpolation == Interpolation::Bilinear)
            corners.find(columns, rows, width, width, height);
        else
            nearestPlaces(columns, rows, width, width, height, places.data());
        for (std::int64_t channel = 0; channel < image.channels(); ++channel) {
            const Plane from{before.data() + channel * n, width, height};
            float* out = image.plane(channel) + y * width;
            if (interpolation == Interpolation::Bilinear)
                corners.take(from, width, fill, out);
            else
                nearestRow(from, places.data(), width, fill.value_or(0), out);
        }
    }
    if (!image.mask.empty())
        warpMask(image, warp);
    for (Box& box : image.boxes) {
        const double ends[4][2] = {
            {box.left, box.top}, {box.right, box.top}, {box.right, box.bottom}, {box.left, box.bottom}};
        double low[2] = {HUGE_VAL, HUGE_VAL}, high[2] = {-HUGE_VAL, -HUGE_VAL};
        for (const auto& end : ends) {
            const auto place = warp.placeOf(end[0], end[1]);
            for (std::size_t i = 0; i < 2; ++i) {
                low[i] = std::min(low[i], place[i]);
                high[i] = std::max(high[i], place[i]);
            }
        }
        box.left = float(low[0]);
        box.top = float(low[1]);
        box.right = float(high[0]);
        box.bottom = float(high[1]);
    }
    clipBoxes(image);
}

void clipBoxes(Sample& image)
{
    const float width = float(image.width()), height = float(image.height());
    for (Box& box : image.boxes) {
        box.left = std::clamp(box.left, 0.f, width);
        box.right = std::clamp(box.right, 0.f, width);
        box.top = std::clamp(box.top, 0.f, height);
        box.bottom = std::clamp(box.bottom, 0.f, height);
    }
    std::erase_if(image.boxes, [](const Box& box) { return !(box.left < box.right && box.top < box.bottom); });
}

}
