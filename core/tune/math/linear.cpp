// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/math/linear.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace core::tune::math {

double dot(std::span<const double> a, std::span<const double> b)
{
    // Four sums in a fixed order: as fast as the processor's vectors allow, and the same bits every time.
    double sum[4] = {};
    const std::size_t n = a.size(), whole = n / 4 * 4;
    for (std::size_t i = 0; i < whole; i += 4)
        for (std::size_t k = 0; k < 4; ++k)
            sum[k] += a[i + k] * b[i + k];
    for (std::size_t i = whole; i < n; ++i)
        sum[0] += a[i] * b[i];
    return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

Cholesky::Cholesky(Matrix symmetric)
{
    double diagonal = 0;
    for (std::size_t i = 0; i < symmetric.rows; ++i)
        diagonal = std::max(diagonal, std::abs(symmetric(i, i)));
    if (factor(symmetric, 0))
        return;
    for (double added = 1e-12 * std::max(diagonal, 1e-300);; added *= 10)
        if (factor(symmetric, added))
            return;
}

bool Cholesky::factor(const Matrix& symmetric, double added)
{
    const std::size_t n = symmetric.rows;
    m_lower = Matrix(n, n);
    for (std::size_t i = 0; i < n; ++i) {
        double* row = &m_lower.cells[i * n];
        for (std::size_t j = 0; j <= i; ++j) {
            const double* other = &m_lower.cells[j * n];
            const double rest = symmetric(i, j) - dot({row, j}, {other, j});
            if (i != j) {
                row[j] = rest / other[j];
                continue;
            }
            const double square = rest + added;
            if (!(square > 0) && std::isfinite(added))
                return false;
            row[i] = std::sqrt(square);
        }
    }
    return true;
}

double Cholesky::logDeterminant() const
{
    double sum = 0;
    for (std::size_t i = 0; i < size(); ++i)
        sum += std::log(m_lower(i, i));
    return 2 * sum;
}

std::vector<double> Cholesky::forward(std::span<const double> b) const
{
    std::vector<double> x(b.begin(), b.end());
    for (std::size_t i = 0; i < x.size(); ++i)
        x[i] = (x[i] - dot(m_lower.row(i).first(i), std::span(x).first(i))) / m_lower(i, i);
    return x;
}

std::vector<double> Cholesky::backward(std::span<const double> b) const
{
    std::vector<double> x(b.begin(), b.end());
    for (std::size_t i = x.size(); i-- > 0;) {
        x[i] /= m_lower(i, i);
        const std::span<const double> row = m_lower.row(i);
        for (std::size_t j = 0; j < i; ++j)
            x[j] -= row[j] * x[i];
    }
    return x;
}

Matrix Cholesky::inverse() const
{
    // L⁻¹ row by row, kept transposed so that every sum runs along memory; then L⁻ᵀ·L⁻¹.
    const std::size_t n = size();
    Matrix columns(n, n); // row j holds column j of L⁻¹
    for (std::size_t j = 0; j < n; ++j) {
        double* x = &columns.cells[j * n];
        x[j] = 1 / m_lower(j, j);
        for (std::size_t i = j + 1; i < n; ++i)
            x[i] = -dot(m_lower.row(i).subspan(j, i - j), {x + j, i - j}) / m_lower(i, i);
    }
    Matrix inverse(n, n);
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j <= i; ++j)
            inverse(i, j) = inverse(j, i) = dot(columns.row(i).subspan(i), columns.row(j).subspan(i));
    return inverse;
}

namespace {

// Turns rows and columns p and q so that their common cell becomes 0.
void rotate(Matrix& a, Matrix& vectors, std::size_t p, std::size_t q)
{
    const std::size_t n = a.rows;
    const double theta = (a(q, q) - a(p, p)) / (2 * a(p, q));
    const double t = (theta >= 0 ? 1 : -1) / (std::abs(theta) + std::sqrt(theta * theta + 1));
    const double c = 1 / std::sqrt(t * t + 1), s = t * c;
    for (std::size_t k = 0; k < n; ++k) {
        const double kp = a(k, p), kq = a(k, q);
        a(k, p) = c * kp - s * kq;
        a(k, q) = s * kp + c * kq;
    }
    for (std::size_t k = 0; k < n; ++k) {
        const double pk = a(p, k), qk = a(q, k);
        a(p, k) = c * pk - s * qk;
        a(q, k) = s * pk + c * qk;
        const double vp = vectors(k, p), vq = vectors(k, q);
        vectors(k, p) = c * vp - s * vq;
        vectors(k, q) = s * vp + c * vq;
    }
}

}

Eigen eigenOf(Matrix a)
{
    const std::size_t n = a.rows;
    Matrix vectors(n, n);
    for (std::size_t i = 0; i < n; ++i)
        vectors(i, i) = 1;
    for (int sweep = 0; sweep < 60; ++sweep) {
        double off = 0, all = 0;
        for (std::size_t i = 0; i < n; ++i)
            for (std::size_t j = 0; j < n; ++j)
                (i == j ? all : off) += a(i, j) * a(i, j);
        if (off <= 1e-30 * (all + off))
            break;
        for (std::size_t p = 0; p < n; ++p)
            for (std::size_t q = p + 1; q < n; ++q)
                if (a(p, q) != 0)
                    rotate(a, vectors, p, q);
    }
    std::vector<std::size_t> order(n);
    std::iota(order.begin(), order.end(), std::size_t(0));
    std::ranges::stable_sort(order, {}, [&](std::size_t i) { return a(i, i); });
    Eigen found{std::vector<double>(n), Matrix(n, n)};
    for (std::size_t k = 0; k < n; ++k) {
        found.values[k] = a(order[k], order[k]);
        for (std::size_t i = 0; i < n; ++i)
            found.vectors(i, k) = vectors(i, order[k]);
    }
    return found;
}

}
