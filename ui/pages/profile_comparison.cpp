// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/profile_comparison.h"

#include "core/store/run_record.h"
#include "ui/bridge/workbench.h"
#include "ui/bridge/worker.h"
#include "ui/models/run_profile.h"
#include "ui/style/label.h"
#include "ui/style/theme.h"

#include <QComboBox>
#include <QGridLayout>
#include <QHBoxLayout>

#include <cmath>

namespace ui::pages {

using style::Label;
using style::Tone;

ProfileComparison::ProfileComparison(bridge::Workbench& workbench, QWidget* parent)
    : QWidget(parent),
      m_workbench(workbench),
      m_others(new QComboBox),
      m_changes(new QGridLayout),
      m_worker(std::make_unique<bridge::Worker>(*this))
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    auto* head = new QHBoxLayout;
    head->addWidget(new Label(tr("Compare with"), Tone::Strong));
    m_others->setObjectName("profilerOther");
    m_others->setToolTip(tr("Another run: the time of each phase of a step beside this run's"));
    m_others->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_others->addItem(tr("no other run"), QString());
    head->addWidget(m_others, 1);
    column->addLayout(head);
    m_changes->setHorizontalSpacing(16);
    m_changes->setVerticalSpacing(4);
    m_changes->setColumnStretch(0, 1);
    column->addLayout(m_changes);
    column->addStretch(1);
    connect(m_others, &QComboBox::activated, this, [this] { compareWith(m_others->currentData().toString()); });
    connect(&m_workbench, &bridge::Workbench::runsChanged, this, &ProfileComparison::readRuns);
    connect(&m_workbench, &bridge::Workbench::frontChanged, this, &ProfileComparison::readRuns);
}

ProfileComparison::~ProfileComparison() = default;

void ProfileComparison::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    readRuns();
}

void ProfileComparison::setSummary(const core::debug::ProfileSummary& summary)
{
    m_summary = summary;
    if (m_other)
        fill();
}

void ProfileComparison::readRuns()
{
    if (!isVisible())
        return;
    const std::string folder = m_workbench.runsFolder().toStdString();
    const QString own = m_workbench.front() ? m_workbench.front()->folder() : QString();
    m_worker->run([this, folder, own]() -> bridge::Worker::Answer {
        std::vector<std::pair<QString, QString>> runs;
        for (const core::store::RunSummary& run : core::store::listRuns(folder))
            if (const QString path = QString::fromStdString(run.folder.string()); path != own && run.problem.empty())
                runs.emplace_back(QString::fromStdString(run.id), path);
        return [this, runs = std::move(runs)] {
            const QString chosen = m_others->currentData().toString();
            m_others->clear();
            m_others->addItem(tr("no other run"), QString());
            for (const auto& [id, path] : runs)
                m_others->addItem(id, path);
            m_others->setCurrentIndex(std::max(0, m_others->findData(chosen)));
        };
    });
}

void ProfileComparison::compareWith(const QString& folder)
{
    m_other.reset();
    if (folder.isEmpty())
        return fill();
    m_worker->run([this, folder]() -> bridge::Worker::Answer {
        auto read = std::make_shared<core::base::Result<core::session::RunProfile>>(
            core::session::profileOf(folder.toStdString(), {}));
        return [this, read] {
            if (*read)
                m_other = std::move(**read);
            else
                Q_EMIT m_workbench.trouble(read->error());
            fill();
        };
    });
}

void ProfileComparison::fill()
{
    while (QLayoutItem* item = m_changes->takeAt(0)) {
        delete item->widget();
        delete item;
    }
    if (!m_other)
        return;
    const auto put = [this](int row, int at, const QString& words, Tone tone) {
        auto* label = new Label(words, tone);
        label->setAlignment(at == 0 ? Qt::AlignLeft : Qt::AlignRight);
        m_changes->addWidget(label, row, at);
    };
    put(0, 1, tr("this run"), Tone::Muted);
    put(0, 2, QString::fromStdString(m_other->report.id), Tone::Muted);
    put(0, 3, tr("ratio"), Tone::Muted);
    int row = 1;
    for (const core::debug::PhaseChange& change : core::debug::compare(m_summary, m_other->report.summary)) {
        if (change.before <= 0 && change.after <= 0)
            continue;
        const bool whole = change.name == "step";
        const Tone tone = whole ? Tone::Strong : Tone::Body;
        put(row, 0, whole ? tr("whole step") : QString::fromStdString(core::debug::phaseTitle(change.name)), tone);
        put(row, 1, models::milliseconds(change.before), Tone::Body);
        put(row, 2, models::milliseconds(change.after), Tone::Body);
        put(row++, 3, std::isfinite(change.ratio) ? QStringLiteral("× ") + style::number(change.ratio, 3) : QString(),
            tone);
    }
}

}
