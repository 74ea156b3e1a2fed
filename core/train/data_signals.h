// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/info.h"
#include "core/spec/experiment.h"

namespace core::train {

/// Names and values, see debug::dataSignals.
using DataFigures = std::vector<std::pair<std::string, double>>;

/// Whether any of the rules reads what the data's doctor says.
bool wantsDoctor(const std::vector<spec::RuleSpec>& rules);
/// What the doctor says of the data, as far as the experiment's rules read it; looks at all rows. An error if they
/// cannot be loaded.
base::Result<DataFigures> dataFigures(const spec::Experiment& experiment);
/// The same of problems that are known: of every check the rules ask for, and 0 where it found nothing.
DataFigures dataFigures(const std::vector<data::Problem>& problems, std::int64_t rows,
                        const std::vector<spec::RuleSpec>& rules);

}
