// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/value.h"

#include <QStringList>

#include <limits>
#include <vector>

namespace ui::models {

/// One stop of a lesson: what is said, and up to which epoch the run is shown. With a question the class thinks first:
/// the run stands still until it is revealed.
struct Station {
    QString title, text;
    QString question, answer;
    std::size_t run = 0; ///< which of the lesson's runs plays; those before it lie behind, whole
    double until = 0;    ///< epochs; infinity: to the end
    QString open = {};   ///< a part of the Learn page that goes on from here: `experiments/rate_sweep`
};

/// What is on screen between two presses of a key.
struct LessonFrame {
    std::size_t station = 0;
    bool revealed = true; ///< false: the question stands, the run waits
    double until = 0;     ///< epochs
};

/// A scripted demonstration for a class.
struct Lesson {
    QString key, title, sentence;
    std::vector<core::base::Value> experiments; ///< one for each run, as given
    QStringList labels; ///< what each run is called on the plot; may be shorter than the runs are many
    std::vector<Station> stations;
    double seconds = 24; ///< from first step to last when played through

    std::vector<LessonFrame> frames() const;
};

/// The lessons of `:/lessons/lessons.json`.
core::base::Result<std::vector<Lesson>> readLessons();

}
