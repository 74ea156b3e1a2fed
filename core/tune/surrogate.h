// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tune/math/linear.h"
#include "core/tune/trial.h"

#include <functional>
#include <memory>

namespace core::tune {

/// What a strategy believes of a point, for plots that show why it picks one: in the objective's own units and sense.
struct Belief {
    double mean = 0, deviation = 0;
    double acquisition = 0; ///< the larger, the sooner it is tried
};

/// The model behind a strategy, as it was after a history.
class Surrogate {
public:
    virtual ~Surrogate() = default;
    virtual Belief at(const base::Object& point) const = 0;
};

/// What surrogates learn from: points of the unit cube (0.5 for what is not active) and losses, small is good. +∞
/// counts as the worst finite loss, −∞ as the best. A trial that failed (its value is no number, or its worker died) is
/// left out; where its three nearest trials failed as well it counts as the worst, so that a region that fails is left
/// alone.
///
/// Where a study learns from other tasks, a further column says whose a row is: 0 for its own. It is a category, so
/// that a model finds out itself how much the tasks have in common. Every task is standardised by itself, as its values
/// may be on any scale; the study's own are then moved to where its parents' are at the same places, since what it has
/// tried by then is mostly good.
struct Observed {
    math::Matrix x;
    std::vector<double> losses; ///< standardised
    double mean = 0, deviation = 1;
    math::Matrix pending; ///< of trials that run or wait
    bool hasTask = false;
    /// Losses worse than the middle are pressed together by a logarithm first: what is very bad says no more than bad,
    /// and would leave no room for differences among the good.
    double middle = 0, width = 1;

    std::size_t size() const { return losses.size(); }
    /// Whether a row is of the study itself.
    bool isOwn(std::size_t row) const { return !hasTask || x(row, x.columns - 1) == 0; }
    /// The smallest of the study's own losses; of all where it has none. Also of losses that a caller made for the
    /// rows.
    double best() const { return best(losses); }
    double best(const std::vector<double>& ofRows) const;
    /// The best rows' points of the space, at most `count`.
    std::vector<std::vector<double>> bestPlaces(std::size_t count) const;
    /// A point of the space as a row of this study's own.
    std::vector<double> row(std::span<const double> place) const;
    /// Of a standardised loss and deviation: those in the objective's own units.
    std::pair<double, double> original(double loss, double around) const;
};
/// Trials out of the present ranges are left out. Of more than `most` trials: the best half of that number and the
/// newest. `others`: with the trials of other tasks.
Observed observe(const History& history, std::size_t most, bool others = true);

/// Which columns are categories, for distances; with a task it is one more.
std::vector<bool> categoriesOf(const Space& space, bool withTask = false);

/// What is made large: the value at a point of the unit cube; with its gradient where that is asked for and there is
/// one.
struct Acquisition {
    std::function<double(std::span<const double> x)> value;
    std::function<double(std::span<const double> x, std::span<double> gradient)> slope = {};
    std::size_t candidates = 2048, starts = 8;
    std::size_t kept = 64; ///< points that are told, at most
    int iterations = 60;
};

/// The points of the space at which the acquisition is largest, best first, each once: from an even cloud of candidates
/// and the best trials, the best of them improved by ascent along continuous coordinates and by trying the neighbours
/// of the others.
std::vector<base::Object> mostPromising(const Space& space, const Acquisition& acquisition,
                                        const std::vector<std::vector<double>>& seeds, std::uint64_t key);

/// The first of them that no trial has; the first of all if every one has been tried.
base::Object firstUntried(const std::vector<base::Object>& points, const History& history);

}
