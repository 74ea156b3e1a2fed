// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tune/acquisition.h"
#include "core/tune/gp.h"
#include "core/tune/math/normal.h"
#include "core/tune/math/quasi.h"
#include "core/tune/sampler.h"

#include <algorithm>
#include <cmath>

namespace core::tune::samplers::bayesian {

namespace {

struct Spec {
    std::int64_t startupTrials = 10;
    std::string acquisition = "log_ei";
    double kappa = 2;
    std::string parallel = "constant_liar";
    std::optional<double> noise;
};

constexpr std::size_t mostTrials = 1000, mostFitted = 160;
// Deviations below this are rounding, not doubt.
constexpr double leastVariance = 1e-12;

/// A Gaussian process given the trials that have ended, and lies for those that still run: with `qei` several of them,
/// drawn from the process itself, over which the acquisition is the mean.
class Model {
public:
    Model(const History& history, const Spec& spec) : m_spec(spec), m_observed(observe(history, mostTrials))
    {
        const auto categories = categoriesOf(history.space, m_observed.hasTask);
        const Observed few = m_observed.size() > mostFitted ? observe(history, mostFitted) : m_observed;
        const Kernel kernel = fitKernel({few.x, few.losses}, categories, spec.noise);
        takeLies(GpData{m_observed.x, m_observed.losses}, kernel, history);
    }

    const Observed& observed() const { return m_observed; }
    Prediction at(std::span<const double> x) const { return m_gp->at(m_observed.row(x)); }

    double acquisition(std::span<const double> x) const
    {
        const std::vector<double> k = m_gp->covariances(m_observed.row(x)), v = m_gp->factor().forward(k);
        const double deviation = std::sqrt(std::max(m_gp->kernel().variance() - math::dot(v, v), leastVariance));
        double sum = 0, most = -std::numeric_limits<double>::infinity();
        std::vector<double> logs;
        for (const Lie& lie : m_lies) {
            const double mean = math::dot(k, lie.weights);
            if (m_spec.acquisition == "ucb")
                sum += confidenceBound(mean, deviation, m_spec.kappa);
            else
                logs.push_back(logExpectedImprovement(mean, deviation, lie.best));
            if (!logs.empty())
                most = std::max(most, logs.back());
        }
        if (m_spec.acquisition == "ucb")
            return sum / double(m_lies.size());
        for (const double log : logs)
            sum += std::exp(log - most);
        const double log = most + std::log(sum / double(logs.size())) + logAugmentation(deviation, noiseDeviation());
        return m_spec.acquisition == "ei" ? std::exp(log) : log;
    }

    // Of the first lie, which with constant_liar is the only one.
    double slope(std::span<const double> x, std::span<double> gradient) const
    {
        const std::vector<double> row = m_observed.row(x);
        std::vector<double> meanSlope(row.size()), varianceSlope(row.size());
        const Prediction found = m_gp->at(row, meanSlope, varianceSlope);
        const double deviation = std::sqrt(std::max(found.variance, leastVariance));
        const double z = (m_lies.front().best - found.mean) / deviation;
        const bool bound = m_spec.acquisition == "ucb";
        // d log EI = (dσ + (Φ/h)·(σ·dz)) / σ with σ·dz = −dμ − z·dσ.
        const double share = bound ? 0 : math::logHSlope(z);
        double augmentationSlope = 0;
        const double augmentation = logAugmentation(deviation, noiseDeviation(), &augmentationSlope);
        for (std::size_t i = 0; i < x.size(); ++i) {
            const double deviationSlope = found.variance > leastVariance ? varianceSlope[i] / (2 * deviation) : 0;
            gradient[i] = bound ? m_spec.kappa * deviationSlope - meanSlope[i]
                                : (deviationSlope + share * (-meanSlope[i] - z * deviationSlope)) / deviation +
                                      augmentationSlope * deviationSlope;
        }
        const double log = std::log(deviation) + math::logH(z) + augmentation;
        if (bound)
            return confidenceBound(found.mean, deviation, m_spec.kappa);
        if (m_spec.acquisition == "log_ei")
            return log;
        for (double& each : gradient)
            each *= std::exp(log);
        return std::exp(log);
    }

    bool hasSlope() const { return m_lies.size() == 1; }

private:
    struct Lie {
        std::vector<double> weights; ///< K⁻¹ y
        double best;
    };
    Spec m_spec;
    Observed m_observed;
    std::optional<GaussianProcess> m_gp;
    std::vector<Lie> m_lies;

    // Noise far below a thousandth of the function's variance is not taken for such: a fit cannot tell it from what the
    // kernel does not get right, and the last digits of a smooth function would not be looked for.
    double noiseDeviation() const
    {
        const Kernel& kernel = m_gp->kernel();
        return std::sqrt(kernel.noise * kernel.noise / (kernel.noise + 0.001 * kernel.scale));
    }

    void takeLies(GpData data, const Kernel& kernel, const History& history)
    {
        const std::size_t pending = m_observed.pending.rows, known = data.size();
        if (pending == 0) {
            const double best = m_observed.best();
            m_gp.emplace(std::move(data), kernel);
            m_lies.push_back({m_gp->weightsFor(m_gp->data().y), best});
            return;
        }
        const GaussianProcess before(data, kernel);
        std::vector<double> means(pending);
        math::Matrix covariance(pending, pending);
        std::vector<std::vector<double>> forwards;
        for (std::size_t i = 0; i < pending; ++i) {
            const auto x = m_observed.pending.row(i);
            means[i] = before.at(x).mean;
            forwards.push_back(before.factor().forward(before.covariances(x)));
            for (std::size_t j = 0; j <= i; ++j)
                covariance(i, j) = covariance(j, i) = kernel.at(kernel.squaredDistance(x, m_observed.pending.row(j))) -
                                                      math::dot(forwards[i], forwards[j]) + (i == j ? 1e-9 : 0);
        }
        data.x.cells.insert(data.x.cells.end(), m_observed.pending.cells.begin(), m_observed.pending.cells.end());
        data.x.rows += pending;
        data.y.insert(data.y.end(), means.begin(), means.end());
        std::vector<double> y = data.y;
        m_gp.emplace(std::move(data), kernel);
        const auto add = [&](const std::vector<double>& lies) {
            std::copy(lies.begin(), lies.end(), y.begin() + std::ptrdiff_t(known));
            m_lies.push_back({m_gp->weightsFor(y), m_observed.best(y)});
        };
        if (m_spec.parallel != "qei")
            return add(means);
        const math::Cholesky factor(std::move(covariance));
        constexpr std::uint32_t draws = 16;
        for (std::uint32_t s = 0; s < draws; ++s) {
            std::vector<double> lies = means;
            std::vector<double> normals(pending);
            for (std::size_t j = 0; j < pending; ++j)
                normals[j] = math::normalQuantile(
                    math::scrambledSobol(s, j % math::sobolDimensions, base::mix(history.seed ^ j)));
            for (std::size_t i = 0; i < pending; ++i)
                lies[i] += math::dot(factor.lower().row(i).first(i + 1), std::span(normals).first(i + 1));
            add(lies);
        }
    }
};

class GpSurrogate final : public Surrogate {
public:
    GpSurrogate(const History& history, const Spec& spec)
        : m_space(history.space),
          m_sign(history.asLoss(1)),
          m_model(history, spec)
    {
    }

    Belief at(const base::Object& point) const override
    {
        const std::vector<double> x = m_space.filledUnitOf(point);
        const Prediction found = m_model.at(x);
        const Observed& seen = m_model.observed();
        const auto [mean, deviation] = seen.original(found.mean, std::sqrt(found.variance));
        return {m_sign * mean, deviation, m_model.acquisition(x)};
    }

private:
    Space m_space;
    double m_sign;
    Model m_model;
};

class Bayesian final : public Sampler {
public:
    explicit Bayesian(Spec spec) : m_spec(std::move(spec)) {}

    std::optional<Proposal> propose(const History& history, std::int64_t number, std::uint64_t attempt) override
    {
        const base::Draw draw = drawsOf(history, "Bayesian", number, attempt);
        if (learnedFrom(history) < m_spec.startupTrials)
            return Proposal{startingPoint(history, "Bayesian", number, attempt)};
        const Model model(history, m_spec);
        return Proposal{firstUntried(promising(history, model, draw.key()), history)};
    }

    void check(const CheckedPart& part, TuningChecked& found) const override
    {
        needsOneObjective(part, found);
        warnOfParallelJobs(part, found);
    }

    std::shared_ptr<const Surrogate> surrogate(const History& history) const override
    {
        if (learnedFrom(history) == 0)
            return {};
        return std::make_shared<GpSurrogate>(history, m_spec);
    }

    // Nowhere is more to be expected than a thousandth of the spread of what was seen.
    bool converged(const History& history) const override
    {
        if (learnedFrom(history) < 2 * m_spec.startupTrials)
            return false;
        Spec spec = m_spec;
        spec.acquisition = "log_ei";
        const Model model(history, spec);
        const auto best = promising(history, model, history.seed).front();
        return model.acquisition(history.space.filledUnitOf(best)) < std::log(1e-3);
    }

private:
    Spec m_spec;

    static std::vector<base::Object> promising(const History& history, const Model& model, std::uint64_t key)
    {
        const Observed& seen = model.observed();
        const double n = double(seen.size() + seen.pending.rows);
        Acquisition acquisition;
        acquisition.value = [&](std::span<const double> x) { return model.acquisition(x); };
        if (model.hasSlope())
            acquisition.slope = [&](std::span<const double> x, std::span<double> gradient) {
                return model.slope(x, gradient);
            };
        // A look costs n²: fewer of them where there are many trials.
        acquisition.candidates = std::size_t(std::clamp(1e8 / (n * n), 128.0, 2048.0));
        acquisition.kept += history.trials.size();
        acquisition.starts = n > 400 ? 3 : 8;
        acquisition.iterations = n > 400 ? 20 : 60;
        return mostPromising(history.space, acquisition, seen.bestPlaces(4), key);
    }
};

}

void enroll(Samplers& all)
{
    all.add<Bayesian>(
        "Bayesian", "Bayesian search",
        "A Gaussian process learns from the trials so far; the next one is where most improvement is to be expected. "
        "A trial that failed is left out, unless those nearest to it failed too: then its place counts as the worst.",
        base::Fields<Spec>{}
            .add("startup_trials", &Spec::startupTrials, base::Int{1, 1000},
                 {"Trials spread evenly before the first is chosen by what was learned."}, {.unit = "trials"})
            .add("acquisition", &Spec::acquisition, base::Choice{{"log_ei", "ei", "ucb"}},
                 {"What makes a point worth trying: the improvement to be expected, its logarithm, or the best that "
                  "may be hoped for."})
            .add("kappa", &Spec::kappa, base::Real{.min = 0},
                 {"Deviations that ucb hopes for.", {}, "It stays near the best.", "It looks everywhere."})
            .add("parallel", &Spec::parallel, base::Choice{{"constant_liar", "qei"}},
                 {"What is taken for trials that still run: their expected value, or the mean over drawn ones."})
            .add("noise", &Spec::noise, base::Real{.min = 0, .aboveMin = true},
                 {"The objective's variance when a trial is repeated, as a share of its variance over trials."},
                 {.nullWord = "learned"}));
}

}
