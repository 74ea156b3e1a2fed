// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace core::tune::math {

/// Dense, row by row.
struct Matrix {
    std::size_t rows = 0, columns = 0;
    std::vector<double> cells;

    Matrix() = default;
    Matrix(std::size_t r, std::size_t c, double value = 0) : rows(r), columns(c), cells(r * c, value) {}
    double& operator()(std::size_t r, std::size_t c) { return cells[r * columns + c]; }
    double operator()(std::size_t r, std::size_t c) const { return cells[r * columns + c]; }
    std::span<const double> row(std::size_t r) const { return {cells.data() + r * columns, columns}; }
};

/// The lower factor L of a symmetric positive definite matrix, A = L·Lᵀ. Where rounding has made A indefinite, a little
/// is added to its diagonal, ten times as much at each try.
class Cholesky {
public:
    explicit Cholesky(Matrix symmetric);

    std::size_t size() const { return m_lower.rows; }
    const Matrix& lower() const { return m_lower; }
    /// log det A
    double logDeterminant() const;
    /// L⁻¹ b
    std::vector<double> forward(std::span<const double> b) const;
    /// L⁻ᵀ b
    std::vector<double> backward(std::span<const double> b) const;
    /// A⁻¹ b
    std::vector<double> solve(std::span<const double> b) const { return backward(forward(b)); }
    /// A⁻¹
    Matrix inverse() const;

private:
    Matrix m_lower;
    bool factor(const Matrix& symmetric, double added);
};

double dot(std::span<const double> a, std::span<const double> b);

/// Eigenvalues (ascending) and orthonormal eigenvectors (columns) of a symmetric matrix, by Jacobi rotations.
struct Eigen {
    std::vector<double> values;
    Matrix vectors;
};
Eigen eigenOf(Matrix symmetric);

}
