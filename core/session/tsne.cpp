// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/session/look.h"

#include <algorithm>
#include <cmath>

namespace core::session {

namespace tsne_work {

using base::Error;
using base::ErrorKind;
using Reals = std::vector<double>;

constexpr std::size_t mostPoints = 3000;
constexpr std::int64_t exaggeratedSteps = 250;
constexpr double exaggeration = 12, leastGain = 0.01, least = 1e-12;

// Squared distances, [n, n].
Reals distancesOf(const std::vector<float>& vectors, std::size_t n, std::size_t width)
{
    Reals all(n * n, 0);
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = i + 1; j < n; ++j) {
            double sum = 0;
            for (std::size_t k = 0; k < width; ++k) {
                const double d = double(vectors[i * width + k]) - double(vectors[j * width + k]);
                sum += d * d;
            }
            all[i * n + j] = all[j * n + i] = sum;
        }
    return all;
}

// P(j | i) with the width of the Gaussian at i found by bisection, so that its entropy is ln(perplexity).
void searchRow(const double* distances, std::size_t i, std::size_t n, double perplexity, double* row)
{
    double beta = 1, low = -HUGE_VAL, high = HUGE_VAL;
    const double wanted = std::log(perplexity);
    for (int tries = 0; tries < 100; ++tries) {
        double sum = 0, weighted = 0;
        for (std::size_t j = 0; j < n; ++j) {
            row[j] = j == i ? 0 : std::exp(-distances[j] * beta);
            sum += row[j];
        }
        sum = sum == 0 ? 1e-8 : sum;
        for (std::size_t j = 0; j < n; ++j) {
            row[j] /= sum;
            weighted += distances[j] * row[j];
        }
        const double off = std::log(sum) + beta * weighted - wanted;
        if (std::fabs(off) <= 1e-5)
            return;
        (off > 0 ? low : high) = beta;
        if (off > 0)
            beta = std::isinf(high) ? beta * 2 : (beta + high) / 2;
        else
            beta = std::isinf(low) ? beta / 2 : (beta + low) / 2;
    }
}

Reals neighbourhoods(const Reals& distances, std::size_t n, double perplexity)
{
    Reals given(n * n), joint(n * n);
    for (std::size_t i = 0; i < n; ++i)
        searchRow(distances.data() + i * n, i, n, perplexity, given.data() + i * n);
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < n; ++j)
            joint[i * n + j] = std::max((given[i * n + j] + given[j * n + i]) / (2 * double(n)), least);
    return joint;
}

// The first two principal components by power iteration on the vectors; scaled so that the first has σ = 1e-4, as
// scikit-learn begins.
Reals principal(const std::vector<float>& vectors, std::size_t n, std::size_t width)
{
    Reals centred(vectors.begin(), vectors.end()), axes;
    for (std::size_t k = 0; k < width; ++k) {
        double mean = 0;
        for (std::size_t i = 0; i < n; ++i)
            mean += centred[i * width + k] / double(n);
        for (std::size_t i = 0; i < n; ++i)
            centred[i * width + k] -= mean;
    }
    Reals places(2 * n, 0), axis(width), next(width), first;
    for (std::size_t c = 0; c < 2; ++c) {
        for (std::size_t k = 0; k < width; ++k)
            axis[k] = 1 / (1 + double((k * 7 + c * 3) % 11));
        for (int round = 0; round < 200; ++round) {
            if (c == 1) {
                double along = 0;
                for (std::size_t k = 0; k < width; ++k)
                    along += axis[k] * first[k];
                for (std::size_t k = 0; k < width; ++k)
                    axis[k] -= along * first[k];
            }
            double length = 0;
            for (const double value : axis)
                length += value * value;
            length = std::sqrt(std::max(length, 1e-300));
            std::fill(next.begin(), next.end(), 0);
            for (std::size_t i = 0; i < n; ++i) {
                double at = 0;
                for (std::size_t k = 0; k < width; ++k)
                    at += centred[i * width + k] * axis[k] / length;
                places[2 * i + c] = at;
                for (std::size_t k = 0; k < width; ++k)
                    next[k] += at * centred[i * width + k];
            }
            if (c == 0 && round == 199) {
                first = axis;
                for (double& value : first)
                    value /= length;
            }
            axis = next;
        }
    }
    double square = 0;
    for (std::size_t i = 0; i < n; ++i)
        square += places[2 * i] * places[2 * i];
    const double scale = 1e-4 / std::max(1e-300, std::sqrt(square / double(n)));
    for (double& place : places)
        place *= scale;
    return places;
}

/// One descent step's work: attraction and repulsion of every pair.
class Descent {
public:
    Descent(Reals joint, Reals places, std::size_t n)
        : m_joint(std::move(joint)),
          m_places(std::move(places)),
          m_n(n),
          m_close(n * n),
          m_gradient(2 * n),
          m_update(2 * n, 0),
          m_gains(2 * n, 1)
    {
    }

    void step(double exaggerated, double momentum, double rate)
    {
        slope(exaggerated);
        for (std::size_t i = 0; i < 2 * m_n; ++i) {
            m_gains[i] = std::max(leastGain, m_update[i] * m_gradient[i] < 0 ? m_gains[i] + 0.2 : m_gains[i] * 0.8);
            m_update[i] = momentum * m_update[i] - rate * m_gains[i] * m_gradient[i];
            m_places[i] += m_update[i];
        }
    }

    double divergence()
    {
        const double sum = closeness();
        double all = 0;
        for (std::size_t i = 0; i < m_n; ++i)
            for (std::size_t j = 0; j < m_n; ++j)
                if (i != j) {
                    const double p = m_joint[i * m_n + j], q = std::max(m_close[i * m_n + j] / sum, least);
                    all += p * std::log(std::max(p, least) / q);
                }
        return all;
    }

    const Reals& places() const { return m_places; }

private:
    Reals m_joint, m_places;
    std::size_t m_n;
    std::vector<float> m_close;
    Reals m_gradient, m_update, m_gains;

    // 1 / (1 + |yᵢ − yⱼ|²) of all pairs, and their sum.
    double closeness()
    {
        double sum = 0;
        for (std::size_t i = 0; i < m_n; ++i) {
            const double x = m_places[2 * i], y = m_places[2 * i + 1];
            float* row = m_close.data() + i * m_n;
            double part = 0;
            for (std::size_t j = 0; j < m_n; ++j) {
                const double dx = x - m_places[2 * j], dy = y - m_places[2 * j + 1];
                const double near = 1 / (1 + dx * dx + dy * dy);
                row[j] = float(near);
                part += near;
            }
            sum += part - 1;
        }
        return sum;
    }

    void slope(double exaggerated)
    {
        const double sum = closeness();
        for (std::size_t i = 0; i < m_n; ++i) {
            const double x = m_places[2 * i], y = m_places[2 * i + 1];
            const float* row = m_close.data() + i * m_n;
            const double* joint = m_joint.data() + i * m_n;
            double gx = 0, gy = 0;
            for (std::size_t j = 0; j < m_n; ++j) {
                const double pull = (exaggerated * joint[j] - double(row[j]) / sum) * double(row[j]);
                gx += pull * (x - m_places[2 * j]);
                gy += pull * (y - m_places[2 * j + 1]);
            }
            m_gradient[2 * i] = 4 * gx;
            m_gradient[2 * i + 1] = 4 * gy;
        }
    }
};

base::Result<Tsne> found(const std::vector<float>& vectors, std::int64_t width, const TsneOptions& options,
                         const Going& going)
{
    const std::size_t n = width > 0 ? vectors.size() / std::size_t(width) : 0;
    if (n < 4 || n > mostPoints)
        return Error{ErrorKind::Usage,
                     "t-SNE takes 4 to " + std::to_string(mostPoints) + " points, not " + std::to_string(n), "rows",
                     "Choose another number of rows"};
    const double perplexity = std::min(options.perplexity, double(n - 1) / 3);
    Descent descent(neighbourhoods(distancesOf(vectors, n, std::size_t(width)), n, perplexity),
                    principal(vectors, n, std::size_t(width)), n);
    const double rate = std::max(double(n) / exaggeration / 4, 50.);
    for (std::int64_t step = 0; step < options.steps; ++step) {
        const bool early = step < exaggeratedSteps;
        descent.step(early ? exaggeration : 1, early ? 0.5 : 0.8, rate);
        if (going && !going(step + 1, options.steps))
            return Error{ErrorKind::Interrupted, "given up", "t-SNE", {}};
    }
    Tsne result;
    result.divergence = descent.divergence();
    for (std::size_t i = 0; i < n; ++i) {
        result.x.push_back(descent.places()[2 * i]);
        result.y.push_back(descent.places()[2 * i + 1]);
    }
    return result;
}

}

base::Result<Tsne> tsne(const std::vector<float>& vectors, std::int64_t width, const TsneOptions& options,
                        const Going& going)
{
    return tsne_work::found(vectors, width, options, going);
}

}
