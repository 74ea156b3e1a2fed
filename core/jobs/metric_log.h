// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/spec/job.h"

#include <map>
#include <memory>
#include <utility>

namespace core::jobs {

/// Turns a script's log into scalars. Each definition is searched in each line; the first group of its first match is
/// the value. The definition called `step` (else `epoch`) tells the step of all values on its line and after it;
/// without one, the n-th value of a metric is at step n, from 0.
class MetricLog {
public:
    /// Definitions that checkJob() has passed.
    explicit MetricLog(const std::vector<spec::MetricDefinition>& definitions);
    MetricLog(MetricLog&&) noexcept;
    MetricLog& operator=(MetricLog&&) noexcept;
    ~MetricLog();

    /// More of the log; a line counts when its end has come.
    void add(std::string_view text);
    /// The last line, which has no end.
    void finish();

    struct Point {
        std::int64_t step = 0;
        double value = 0;
    };
    /// By name, steps rising. What a resumed script tells of a step again counts as it was told last.
    std::map<std::string, std::vector<Point>> scalars() const;
    /// A value as it was told.
    struct Told {
        std::string name;
        std::int64_t step = 0;
        double value = 0;
    };
    /// What was told since the last call, in its order.
    std::vector<Told> takeTold() { return std::exchange(m_told, {}); }
    /// The names of what may be told, besides the step.
    std::vector<std::string> names() const;
    /// Definitions whose search takes time without end: lines that were left out, and whether one was given up.
    std::vector<base::Error> problems() const;
    /// The highest step that was told; −1: none.
    std::int64_t lastStep() const { return m_last; }

    /// One row a step, one column a metric, empty where there is no value: what `runs import` reads.
    std::string csv() const;

private:
    struct Definition;
    std::vector<Definition> m_definitions;
    std::map<std::string, std::map<std::int64_t, double>> m_values;
    std::map<std::string, std::int64_t> m_counts;
    std::vector<Told> m_told;
    std::string m_rest;
    std::int64_t m_step = -1, m_last = -1;
    std::ptrdiff_t m_stepAt = -1; ///< the definition that tells the step

    void line(std::string_view text);
};

}
