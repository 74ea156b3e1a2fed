// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/bridge/experiment_document.h"

#include <QWidget>

class QComboBox;

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

class ItemsForm;

/// The part `tuning` of the document as forms: one objective and one parameter after the other, strategy and budget,
/// what earlier studies found; above them what a study of it would take and what is wrong with it.
class TuningForm final : public QWidget {
    Q_OBJECT

public:
    TuningForm(bridge::Workbench& bench, bridge::StudyDesk& desk, QWidget* parent = nullptr);

    forms::SchemaForm& settings() { return *m_settings; }
    forms::SchemaForm& parameter();
    forms::SchemaForm& objective();
    QComboBox* parameters() const;
    ItemsForm& objectives() { return *m_objectives; }
    /// Takes what the document says now.
    void load();

private:
    void build();
    void write();
    void complete();
    void showPlan();
    QStringList tunablePaths() const;
    core::base::Array list(const char* key) const;

    bridge::Workbench& m_bench;
    bridge::StudyDesk& m_desk;
    bridge::ExperimentDocument m_document;
    bool m_loading = false, m_loaded = false;
    forms::SchemaForm* m_settings;
    ItemsForm *m_objectives, *m_parameters;
    style::Label *m_estimate, *m_problem, *m_warnings;
};

}
