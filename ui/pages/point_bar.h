// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tune/study_state.h"

#include <QWidget>

class QPushButton;

namespace ui::style {
class Label;
}

namespace ui::pages {

/// A place that was clicked on a plot, as values; a button makes it the next trial.
class PointBar final : public QWidget {
    Q_OBJECT

public:
    explicit PointBar(QWidget* parent = nullptr);

    /// Values of the unit cube at some parameters; the others as `around` has them. Hidden where the study has ended.
    void offer(const core::tune::StudyState& study, const std::vector<std::pair<std::size_t, double>>& units,
               const core::base::Object& around);
    void clear();
    const core::base::Object& point() const { return m_point; }
    QPushButton* button() const { return m_try; }

Q_SIGNALS:
    void tryWanted(core::base::Object point);

private:
    style::Label* m_text;
    QPushButton* m_try;
    core::base::Object m_point;
};

/// What the parameters that are not on a plot are held at: the best trial, else the middle of the ranges.
core::base::Object anchorOf(const core::tune::StudyState& study);

}
