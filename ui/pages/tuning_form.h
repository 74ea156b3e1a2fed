// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/bridge/experiment_document.h"

#include <QWidget>

class QComboBox;
class QPushButton;

namespace ui::forms {
class SchemaForm;
}
namespace ui::style {
class Label;
}

namespace ui::bridge {
class StudyDesk;
class Workbench;
}

namespace ui::pages {

/// The part `tuning` of the document as forms: strategy and budget, objective, and one parameter after the other; below
/// them what a study of it would take and what is wrong with it.
class TuningForm final : public QWidget {
    Q_OBJECT

public:
    TuningForm(bridge::Workbench& bench, bridge::StudyDesk& desk, QWidget* parent = nullptr);

    forms::SchemaForm& settings() { return *m_settings; }
    forms::SchemaForm& parameter() { return *m_parameter; }
    QComboBox* parameters() const { return m_choice; }
    /// Takes what the document says now.
    void load();

private:
    void build();
    void showParameter(int index);
    void addParameter();
    void removeParameter();
    void write();
    void fillChoice(int chosen);
    void complete();
    void showPlan();
    QStringList tunablePaths() const;
    core::base::Array list(const char* key) const;

    bridge::Workbench& m_bench;
    bridge::StudyDesk& m_desk;
    bridge::ExperimentDocument m_document, m_objectiveDocument, m_parameterDocument;
    bool m_loading = false;
    int m_shown = -1;
    forms::SchemaForm *m_settings, *m_objective, *m_parameter;
    QComboBox* m_choice;
    QPushButton *m_add, *m_remove;
    style::Label *m_estimate, *m_problem, *m_warnings;
};

}
