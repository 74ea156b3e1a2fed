// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/spec/job.h"

#include <filesystem>

namespace core::jobs {

/// One interruption as a law foretells it: at a time or at a step.
struct Interruption {
    std::optional<double> afterTraining; ///< seconds since the present launch began to train
    std::optional<double> afterBegin;    ///< seconds since the first launch began to train, waiting included
    std::optional<std::int64_t> atStep;  ///< updates done
    double waitS = 0;                    ///< until there is capacity again

    bool operator==(const Interruption&) const = default;
};

/// When a job is interrupted, as a pure function of the law and its seed.
class InterruptionLaw {
public:
    /// An error of kind Data for a trace that cannot be read or whose times fall.
    static base::Result<InterruptionLaw> make(const base::Pick& law);

    /// The interruption with number n, from 0 on; nothing: there are no more.
    std::optional<Interruption> at(std::int64_t n) const;
    /// Seconds until there is capacity again after an interruption that the law did not foretell.
    double usualWait() const { return m_usualWait; }

private:
    std::string m_kind;
    double m_usualWait = 0;
    spec::NowLaw m_now;
    spec::RateLaw m_rate;
    spec::StepLaw m_steps;
    std::vector<std::pair<double, double>> m_trace; ///< time and wait
};

/// What a job of `work` seconds goes through that saves every `interval` seconds: see expectedRunTime() for the rest.
struct Simulated {
    double seconds = 0;
    std::int64_t interruptions = 0;
};
/// One history drawn from exponential times with a mean of `mtbf` seconds.
Simulated simulateRun(double work, double interval, double save, double restart, double mtbf, std::uint64_t seed);

}
