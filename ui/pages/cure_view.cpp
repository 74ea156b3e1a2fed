// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/cure_view.h"

#include "ui/bridge/cure_desk.h"
#include "ui/bridge/workbench.h"
#include "ui/pages/words.h"
#include "ui/plots/futures_plot.h"
#include "ui/style/label.h"
#include "ui/style/theme.h"

#include <QGridLayout>
#include <QPushButton>
#include <QVBoxLayout>

namespace ui::pages {

using core::session::FutureFigure;
using style::Label;
using style::Tone;

namespace {

constexpr int seedsForSpread = 3;
constexpr std::size_t mostFigures = 3;

bool isShare(const std::string& metric)
{
    return metric.ends_with("/accuracy") || metric.ends_with("/f1") || metric.ends_with("/recall") ||
           metric.ends_with("/precision");
}

QString figureText(const std::string& metric, double value)
{
    return isShare(metric) ? style::percent(value) : style::number(value);
}

plots::FuturesPlot::Curve curveOf(const models::RunModel& run, const std::string& metric, const QString& name)
{
    plots::FuturesPlot::Curve curve{name, {}, {}};
    if (const plots::SeriesBuffer* series = run.series(text(metric)))
        for (std::size_t i = 0; i < series->size(); ++i) {
            curve.steps.push_back(series->step(i));
            curve.values.push_back(series->value(i));
        }
    return curve;
}

std::string watchedOf(const models::RunModel& run)
{
    if (const auto best = run.best())
        return best->metric;
    return run.series(QStringLiteral("validation/loss")) ? "validation/loss" : "train/loss";
}

}

CureView::CureView(bridge::Workbench& bench, bridge::CureDesk& desk, QWidget* parent)
    : QWidget(parent),
      m_bench(bench),
      m_desk(desk),
      m_title(new Label(tr("Try the fix"), Tone::Strong)),
      m_note(new Label({}, Tone::Muted)),
      m_state(new Label({}, Tone::Muted)),
      m_problem(new Label({}, Tone::Problem)),
      m_verdictTitle(new Label({}, Tone::Strong)),
      m_sentence(new Label({})),
      m_plot(new plots::FuturesPlot),
      m_side(new QWidget),
      m_table(new QGridLayout),
      m_keep(new QPushButton(tr("Go on with the fix"))),
      m_discard(new QPushButton(tr("Discard"))),
      m_seeds(new QPushButton(tr("Over %1 seeds").arg(seedsForSpread))),
      m_cancel(new QPushButton(tr("Cancel")))
{
    auto* head = new QHBoxLayout;
    head->setSpacing(12);
    head->addWidget(m_title);
    m_note->setElided(Qt::ElideRight);
    head->addWidget(m_note, 1);
    head->addWidget(m_state);
    head->addWidget(m_cancel);
    auto* side = new QVBoxLayout(m_side);
    side->setContentsMargins(0, 0, 0, 0);
    side->setSpacing(8);
    side->addWidget(m_verdictTitle);
    m_table->setHorizontalSpacing(16);
    m_table->setVerticalSpacing(2);
    side->addLayout(m_table);
    auto* buttons = new QHBoxLayout;
    buttons->setSpacing(8);
    buttons->addWidget(m_keep, 1);
    buttons->addWidget(m_discard, 1);
    side->addStretch();
    side->addLayout(buttons);
    m_side->setFixedWidth(int(328 * style::theme().scale));
    auto* row = new QHBoxLayout;
    row->setSpacing(32);
    row->addWidget(m_plot, 1);
    row->addWidget(m_side);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    column->addLayout(head);
    m_problem->setWordWrap(true);
    column->addWidget(m_problem);
    column->addLayout(row, 1);
    auto* foot = new QHBoxLayout;
    m_sentence->setElided(Qt::ElideRight);
    foot->addWidget(m_sentence, 1);
    foot->addWidget(m_seeds);
    column->addLayout(foot);
    m_keep->setProperty("primary", true);
    m_keep->setObjectName(QStringLiteral("keepFix"));
    m_discard->setObjectName(QStringLiteral("discardFix"));
    m_seeds->setObjectName(QStringLiteral("fixSeeds"));
    m_cancel->setObjectName(QStringLiteral("cancelFix"));
    m_discard->setProperty("outlined", true);
    m_seeds->setProperty("flat", true);
    m_cancel->setProperty("flat", true);
    m_keep->setToolTip(
        tr("Puts the branch with the fix in front; the run without it stays in Runs. What was not trained "
           "to its end goes on with Resume."));
    m_discard->setToolTip(tr("Deletes the branch; the run goes on as it was."));
    m_seeds->setToolTip(tr("Trains the fix again with other batches: mean ± standard deviation tell whether the "
                           "difference is more than luck."));
    connect(&m_desk, &bridge::CureDesk::changed, this, &CureView::refresh);
    connect(&m_desk, &bridge::CureDesk::advanced, this, &CureView::showCurves);
    connect(m_cancel, &QPushButton::clicked, &m_desk, &bridge::CureDesk::cancel);
    connect(m_discard, &QPushButton::clicked, &m_desk, [this] { m_desk.discard(true); });
    connect(m_seeds, &QPushButton::clicked, &m_desk, [this] { m_desk.repeat(seedsForSpread); });
    connect(m_keep, &QPushButton::clicked, this, &CureView::keep);
    refresh();
}

QString CureView::verdict() const
{
    return m_sentence->text();
}

void CureView::keep()
{
    const auto futures = m_desk.futures();
    if (m_desk.going() || futures.empty())
        return;
    const QString folder = futures.front()->folder();
    m_desk.discard(false);
    m_bench.openRun(folder);
    Q_EMIT m_bench.pageRequested(QStringLiteral("train"));
}

void CureView::refresh()
{
    const auto* fix = m_desk.fix();
    setVisible(fix || !m_desk.problem().isEmpty());
    m_problem->setText(m_desk.problem().isEmpty() ? QString() : QStringLiteral("▲ ") + m_desk.problem());
    m_problem->setVisible(!m_desk.problem().isEmpty());
    m_cancel->setVisible(m_desk.going());
    if (!fix)
        return;
    m_note->setText(
        tr("%1: two futures of step %2, same weights, same batches").arg(fix->label, style::count(m_desk.from())));
    QString state;
    if (m_desk.going() && m_desk.progress()) {
        const auto& progress = *m_desk.progress();
        state = tr("%1 %").arg(qRound(100 * progress.share));
        if (progress.branches > 1)
            state = tr("seed %1 of %2 · ").arg(progress.branch + 1).arg(progress.branches) + state;
        if (progress.secondsLeft >= 0)
            state += tr(" · %1 left").arg(style::duration(progress.secondsLeft));
    } else if (m_desk.going()) {
        state = tr("going back to step %1…").arg(style::count(m_desk.from()));
    }
    m_state->setText(state);
    showCurves();
    showVerdict();
}

void CureView::showCurves()
{
    const models::RunModel* front = m_bench.front();
    const auto* fix = m_desk.fix();
    if (!fix || !front || front->folder() != m_desk.run())
        return;
    const std::string metric = m_desk.verdict() ? m_desk.verdict()->figures.front().name : watchedOf(*front);
    plots::FuturesPlot::Spec spec;
    spec.title = text(metric);
    spec.format = isShare(metric) ? plots::ValueFormat::Percent : plots::ValueFormat::Number;
    spec.from = double(m_desk.from());
    spec.asItIs = curveOf(*front, metric, tr("As it is"));
    spec.to = double(front->step());
    for (const models::RunModel* future : m_desk.futures()) {
        spec.changed.push_back(curveOf(*future, metric, tr("With %1").arg(fix->label)));
        spec.to = std::max(spec.to, double(future->step()));
    }
    m_plot->setSpec(std::move(spec));
}

void CureView::showVerdict()
{
    while (QLayoutItem* item = m_table->takeAt(0)) {
        delete item->widget();
        delete item;
    }
    const auto& verdict = m_desk.verdict();
    m_verdictTitle->setText(verdict          ? tr("Verdict at step %1").arg(style::count(verdict->at))
                            : m_desk.going() ? tr("The verdict comes when it is trained")
                                             : tr("No verdict"));
    for (QWidget* part : std::initializer_list<QWidget*>{m_sentence, m_keep, m_discard})
        part->setVisible(!m_desk.going());
    m_keep->setEnabled(!m_desk.futures().empty());
    m_seeds->setVisible(verdict.has_value() && verdict->seeds == 1 && !m_desk.going());
    m_sentence->setText(verdict ? text(verdict->sentence()) : QString());
    if (!verdict)
        return;
    const auto add = [&](int row, int column, const QString& words, Tone tone) {
        auto* label = new Label(words, tone);
        label->setAlignment(column == 0 ? Qt::AlignLeft : Qt::AlignRight);
        m_table->addWidget(label, row, column);
    };
    add(0, 1, tr("as it is"), Tone::Accent);
    add(0, 2, tr("with the fix"), Tone::Muted);
    m_table->setColumnStretch(0, 1);
    for (std::size_t i = 0; i < std::min(mostFigures, verdict->figures.size()); ++i) {
        const FutureFigure& figure = verdict->figures[i];
        add(int(i) + 1, 0, text(figure.name), Tone::Body);
        add(int(i) + 1, 1, figureText(figure.name, figure.without), Tone::Body);
        QString with = figureText(figure.name, figure.with);
        if (figure.spread >= 0)
            with += QStringLiteral(" ± ") + figureText(figure.name, figure.spread);
        add(int(i) + 1, 2,
            (figure.verdict > 0   ? QStringLiteral("✓ ")
             : figure.verdict < 0 ? QStringLiteral("▲ ")
                                  : QString()) +
                with,
            figure.verdict > 0   ? Tone::Strong
            : figure.verdict < 0 ? Tone::Problem
                                 : Tone::Body);
    }
}

}
