// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/bridge/preview.h"
#include "ui/models/trial_choice.h"
#include "ui/pages/page.h"

class QAction;
class QComboBox;
class QLineEdit;
class QProgressBar;
class QPushButton;
class QToolButton;

namespace ui::bridge {
class StudyDesk;
}
namespace ui::style {
class Label;
}

namespace ui::pages {

class StudyViews;
class TrialPanel;
class TuningForm;

/// Studies: what is tuned at the right, the trials of the one in front in the middle, who trains and how far above.
class TunePage final : public Page {
    Q_OBJECT

public:
    explicit TunePage(bridge::Workbench& workbench, QWidget* parent = nullptr);
    ~TunePage() override;

    QWidget* inspectorPanel() override { return m_side; }
    /// A study's folder or id.
    bool showSection(const QString& path) override;
    bridge::StudyDesk& desk() { return *m_desk; }
    models::TrialChoice& choice() { return m_choice; }
    StudyViews* views() const { return m_views; }
    TuningForm* form() const { return m_form; }
    TrialPanel* trial() const { return m_trial; }

protected:
    void showEvent(QShowEvent* event) override;

private:
    enum class Side { Settings, Trial };
    void build();
    QWidget* buildHead();
    QWidget* buildEmpty();
    QWidget* buildSide();
    void wire();
    void wireTrial();
    void planLater();
    void refresh();
    void takeState();
    void fillStudies();
    void showSide(Side side);
    void showTrial();
    QString progressText() const;
    bool tunes() const;
    void openTrial(qint64 trial);
    void takeValues();
    void enqueue();
    void openExample();
    void tuneThis();
    void trainLonger();
    void changeStudy();
    void compareStrategies();

    bridge::Workbench& m_bench;
    bridge::StudyDesk* m_desk;
    models::TrialChoice m_choice;
    StudyViews* m_views;
    QWidget *m_side, *m_empty;
    TuningForm* m_form;
    TrialPanel* m_trial;
    QComboBox* m_studies;
    style::Label *m_state, *m_emptyText;
    QProgressBar* m_progress;
    QLineEdit* m_point;
    QToolButton* m_more;
    QAction *m_change, *m_compare;
    QPushButton *m_start, *m_proceed, *m_pause, *m_stop, *m_example, *m_tuneThis, *m_settingsTab, *m_trialTab;
    bool m_stale = true; ///< the plan is older than the document
    QString m_shown;     ///< the study whose best trial was lit when it came
    bridge::Preview m_longer;
};

}
