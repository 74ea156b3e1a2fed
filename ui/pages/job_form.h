// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/jobs/instances.h"
#include "ui/bridge/experiment_document.h"

#include <QWidget>

class QPushButton;

namespace ui::bridge {
class Workbench;
}
namespace ui::forms {
class SchemaForm;
}
namespace ui::style {
class Label;
}

namespace ui::pages {

class ItemsForm;

/// The part `job` of the document as a form, and the button that puts it into the queue.
class JobForm final : public QWidget {
    Q_OBJECT

public:
    explicit JobForm(bridge::Workbench& bench, QWidget* parent = nullptr);

    forms::SchemaForm& settings() { return *m_settings; }
    forms::SchemaForm& script() { return *m_script; }
    ItemsForm& metrics() { return *m_metrics; }
    /// The part as it would be submitted.
    const core::base::Value& part() const { return m_document.given(); }
    void set(const QString& path, core::base::Value value) { m_document.set(path, std::move(value)); }
    /// Instances that may be chosen, and what the chosen one is.
    void setPrices(const core::jobs::PriceTable& table);
    /// Takes what the document says now.
    void load();

Q_SIGNALS:
    void submitWanted();
    void pricesWanted();

private:
    void build();
    void write();
    void showInstance();

    bridge::Workbench& m_bench;
    bridge::ExperimentDocument m_document;
    core::jobs::PriceTable m_prices;
    bool m_loading = false, m_loaded = false;
    forms::SchemaForm *m_settings, *m_script;
    ItemsForm* m_metrics;
    QPushButton* m_submit;
    style::Label *m_instance, *m_problem;
};

}
