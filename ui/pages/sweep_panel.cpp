// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/sweep_panel.h"

#include "core/session/inspect.h"
#include "ui/bridge/workbench.h"
#include "ui/forms/schema_form.h"
#include "ui/forms/teach_panel.h"
#include "ui/models/progress_text.h"
#include "ui/pages/hairline.h"
#include "ui/style/label.h"

#include <QComboBox>
#include <QVBoxLayout>

namespace ui::pages {

using core::base::Result;
using core::base::Value;
using style::Label;
using style::Tone;

namespace {

std::unique_ptr<bridge::ExperimentDocument> documentOf(const core::base::Schema& schema)
{
    return std::make_unique<bridge::ExperimentDocument>([&schema](const Value& given, const std::filesystem::path&) {
        return core::spec::check(schema, given, "", {core::session::catalog()});
    });
}

}

SweepPanel::SweepPanel(bridge::Workbench& bench, const core::base::Schema& schema, const QString& name, Value sample,
                       QWidget* parent)
    : SweepPanel(bench, schema, name, documentOf(schema), nullptr, parent)
{
    m_sample = std::move(sample);
}

SweepPanel::SweepPanel(bridge::Workbench& bench, const core::base::Schema& schema, const QString& name,
                       bridge::ExperimentDocument& document, QWidget* parent)
    : SweepPanel(bench, schema, name, nullptr, &document, parent)
{
    m_heading->hide();
    m_choice->hide();
}

SweepPanel::SweepPanel(bridge::Workbench& bench, const core::base::Schema& schema, const QString& name,
                       std::unique_ptr<bridge::ExperimentDocument> own, bridge::ExperimentDocument* document,
                       QWidget* parent)
    : QWidget(parent),
      m_bench(bench),
      m_own(std::move(own)),
      m_document(m_own ? *m_own : *document),
      m_heading(new Label(tr("Trained on"), Tone::Muted)),
      m_choice(new QComboBox),
      m_form(new forms::SchemaForm(m_document, schema, core::session::catalog())),
      m_teach(new forms::TeachPanel(this))
{
    if (m_own)
        m_document.open(core::base::Object{});
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 12, 0, 8);
    column->setSpacing(4);
    auto* title = new Label(name, Tone::Heading);
    title->setWordWrap(true);
    column->addWidget(title);
    column->addWidget(new Hairline);
    column->addWidget(m_heading);
    column->addWidget(m_choice);
    column->addWidget(m_form);
    column->addWidget(m_teach);
    column->addStretch(1);
    m_choice->setObjectName("sweepExperiment");
    m_choice->setAccessibleName(tr("Experiment that is trained"));
    m_choice->setToolTip(
        tr("Our sample takes a few minutes at most. The experiment in front is trained as often as there "
           "are points and seeds: see the time before you start."));
    QStringList paths;
    for (const core::base::Field& field : schema.fields)
        paths << QString::fromStdString(field.key);
    m_form->setPaths(paths);
    connect(m_form, &forms::SchemaForm::fieldFocused, this,
            [this](const core::base::Field& field) { m_teach->teach(field); });
    connect(&m_document, &bridge::ExperimentDocument::changed, this, &SweepPanel::changed);
    connect(&bench.document(), &bridge::ExperimentDocument::changed, this, &SweepPanel::refreshChoice);
    connect(m_choice, &QComboBox::activated, this, &SweepPanel::changed);
    refreshChoice();
}

void SweepPanel::refreshChoice()
{
    const int chosen = std::max(0, m_choice->currentIndex());
    const QString front = models::experimentTitle(m_bench.document().name(), m_bench.document().resolved());
    if (m_choice->count() == 0)
        m_choice->addItems({tr("our sample"), front});
    else
        m_choice->setItemText(1, front);
    m_choice->setCurrentIndex(chosen);
    if (chosen == 1)
        Q_EMIT changed();
}

bool SweepPanel::ofFront() const
{
    return m_choice->currentIndex() == 1;
}

Result<Value> SweepPanel::experiment() const
{
    if (ofFront()) {
        if (!m_bench.document().problems().empty())
            return m_bench.document().problems().front();
        return m_bench.document().resolved();
    }
    core::spec::Checked checked = core::spec::resolve(m_sample, {core::session::catalog()});
    if (!checked.problems.empty())
        return checked.problems.front();
    return std::move(checked.value);
}

}
