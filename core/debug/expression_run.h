// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/debug/rule.h"
#include "core/spec/expression.h"

#include <deque>

namespace core::debug {

/// Follows an expression through a run. What is not saved at a step has no value there, and what is compared with it is
/// not met; a window keeps its newest values from step to step, and has a value once it is full.
class ExpressionRun {
public:
    explicit ExpressionRun(spec::Term term);
    ~ExpressionRun();

    std::vector<Need> needs() const;

    struct Met {
        std::string tensor;
        double left, right; ///< of the first comparison; NaN where there is none
    };
    std::optional<Met> at(const Moment& now);

private:
    struct Cell {
        std::string tensor; ///< empty: of no tensor
        double value = 0;
        bool known = false;
        double left = std::nan(""), right = std::nan(""); ///< of a comparison: what was compared
    };
    using Cells = std::vector<Cell>;
    using Windows = std::map<const spec::Term*, std::map<std::string, std::deque<double>>>;

    Cells evaluate(const spec::Term& term, const Moment& now);
    Cells joined(const spec::Term& term, const Moment& now);
    Cells window(const spec::Term& term, const Moment& now);
    Cells signal(const spec::Term& term, const Moment& now) const;
    void collect(const spec::Term& term);

    spec::Term m_term;
    std::vector<const spec::Term*> m_signals; ///< by need
    Windows m_windows;
};

}
