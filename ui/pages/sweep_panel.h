// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/schema.h"
#include "ui/bridge/experiment_document.h"

#include <QWidget>

#include <memory>

class QComboBox;

namespace ui::forms {
class SchemaForm;
class TeachPanel;
}
namespace ui::style {
class Label;
}

namespace ui::bridge {
class Workbench;
}

namespace ui::pages {

/// For the inspector: on which experiment a set of runs is trained, and its settings as a form with what each teaches.
class SweepPanel final : public QWidget {
    Q_OBJECT

public:
    /// `schema` and `name` are the kind's; `sample` is the experiment of ours for it, as given.
    SweepPanel(bridge::Workbench& bench, const core::base::Schema& schema, const QString& name,
               core::base::Value sample, QWidget* parent = nullptr);
    /// The settings of something else that is no training; `document` must stay.
    SweepPanel(bridge::Workbench& bench, const core::base::Schema& schema, const QString& name,
               bridge::ExperimentDocument& document, QWidget* parent = nullptr);

    /// The settings, checked.
    const core::base::Value& settings() const { return m_document.resolved(); }
    bridge::ExperimentDocument& document() { return m_document; }
    /// Resolved; the first problem if there is one.
    core::base::Result<core::base::Value> experiment() const;
    bool ofFront() const;
    QComboBox* choice() const { return m_choice; }
    forms::SchemaForm& form() { return *m_form; }

Q_SIGNALS:
    void changed();

private:
    SweepPanel(bridge::Workbench& bench, const core::base::Schema& schema, const QString& name,
               std::unique_ptr<bridge::ExperimentDocument> own, bridge::ExperimentDocument* document, QWidget* parent);
    void refreshChoice();

    bridge::Workbench& m_bench;
    core::base::Value m_sample;
    std::unique_ptr<bridge::ExperimentDocument> m_own;
    bridge::ExperimentDocument& m_document;
    style::Label* m_heading;
    QComboBox* m_choice;
    forms::SchemaForm* m_form;
    forms::TeachPanel* m_teach;
};

}
