// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/events/findings.h"
#include "core/spec/rules.h"

#include <QString>

#include <vector>

namespace ui::models {

class RunModel;

/// A rule of a run and what it found.
struct RuleRow {
    QString name;          ///< in this run
    std::string rule;      ///< its class
    std::size_t place = 0; ///< among the run's rules: `rules.3`
    core::spec::RuleSpec spec;
    QString state, details;    ///< SageMaker's word, latched; why, where it tells
    std::vector<double> steps; ///< at which it fired, each once
    std::vector<core::events::Finding> findings;

    bool fired() const { return !steps.empty(); }
    /// `21 times`, `once`, `quiet`, `does not apply`, `error`.
    QString count() const;
    /// `layers.0 since step 100, layers.2 since step 410`.
    QString where() const;
};

/// Those that fired first, by their first step; then the quiet ones in the order of the run's settings.
std::vector<RuleRow> ruleRows(const RunModel& run);

/// `5 rules watch this run · 3 fired`.
QString rulesText(const std::vector<RuleRow>& rows);

}
