// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tune/study_state.h"

#include <QWidget>

class QPushButton;
class QVBoxLayout;

namespace ui::style {
class Label;
}

namespace ui::pages {

/// One trial: its value, its parameters, where it comes from, who stopped it, and what can be done with it.
class TrialPanel final : public QWidget {
    Q_OBJECT

public:
    explicit TrialPanel(QWidget* parent = nullptr);
    /// nullptr: none is chosen. `going`: the study trains here.
    void show(const core::tune::StudyState* study, qint64 trial, bool going);
    QString verdict() const;

Q_SIGNALS:
    void openWanted();
    void tryWanted();    ///< its values as the experiment in front
    void longerWanted(); ///< its run goes on beyond its end, as a run beside it
    void pauseWanted();
    void resumeWanted();
    void skipWanted();
    void reviveWanted();

private:
    void fillFacts(const core::tune::StudyState& study, const core::tune::Trial& trial);
    void addFact(const QString& name, const QString& value);

    style::Label *m_title, *m_state, *m_value, *m_metric, *m_verdict;
    QWidget* m_facts = nullptr;
    QVBoxLayout *m_column, *m_factRows = nullptr;
    QPushButton *m_open, *m_try, *m_longer, *m_pause, *m_resume, *m_skip, *m_revive;
};

}
