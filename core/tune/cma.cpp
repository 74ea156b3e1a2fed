// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/cma.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace core::tune {

namespace {

constexpr double tiny = 1e-8;

Cma::Constants constantsOf(double n, std::size_t population)
{
    Cma::Constants c;
    c.population = population > 0 ? population : 4 + std::size_t(std::floor(3 * std::log(n))); // (48)
    c.parents = c.population / 2;
    const double lambda = double(c.population);
    for (std::size_t i = 0; i < c.population; ++i)
        c.weights.push_back(std::log((lambda + 1) / 2) - std::log(double(i + 1))); // (49)
    double sum = 0, squares = 0, sumLow = 0, squaresLow = 0, positive = 0, negative = 0;
    for (std::size_t i = 0; i < c.population; ++i) {
        const double w = c.weights[i];
        (i < c.parents ? sum : sumLow) += w;
        (i < c.parents ? squares : squaresLow) += w * w;
        (w > 0 ? positive : negative) += std::abs(w);
    }
    c.muEff = sum * sum / squares;
    const double muEffLow = sumLow * sumLow / squaresLow;
    c.c1 = 2 / ((n + 1.3) * (n + 1.3) + c.muEff);                                                       // (57)
    c.cmu = std::min(1 - c.c1 - tiny, 2 * (c.muEff - 2 + 1 / c.muEff) / ((n + 2) * (n + 2) + c.muEff)); // (58)
    const double least =
        std::min({1 + c.c1 / c.cmu, 1 + 2 * muEffLow / (c.muEff + 2), (1 - c.c1 - c.cmu) / (n * c.cmu)}); // (50–52)
    for (double& w : c.weights)
        w *= w >= 0 ? 1 / positive : least / negative; // (53)
    c.cSigma = (c.muEff + 2) / (n + c.muEff + 5);      // (55)
    c.dSigma = 1 + 2 * std::max(0.0, std::sqrt((c.muEff - 1) / (n + 1)) - 1) + c.cSigma;
    c.cc = (4 + c.muEff / n) / (n + 4 + 2 * c.muEff / n); // (56)
    c.chi = std::sqrt(n) * (1 - 1 / (4 * n) + 1 / (21 * n * n));
    return c;
}

}

Cma::Cma(std::vector<double> mean, double sigma, std::size_t population)
    : m_constants(constantsOf(double(mean.size()), population)),
      m_mean(std::move(mean)),
      m_pathSigma(m_mean.size(), 0),
      m_path(m_mean.size(), 0),
      m_sigma(sigma),
      m_covariance(m_mean.size(), m_mean.size())
{
    for (std::size_t i = 0; i < m_mean.size(); ++i)
        m_covariance(i, i) = 1;
    decompose();
}

void Cma::decompose()
{
    m_eigen = math::eigenOf(m_covariance);
    for (double& value : m_eigen.values)
        value = value < 0 ? tiny : value;
}

double Cma::reach() const
{
    return m_sigma * std::sqrt(m_eigen.values.back());
}

std::vector<double> Cma::ask(const base::Draw& draw) const
{
    const std::size_t n = m_mean.size();
    std::vector<double> x(n);
    for (std::uint64_t attempt = 0; attempt < 100; ++attempt) {
        x = m_mean;
        for (std::size_t k = 0; k < n; ++k) {
            const double along = m_sigma * std::sqrt(m_eigen.values[k]) * draw.within(attempt).normal(k);
            for (std::size_t i = 0; i < n; ++i)
                x[i] += along * m_eigen.vectors(i, k);
        }
        if (std::ranges::all_of(x, [](double each) { return each >= 0 && each <= 1; }))
            return x;
    }
    for (double& each : x)
        each = std::clamp(each, 0.0, 1.0);
    return x;
}

// C^(−1/2)·y
std::vector<double> Cma::whitened(const std::vector<double>& y) const
{
    const std::size_t n = y.size();
    std::vector<double> out(n, 0);
    for (std::size_t k = 0; k < n; ++k) {
        double along = 0;
        for (std::size_t i = 0; i < n; ++i)
            along += m_eigen.vectors(i, k) * y[i];
        along /= std::sqrt(m_eigen.values[k]);
        for (std::size_t i = 0; i < n; ++i)
            out[i] += along * m_eigen.vectors(i, k);
    }
    return out;
}

void Cma::tell(std::vector<std::pair<std::vector<double>, double>> solutions)
{
    const Constants& c = m_constants;
    const std::size_t n = m_mean.size();
    ++m_generation;
    std::ranges::stable_sort(solutions, {}, [](const auto& each) { return each.second; });
    std::vector<std::vector<double>> steps;
    std::vector<double> mean(n, 0); // of the steps of the parents, (41)
    for (std::size_t s = 0; s < solutions.size(); ++s) {
        std::vector<double> step(n);
        for (std::size_t i = 0; i < n; ++i) {
            step[i] = (solutions[s].first[i] - m_mean[i]) / m_sigma;
            mean[i] += s < c.parents ? c.weights[s] * step[i] : 0;
        }
        steps.push_back(std::move(step));
    }
    const std::vector<double> white = whitened(mean);
    double square = 0;
    for (std::size_t i = 0; i < n; ++i) {
        m_mean[i] += m_sigma * mean[i]; // (42)
        m_pathSigma[i] =
            (1 - c.cSigma) * m_pathSigma[i] + std::sqrt(c.cSigma * (2 - c.cSigma) * c.muEff) * white[i]; // (43)
        square += m_pathSigma[i] * m_pathSigma[i];
    }
    const double length = std::sqrt(square);
    const double gone = std::sqrt(1 - std::pow(1 - c.cSigma, 2 * double(m_generation + 1)));
    const bool moving = length / gone < (1.4 + 2 / (double(n) + 1)) * c.chi;
    double weightSum = 0;
    std::vector<double> weights = c.weights; // (46)
    for (std::size_t s = 0; s < weights.size(); ++s) {
        weightSum += weights[s];
        if (weights[s] < 0) {
            const std::vector<double> w = whitened(steps[s]);
            weights[s] *= double(n) / (math::dot(w, w) + tiny);
        }
    }
    for (std::size_t i = 0; i < n; ++i)
        m_path[i] = (1 - c.cc) * m_path[i] + (moving ? std::sqrt(c.cc * (2 - c.cc) * c.muEff) * mean[i] : 0); // (45)
    const double held = moving ? 0 : c.cc * (2 - c.cc);
    math::Matrix next(n, n); // (47)
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < n; ++j) {
            double sum = 0;
            for (std::size_t s = 0; s < steps.size(); ++s)
                sum += weights[s] * steps[s][i] * steps[s][j];
            next(i, j) = (1 + c.c1 * held - c.c1 - c.cmu * weightSum) * m_covariance(i, j) +
                         c.c1 * m_path[i] * m_path[j] + c.cmu * sum;
        }
    m_covariance = std::move(next);
    m_sigma = std::min(m_sigma * std::exp(c.cSigma / c.dSigma * (length / c.chi - 1)), 1e32); // (44)
    decompose();
}

}
