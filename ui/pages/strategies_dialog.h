// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/tuning.h"
#include "ui/bridge/preview.h"

#include <QDialog>

class QCheckBox;
class QPushButton;
class QSpinBox;

namespace ui::style {
class Label;
}

namespace ui::pages {

/// The same experiment tuned by several strategies, on the same budget, each with the same seeds.
std::vector<core::session::StudySubject> strategyStudies(const core::session::StudySubject& subject,
                                                         const std::vector<std::string>& strategies, int trials,
                                                         int seeds);

/// Which strategies to compare, how many trials each may make and how often each is tried.
class StrategiesDialog final : public QDialog {
    Q_OBJECT

public:
    explicit StrategiesDialog(core::session::StudySubject subject, QWidget* parent = nullptr);

    QCheckBox* box(const std::string& strategy) const;
    QSpinBox* trials() const { return m_trials; }
    QSpinBox* seeds() const { return m_seeds; }
    QPushButton* start() const { return m_start; }
    QString note() const;

Q_SIGNALS:
    void wanted(std::vector<core::session::StudySubject> studies);

private:
    void build();
    void check();
    void tell(const std::optional<core::base::Error>& problem);
    std::vector<core::session::StudySubject> studies() const;

    core::session::StudySubject m_subject;
    std::vector<std::pair<std::string, QCheckBox*>> m_boxes;
    QSpinBox *m_trials, *m_seeds;
    style::Label *m_note, *m_problem;
    QPushButton* m_start;
    bridge::Preview m_checker;
};

}
