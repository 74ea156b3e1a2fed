// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/store/run_record.h"

#include <QString>

namespace ui::models {

/// One of the runs of a card.
struct CardRun {
    QString label;                       ///< what is different in it: `0.001`; empty for a card of one run
    core::base::Value experiment;        ///< as given in its file, with the card's changes
    std::optional<qint64> branchAt = {}; ///< it branches from the run before it, after so many updates …
    std::vector<std::pair<std::string, core::base::Value>> changes = {}; ///< … with these changes
};

/// A sample card of the start page.
struct Card {
    QString key, title;
    QString sentence;          ///< under the title
    QString text;              ///< what there is to see
    QString question;          ///< asked before
    QString picture;           ///< what the thumbnail is drawn as: `curves`, `runs`, `futures`, `stopped`, …
    std::vector<CardRun> runs; ///< none: the card opens a person's own data
    std::vector<core::store::RunRecord> recording; ///< of the same runs, in the same order; may be empty

    /// Training time of its recorded runs together; 0 without a recording.
    double seconds() const;
    /// The same for a person: `8 s`, `2 min`; empty without a recording.
    QString length() const;
};

/// The cards of `:/experiments/cards.json` with their experiments and, from `:/cards`, their recordings.
core::base::Result<std::vector<Card>> readCards();
/// A run as cards and lessons write it: `{"experiment": name, "label": text, "set": {dotted path: value}}`, for a
/// branch of the run before it with `"branch_at": step`.
core::base::Result<CardRun> readCardRun(const core::base::Value& value);
/// `:/experiments/<name>.experiment.json`, as given.
core::base::Result<core::base::Value> readSampleExperiment(const QString& name);
/// JSON from a file or the program's resources.
core::base::Result<core::base::Value> readJsonResource(const QString& path);

}
