// SPDX-License-Identifier: GPL-3.0-or-later
// What a SweepView shows of its set: buttons, plot, table.
#include "ui/bridge/sweep_desk.h"
#include "ui/bridge/workbench.h"
#include "ui/pages/descent_view.h"
#include "ui/pages/sweep_view.h"
#include "ui/pages/words.h"
#include "ui/style/theme.h"

#include <QHBoxLayout>
#include <QPushButton>
#include <QStackedWidget>
#include <QTableWidget>

#include <algorithm>

namespace ui::pages {

using core::session::Spread;
using core::session::SweepAxis;
using core::session::SweepCurve;
using core::session::SweepPoint;
using core::session::SweepSummary;
using plots::SpreadPlot;

namespace {

SpreadPlot::Scale scaleOf(SweepAxis::Scale scale)
{
    return scale == SweepAxis::Scale::Log2  ? SpreadPlot::Scale::Log2
           : scale == SweepAxis::Scale::Log ? SpreadPlot::Scale::Log
                                            : SpreadPlot::Scale::Linear;
}

QString spreadText(const Spread* value, bool percent)
{
    if (!value)
        return {};
    const auto shown = [percent](double v) { return percent ? style::percent(v) : style::number(v); };
    return value->n > 1 ? shown(value->mean) + QStringLiteral(" ± ") + shown(value->std) : shown(value->mean);
}

}

/// One button for each figure that can be shown, and the table.
void SweepView::fillFigures(const SweepSummary& summary)
{
    const bool share = summary.metric == "accuracy";
    const auto percent = share ? plots::ValueFormat::Percent : plots::ValueFormat::Number;
    m_figures.clear();
    if (!m_descent) {
        m_figures = {{share ? tr("Accuracy") : tr("Loss"), {summary.validation(), summary.training()}, percent}};
        if (share)
            m_figures.push_back({tr("Loss"), {"validation/loss", "train_eval/loss"}, plots::ValueFormat::Number, true});
        m_figures.push_back({tr("Gap"), {"gap/" + summary.metric}, percent});
        m_figures.push_back({tr("Time"), {"seconds_per_epoch"}, plots::ValueFormat::Number, true});
        // The size of a network is judged by its loss.
        if (m_kind == "capacity_curve" && share)
            std::swap(m_figures[0], m_figures[1]);
    } else {
        m_figures.push_back({tr("Surface"), {}});
    }
    m_figure = std::min(m_figure, m_figures.size());
    while (QLayoutItem* item = m_choices->takeAt(0)) {
        item->widget()->hide();
        item->widget()->deleteLater();
        delete item;
    }
    const auto add = [&](const QString& words, const QString& tip, bool on, auto act) {
        auto* button = flatButton(words, "sweepFigure", tip);
        button->setCheckable(true);
        button->setChecked(on);
        m_choices->addWidget(button);
        connect(button, &QPushButton::clicked, this, act, Qt::QueuedConnection);
    };
    std::vector<QString> axes;
    for (const SweepCurve& curve : summary.curves)
        if (std::ranges::find(axes, text(curve.series.axis.name)) == axes.end())
            axes.push_back(text(curve.series.axis.name));
    m_axis = m_axis < axes.size() ? m_axis : 0;
    for (std::size_t i = 0; axes.size() > 1 && i < axes.size(); ++i)
        add(tr("over %1").arg(axes[i]), tr("What is varied"), i == m_axis, [this, i] {
            m_axis = i;
            show(m_set);
        });
    const QStringList tips{tr("Validation thick, training thin: the mean over the seeds, and a band of one standard "
                              "deviation"),
                           {},
                           tr("Training minus validation: what does not carry over to new rows"),
                           tr("Seconds for one pass over the training rows")};
    for (std::size_t i = 0; i < m_figures.size(); ++i)
        add(m_figures[i].title, tips.value(m_figures.size() == 4 ? qsizetype(i) : qsizetype(i == 0 ? 0 : i + 1)),
            i == m_figure, [this, i] {
                m_figure = i;
                show(m_set);
            });
    add(tr("Table"), tr("All values as numbers"), m_figure == m_figures.size(), [this] {
        m_figure = m_figures.size();
        show(m_set);
    });
    m_stack->setCurrentIndex(m_figure == m_figures.size() ? 1 : 0);
}

void SweepView::fillPlot()
{
    SpreadPlot::Spec spec;
    spec.empty = tr("Each point will be a run of its own, with mean and spread over the seeds. Press Start.");
    m_shownCurves.clear();
    if (!m_set || m_figure >= m_figures.size() || m_descent) {
        m_plot->setSpec(std::move(spec));
        return;
    }
    const Figure& figure = m_figures[m_figure];
    const SweepSummary summary = m_set->summary();
    std::vector<std::string> axes;
    std::map<std::string, int> alike; // curves over the same axis
    for (const SweepCurve& curve : summary.curves)
        ++alike[curve.series.axis.name];
    int color = 0;
    spec.yTitle = figure.title;
    spec.format = figure.format;
    spec.logY = figure.logY;
    for (std::size_t c = 0; c < summary.curves.size(); ++c) {
        const SweepCurve& curve = summary.curves[c];
        auto at = std::ranges::find(axes, curve.series.axis.name);
        if (at == axes.end())
            at = axes.insert(axes.end(), curve.series.axis.name);
        if (std::size_t(at - axes.begin()) != m_axis)
            continue;
        const QString unit = text(curve.series.axis.unit);
        spec.xTitle = text(curve.series.axis.name) + (unit.isEmpty() ? unit : QStringLiteral(" (%1)").arg(unit));
        spec.scale = scaleOf(curve.series.axis.scale);
        for (std::size_t v = 0; v < figure.values.size(); ++v) {
            SpreadPlot::Curve drawn;
            drawn.thin = v > 0;
            drawn.color = color;
            drawn.name = v > 0                               ? tr("training")
                         : alike[curve.series.axis.name] > 1 ? text(curve.series.name)
                                                             : tr("validation");
            drawn.note = v == 0 ? text(curve.series.note) : QString();
            std::vector<int> places{int(c)};
            for (std::size_t p = 0; p < curve.points.size(); ++p) {
                const SweepPoint& point = curve.points[p];
                const Spread* value = point.find(figure.values[v]);
                if (!value && (point.diverged == 0 || v > 0))
                    continue;
                drawn.points.push_back({point.x, value ? value->mean : 0, value ? value->std : 0,
                                        value ? int(value->n) : 0, int(point.diverged), text(point.label),
                                        value != nullptr});
                places.push_back(int(p));
            }
            if (drawn.points.empty())
                continue;
            spec.curves.push_back(std::move(drawn));
            m_shownCurves.push_back(std::move(places));
        }
        ++color;
    }
    if (m_desk.going() && mine())
        spec.empty = tr("The first run is training.");
    m_plot->setSpec(std::move(spec));
}

void SweepView::fillTable(const SweepSummary& summary)
{
    const bool share = summary.metric == "accuracy";
    m_table->setColumnCount(8);
    m_table->setHorizontalHeaderLabels({tr("Series"), tr("Point"), tr("Validation %1").arg(text(summary.metric)),
                                        tr("Training %1").arg(text(summary.metric)), tr("Gap"), tr("Seconds an epoch"),
                                        tr("Runs"), tr("Diverged")});
    m_table->setRowCount(0);
    for (const SweepCurve& curve : summary.curves)
        for (const SweepPoint& point : curve.points) {
            const int row = m_table->rowCount();
            m_table->insertRow(row);
            const QStringList cells{text(curve.series.name),
                                    text(point.label),
                                    spreadText(point.find(summary.validation()), share),
                                    spreadText(point.find(summary.training()), share),
                                    spreadText(point.find("gap/" + summary.metric), share),
                                    spreadText(point.find("seconds_per_epoch"), false),
                                    tr("%1 of %2").arg(point.ended).arg(point.planned),
                                    point.diverged > 0 ? QStringLiteral("▲ %1").arg(point.diverged) : QString()};
            for (int column = 0; column < int(cells.size()); ++column)
                m_table->setItem(row, column, new QTableWidgetItem(cells[column]));
        }
    m_table->resizeColumnsToContents();
}

/// The first run of the point that is there.
void SweepView::openRun(int curve, int point)
{
    if (!m_set || curve >= int(m_shownCurves.size()))
        return;
    const std::vector<int>& places = m_shownCurves[std::size_t(curve)];
    const SweepSummary summary = m_set->summary();
    const SweepPoint& chosen =
        summary.curves[std::size_t(places.front())].points[std::size_t(places[std::size_t(point) + 1])];
    for (const std::size_t run : chosen.runs)
        if (const auto& one = m_set->runs()[run]; one.ended) {
            m_bench.openRun(text((m_set->folder() / one.id).string()));
            Q_EMIT m_bench.pageRequested(QStringLiteral("train"));
            return;
        }
}

}
