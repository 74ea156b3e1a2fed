// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/confusion_view.h"

#include "ui/bridge/looker.h"
#include "ui/bridge/workbench.h"
#include "ui/models/run_model.h"
#include "ui/pages/predictions_view.h"
#include "ui/plots/heat_table.h"
#include "ui/style/label.h"
#include "ui/style/theme.h"

#include <QHBoxLayout>
#include <QPushButton>

#include <algorithm>

namespace ui::pages {

using core::base::Result;
using core::events::ConfusionFrame;
using core::session::RowsLook;
using core::session::Seen;
using style::Label;
using style::Tone;

namespace {

constexpr std::size_t worstShown = 4;

/// The cells off the diagonal with the most rows, the worst first.
std::vector<std::pair<int, int>> worstCells(const ConfusionFrame& frame)
{
    std::vector<std::pair<int, int>> cells;
    const auto count = [&frame](const std::pair<int, int>& cell) {
        return frame.counts[std::size_t(cell.first * frame.classes + cell.second)];
    };
    for (int truth = 0; truth < frame.classes; ++truth)
        for (int said = 0; said < frame.classes; ++said)
            if (truth != said && count({truth, said}) > 0)
                cells.emplace_back(truth, said);
    std::ranges::stable_sort(cells, std::greater<>(), count);
    cells.resize(std::min(cells.size(), worstShown));
    return cells;
}

}

ConfusionView::ConfusionView(QWidget* parent)
    : QStackedWidget(parent),
      m_table(new plots::HeatTable),
      m_worst(new Label({}, Tone::Muted)),
      m_what(new Label({}, Tone::Strong)),
      m_back(new QPushButton(tr("‹ Matrix"))),
      m_rows(new PredictionsView)
{
    auto* matrix = new QWidget;
    auto* column = new QVBoxLayout(matrix);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(m_table, 1);
    column->addWidget(m_worst);
    m_worst->setWordWrap(true);
    addWidget(matrix);
    auto* cell = new QWidget;
    auto* below = new QVBoxLayout(cell);
    below->setContentsMargins(0, 0, 0, 0);
    auto* row = new QHBoxLayout;
    row->addWidget(m_back);
    row->addWidget(m_what, 1);
    below->addLayout(row);
    below->addWidget(m_rows, 1);
    addWidget(cell);
    m_what->setWordWrap(true);
    m_back->setObjectName(QStringLiteral("backToMatrix"));
    connect(m_back, &QPushButton::clicked, this, &ConfusionView::close);
    connect(m_table, &plots::HeatTable::cellClicked, this, &ConfusionView::open);
    connect(m_rows, &PredictionsView::rowChosen, this, &ConfusionView::rowChosen);
    setRun(nullptr);
}

ConfusionView::~ConfusionView()
{
    if (m_looker)
        m_looker->cancel(this);
}

void ConfusionView::setWorkbench(bridge::Workbench* bench)
{
    m_bench = bench;
    m_looker = bench ? &bench->looker() : nullptr;
}

void ConfusionView::setRun(const models::RunModel* run)
{
    m_run = run;
    m_step = -1;
    m_table->clear();
    m_table->setEmptyText(run ? tr("The first matrix comes with the first evaluation.")
                              : tr("Train on classes: which is taken for which will stand here."));
    m_worst->setText({});
    m_rows->setRun(run);
    close();
    refresh();
}

void ConfusionView::open(int truth, int predicted)
{
    if (!m_looker || !m_run || truth < 0)
        return;
    m_truth = truth;
    m_predicted = predicted;
    m_seen.reset();
    m_rows->showRows({});
    m_what->setTone(Tone::Strong);
    m_what->setText(m_table->describe(truth, predicted));
    setCurrentIndex(1);
    ask();
}

void ConfusionView::close()
{
    if (m_looker)
        m_looker->cancel(this);
    m_truth = -1;
    m_askedStep.reset();
    m_seen.reset();
    setCurrentIndex(0);
    Q_EMIT captionChanged();
}

void ConfusionView::ask()
{
    const auto away = m_run->shownStep();
    m_askedStep = away ? std::int64_t(*away) : -1;
    m_looker->ask(this, core::session::RowsWish{m_truth, m_predicted},
                  [this](Result<Seen> seen) { take(std::move(seen)); });
    Q_EMIT captionChanged();
}

void ConfusionView::take(Result<Seen> seen)
{
    if (!seen) {
        if (seen.error().kind == core::base::ErrorKind::Interrupted)
            return;
        m_what->setTone(Tone::Problem);
        m_what->setText(QString::fromStdString(core::base::describe(seen.error())));
        return;
    }
    m_seen = std::get<RowsLook>(std::move(*seen));
    const auto name = [this](int c) { return QString::fromStdString(m_run->opened().classes[std::size_t(c)]); };
    m_what->setText(
        m_truth == m_predicted
            ? tr("%1, told rightly: %2 rows").arg(name(m_truth), style::count(m_seen->all))
            : tr("%1 taken for %2: %3 rows").arg(name(m_truth), name(m_predicted), style::count(m_seen->all)));
    m_rows->showRows({m_seen->step, 0, m_seen->rows});
    Q_EMIT captionChanged();
}

void ConfusionView::refresh()
{
    if (!m_run)
        return;
    if (m_run->confusions().empty() && !m_run->confusion()) {
        if (m_run->opened().stepsPerEpoch > 0 && m_run->opened().classes.empty())
            m_table->setEmptyText(tr("This run predicts numbers: there are no classes to confuse."));
        return;
    }
    const auto away = m_run->shownStep();
    if (m_truth >= 0 && m_askedStep && *m_askedStep != (away ? std::int64_t(*away) : -1))
        ask();
    const ConfusionFrame& frame = *m_run->confusion();
    if (frame.step == m_step)
        return;
    m_step = frame.step;
    QStringList names;
    for (const std::string& name : m_run->opened().classes)
        names << QString::fromStdString(name);
    m_table->setClasses(names);
    m_table->setFrame(frame);
    QStringList worst;
    for (const auto& [truth, said] : worstCells(frame))
        worst << m_table->describe(truth, said);
    m_worst->setText(worst.isEmpty() ? tr("Nothing is confused on the validation rows.") : worst.join('\n'));
    Q_EMIT captionChanged();
}

QString ConfusionView::caption() const
{
    if (!m_run || m_run->confusions().empty())
        return {};
    if (m_truth >= 0)
        return m_seen ? tr("worst first · step %1").arg(style::count(m_seen->step)) : QString();
    return tr("validation · epoch %1").arg(style::count(m_run->confusion()->epoch));
}

}
