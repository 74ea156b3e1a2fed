// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tune/study_state.h"

#include <QDialog>

class QLineEdit;
class QPushButton;
class QSpinBox;

namespace ui::style {
class Label;
}

namespace ui::pages {

/// What may change of a study that goes on, or that has ended and shall go on: its budget and its ranges. Trials that
/// were made keep their values.
class StudyChangeDialog final : public QDialog {
    Q_OBJECT

public:
    explicit StudyChangeDialog(const core::tune::StudyState& study, QWidget* parent = nullptr);

    QSpinBox* jobs() const { return m_jobs; }
    QSpinBox* parallel() const { return m_parallel; }
    /// The ends of a range, or the values of a category in the first of them.
    QLineEdit* low(std::size_t parameter) const { return m_ranges[parameter].low; }
    QLineEdit* high(std::size_t parameter) const { return m_ranges[parameter].high; }
    QPushButton* apply() const { return m_apply; }
    QString problem() const;

Q_SIGNALS:
    void changeWanted(core::tune::TuningSpec spec);

private:
    struct Line {
        QLineEdit *low = nullptr, *high = nullptr;
    };
    void build();
    void check();
    core::base::Result<core::tune::TuningSpec> read() const;

    core::tune::StudyState m_study;
    QSpinBox *m_jobs, *m_parallel;
    std::vector<Line> m_ranges; ///< one a parameter of the spec
    style::Label* m_problem;
    QPushButton* m_apply;
};

}
