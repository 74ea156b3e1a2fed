// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/run_panel.h"

#include "core/base/clock.h"
#include "ui/models/run_figures.h"
#include "ui/models/runs_table.h"
#include "ui/pages/panel_head.h"
#include "ui/pages/report_export.h"
#include "ui/pages/test_seal.h"
#include "ui/style/label.h"
#include "ui/style/theme.h"

#include <QKeyEvent>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

namespace ui::pages {

using core::store::RunSummary;
using style::Label;
using style::Tone;

RunPanel::RunPanel(QWidget* parent)
    : QWidget(parent),
      m_title(new Label({}, Tone::Heading)),
      m_state(new Label({}, Tone::Muted)),
      m_question(new Label({})),
      m_certificate(new Label({})),
      m_facts(new QGridLayout),
      m_name(new QLineEdit),
      m_seal(new TestSeal),
      m_report(new ReportExport(ReportExport::Place::Panel)),
      m_open(new QPushButton(tr("Open"))),
      m_resume(new QPushButton(tr("Resume"))),
      m_certify(new QPushButton(tr("Train again and compare"))),
      m_publish(new QPushButton(tr("Publish…"))),
      m_rename(new QPushButton(tr("Rename…"))),
      m_delete(new QPushButton(tr("Delete…"))),
      m_sure(new QPushButton(tr("Delete for good"))),
      m_keep(new QPushButton(tr("Keep it")))
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    m_title->setElided(Qt::ElideMiddle);
    m_state->setWordWrap(true);
    m_question->setWordWrap(true);
    m_certificate->setWordWrap(true);
    m_certify->setObjectName("certifyRun");
    m_certificate->setObjectName("certificate");
    m_certify->setToolTip(tr("Trains this run again from its start and compares the weights step by step with what was "
                             "recorded: the replay certificate."));
    m_open->setProperty("primary", true);
    m_open->setObjectName("openRun");
    m_resume->setObjectName("resumeRun");
    m_publish->setObjectName("publishRun");
    m_publish->setToolTip(
        tr("Puts the model into the hub on this machine, with a card: other experiments start from it."));
    m_rename->setObjectName("renameRun");
    m_name->setObjectName("runName");
    m_name->setAccessibleName(tr("New name of the run"));
    m_name->setToolTip(tr("Letters, digits and dashes. Enter renames, Esc leaves it. Branches still know this run."));
    m_name->installEventFilter(this);
    m_delete->setObjectName("deleteRun");
    m_sure->setObjectName("deleteRunSurely");
    m_facts->setVerticalSpacing(8);
    m_facts->setColumnStretch(1, 1);
    addPanelHead(*column, *m_title, *m_state);
    column->addLayout(m_facts);
    column->addStretch(1);
    for (QWidget* part :
         {static_cast<QWidget*>(m_certificate), static_cast<QWidget*>(m_question), static_cast<QWidget*>(m_sure),
          static_cast<QWidget*>(m_keep), static_cast<QWidget*>(m_open), static_cast<QWidget*>(m_resume),
          static_cast<QWidget*>(m_certify), static_cast<QWidget*>(m_publish), static_cast<QWidget*>(m_report),
          static_cast<QWidget*>(m_seal), static_cast<QWidget*>(m_name), static_cast<QWidget*>(m_rename),
          static_cast<QWidget*>(m_delete)})
        column->addWidget(part);
    connect(m_open, &QPushButton::clicked, this, &RunPanel::openWanted);
    connect(m_resume, &QPushButton::clicked, this, &RunPanel::resumeWanted);
    connect(m_certify, &QPushButton::clicked, this, &RunPanel::certifyWanted);
    connect(m_publish, &QPushButton::clicked, this, &RunPanel::publishWanted);
    connect(m_seal, &TestSeal::openWanted, this, &RunPanel::testWanted);
    connect(m_rename, &QPushButton::clicked, this, [this] { askName(true); });
    connect(m_name, &QLineEdit::returnPressed, this, [this] {
        askName(false);
        if (m_name->text() != m_title->text())
            Q_EMIT renameWanted(m_name->text());
    });
    connect(m_delete, &QPushButton::clicked, this, [this] { ask(true); });
    connect(m_keep, &QPushButton::clicked, this, [this] { ask(false); });
    connect(m_sure, &QPushButton::clicked, this, [this] {
        ask(false);
        Q_EMIT deleteWanted();
    });
    setRun(nullptr, {});
}

void RunPanel::setRun(const RunSummary* run, const core::base::Value& spec)
{
    m_any = run;
    m_resumable = run && models::canResume(*run);
    m_title->setText(run ? QString::fromStdString(run->id) : tr("No run selected"));
    m_state->setText(!run ? tr("Select a run to see what it was.")
                     : run->problem.empty()
                         ? models::stateText(*run) + " · " + style::ago(run->created, core::base::wallSeconds())
                         : QString::fromStdString(run->problem));
    std::vector<std::pair<QString, QString>> facts;
    if (run && run->problem.empty()) {
        const models::Facts known = models::factsOf(spec);
        facts = {{tr("data"), known.data},
                 {tr("model"), known.model},
                 {tr("train"), known.training},
                 {tr("seed"), models::readable(spec["train"]["seed"])},
                 {tr("steps"), style::count(run->steps)},
                 {tr("size"), style::bytes(run->bytes)}};
        for (const auto& [name, value] : run->metrics)
            if (name.starts_with("validation/"))
                facts.emplace_back(QString::fromStdString(name).section('/', 1),
                                   name.ends_with("accuracy") ? style::percent(value) : style::number(value));
        if (!run->parent.empty())
            facts.insert(facts.end(), {{tr("parent"), QString::fromStdString(run->parent)},
                                       {tr("from step"), style::count(run->parentStep)}});
        if (run->testOpenings > 0)
            facts.emplace_back(tr("test opened"),
                               run->testOpenings == 1 ? tr("once") : tr("%1 times").arg(run->testOpenings));
        for (const auto& [name, value] : run->testMetrics)
            facts.emplace_back(QString::fromStdString(name).replace('/', ' '),
                               name.ends_with("accuracy") ? style::percent(value) : style::number(value));
    }
    setFacts(facts);
    const core::base::Value& share = spec["split"]["test"];
    m_tested = run && run->problem.empty() && !(share.isNumber() && share.toReal() == 0);
    m_seal->setRun(m_tested ? run : nullptr);
    m_report->setRun(run && run->problem.empty() ? QString::fromStdString(run->folder.string()) : QString());
    setCertificate({}, false);
    ask(false);
}

void RunPanel::setCertificate(const QString& text, bool going)
{
    m_certificate->setText(text);
    m_certificate->setVisible(!text.isEmpty());
    m_certify->setEnabled(!going);
}

void RunPanel::setTesting(bool going)
{
    m_seal->setBusy(going);
}

void RunPanel::setFacts(const std::vector<std::pair<QString, QString>>& facts)
{
    while (QLayoutItem* item = m_facts->takeAt(0)) {
        delete item->widget();
        delete item;
    }
    int row = 0;
    for (const auto& [name, value] : facts) {
        m_facts->addWidget(new Label(name, Tone::Muted), row, 0);
        auto* text = new Label(value);
        text->setAlignment(Qt::AlignRight);
        text->setElided(Qt::ElideRight);
        m_facts->addWidget(text, row++, 1);
    }
}

void RunPanel::askName(bool asking)
{
    m_name->setVisible(asking && m_any);
    m_rename->setVisible(!asking && m_any);
    if (!asking)
        return;
    m_name->setText(m_title->text());
    m_name->selectAll();
    m_name->setFocus();
}

bool RunPanel::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == m_name && event->type() == QEvent::KeyPress &&
        static_cast<QKeyEvent*>(event)->key() == Qt::Key_Escape) {
        askName(false);
        return true;
    }
    return QWidget::eventFilter(watched, event);
}

void RunPanel::ask(bool asking)
{
    asking = asking && m_any;
    m_question->setText(tr("Delete %1 with its curves and checkpoints?").arg(m_title->text()));
    m_question->setVisible(asking);
    m_sure->setVisible(asking);
    m_keep->setVisible(asking);
    m_open->setVisible(m_any && !asking);
    m_resume->setVisible(m_resumable && !asking);
    m_certify->setVisible(m_any && !asking);
    m_publish->setVisible(m_any && !asking);
    m_report->setVisible(m_any && !asking);
    m_seal->setVisible(m_tested && !asking);
    m_delete->setVisible(m_any && !asking);
    askName(false);
    if (asking)
        m_rename->hide();
    if (asking)
        m_keep->setFocus();
}

}
