// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/store/run_record.h"

#include <QWidget>

class QPushButton;

namespace ui::style {
class Label;
}

namespace ui::pages {

/// The seal on a run's test split: breaking it asks first, and what the looks so far have cost stands here.
class TestSeal final : public QWidget {
    Q_OBJECT

public:
    explicit TestSeal(QWidget* parent = nullptr);

    /// `run` has a test split, if any is given.
    void setRun(const core::store::RunSummary* run);
    /// The question before it is opened.
    void ask(bool asking);
    void setBusy(bool busy);

Q_SIGNALS:
    void openWanted();

private:
    style::Label *m_cost, *m_question;
    QPushButton *m_open, *m_sure, *m_keep;
    qint64 m_openings = 0;
};

/// What the looks at a run's test split may have added to its accuracy, as a sentence; empty if nothing is known of it.
QString costOfLooks(const core::store::RunSummary& run);

}
