// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/debug/signal.h"

#include <cmath>

namespace core::debug {

/// Where a number comes from, and what it is made by: a variance is the square of a standard deviation, a scalar its
/// own mean.
struct Source {
    enum class Made { AsIs, Square, Root, Absolute, IsZero, IsNan, IsInf, One, Zero };
    SignalId id = 0;
    Made made = Made::AsIs;
    std::vector<double> arguments = {}; ///< of a statistic with a `*`
    std::string statistic = {};
};

/// A tensor that a rule watches.
struct Watched {
    std::string tensor;
    std::vector<std::string> tags;
    std::vector<Source> sources; ///< by statistic; of a need with a `*` one for each that there is
};

/// A step as a rule sees it: of each of its needs the tensors, and which of their numbers were saved.
class Moment {
public:
    std::int64_t step = 0, modeStep = 0;
    Mode mode = Mode::Train;
    double time = 0;

    Moment(const std::vector<std::vector<Watched>>& needs, const std::vector<double>& values,
           const std::vector<std::uint64_t>& stamps, std::uint64_t now)
        : m_needs(needs),
          m_values(values),
          m_stamps(stamps),
          m_now(now)
    {
    }

    const std::vector<Watched>& tensors(std::size_t need = 0) const { return m_needs[need]; }
    bool has(const Watched& tensor, std::size_t statistic = 0) const
    {
        return statistic < tensor.sources.size() && m_stamps[tensor.sources[statistic].id] == m_now;
    }
    /// NaN if it was not saved at this step.
    double value(const Watched& tensor, std::size_t statistic = 0) const
    {
        return has(tensor, statistic) ? made(tensor.sources[statistic]) : std::nan("");
    }

private:
    const std::vector<std::vector<Watched>>& m_needs;
    const std::vector<double>& m_values;
    const std::vector<std::uint64_t>& m_stamps;
    std::uint64_t m_now;

    double made(const Source& source) const;
};

/// The sources of one statistic of a tensor; several for one with a `*` (`*` alone: all that there are), none if it
/// cannot be had.
std::vector<Source> sourcesOf(const Signals::Tensor& tensor, const std::string& statistic);

}
