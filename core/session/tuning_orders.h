// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/tuning.h"

namespace core::session {

/// Tells a study what a person wants, whoever trains it: a study that nobody writes is opened for it, else the order is
/// laid into its folder and the answer of the one who trains it is waited for, `seconds` at most.
///
/// `order` has a key `do`: `pause` and `resume` (the study, or one `trial`), `skip` (`trial`), `enqueue`
/// (`parameters`; the answer has the trial's `number`), or `change` (`tuning`: the whole part).
base::Result<base::Object> orderStudy(const StudyFolder& study, const base::Object& order, double seconds = 30);

/// The part `tuning` of a study after changes: `max_jobs=80`, `train.optimizer.lr=1e-5..1` for other ends of a range,
/// `train.optimizer=["sgd","adam"]` for other values. Checked against the experiment, if it has one.
base::Result<tune::TuningSpec> changedTuning(const StudyFolder& study, const tune::TuningSpec& spec,
                                             const std::vector<std::string>& changes);

/// The other side: who trains a study looks here for orders.
class StudyOrders {
public:
    explicit StudyOrders(const StudyFolder& study);
    /// Posts what has been ordered since the last look; a few times a second, however often it is called.
    void take(Tuner& tuner);

private:
    std::filesystem::path m_folder;
    double m_looked = 0;
};

}
