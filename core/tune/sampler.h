// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/registry.h"
#include "core/base/rng.h"
#include "core/tune/surrogate.h"

namespace core::tune {

/// A point to try, and what the strategy wants to remember of why (a generation, a parent).
struct Proposal {
    base::Object parameters;
    base::Object notes = {};
};

/// What a plug-in is asked to judge before a study starts.
struct CheckedPart {
    const TuningSpec& spec;
    const Space& space;
    const Limits& limits;
};

/// A strategy: chooses the next trial's values. It keeps nothing between two calls but what saves work and is checked
/// against the history, so what it proposes is a function of the study's seed, the trial's number and the ordered
/// history alone. One plug-in of `core/tune/samplers`.
class Sampler {
public:
    virtual ~Sampler() = default;
    /// The point of trial `number`; nothing if there is none left, or none before others have ended. `attempt` counts
    /// up where the point before was one that the study has already.
    virtual std::optional<Proposal> propose(const History& history, std::int64_t number, std::uint64_t attempt) = 0;
    /// Adds what is wrong with such a study, and what a person should know of it.
    virtual void check(const CheckedPart& part, TuningChecked& found) const { (void)part, (void)found; }
    /// How many points it has of its own; nothing if it never ends.
    virtual std::optional<std::int64_t> pointsOf(const Space& space) const
    {
        (void)space;
        return {};
    }
    /// Whether it has no points of its own: the study waits for people's.
    virtual bool waitsForPeople() const { return false; }
    /// What stops trials early where the strategy brings that along; else the study's own setting does.
    virtual std::optional<base::Pick> earlyStopping() const { return {}; }
    /// Whether it expects to find nothing better any more: what "convergence" means to it.
    virtual bool converged(const History& history) const
    {
        (void)history;
        return false;
    }
    /// What it believes of the space after a history; nullptr where there is no model, or none yet.
    virtual std::shared_ptr<const Surrogate> surrogate(const History& history) const
    {
        (void)history;
        return {};
    }
};

using Samplers = base::Registry<Sampler>;
const Samplers& allSamplers();

/// Draws for one trial: a stream of the strategy's own name.
base::Draw drawsOf(const History& history, std::string_view strategy, std::int64_t number, std::uint64_t attempt);
/// A point by chance, as every strategy begins.
base::Object randomPoint(const Space& space, const base::Draw& draw);
/// One of an even spread of points, as strategies that learn begin (scrambled Sobol).
base::Object startingPoint(const History& history, std::string_view strategy, std::int64_t number,
                           std::uint64_t attempt);
/// How many trials have told something a strategy can learn from: completed, or stopped with a value; of another task
/// completed ones alone.
std::int64_t learnedFrom(const History& history);
/// Whether a trial belongs to the even spread that a strategy begins with: before `startup` trials have told something.
/// Where other tasks' trials have, every second one until the study has so many of its own, lest they mislead it.
bool isStartup(const History& history, std::int64_t number, std::int64_t startup);
/// How many of those are the study's own, not another task's.
std::int64_t learnedFromOwn(const History& history);
/// A warning to strategies that learn, where so many trials at once leave them nothing to learn from.
void warnOfParallelJobs(const CheckedPart& part, TuningChecked& found);
/// A problem for strategies that know one objective.
void needsOneObjective(const CheckedPart& part, TuningChecked& found);

}
