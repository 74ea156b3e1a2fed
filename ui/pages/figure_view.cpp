// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/figure_view.h"

#include "core/base/clock.h"
#include "ui/models/study_axes.h"
#include "ui/models/study_figures.h"
#include "ui/pages/point_bar.h"
#include "ui/style/label.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QSignalBlocker>
#include <QVBoxLayout>

#include <algorithm>

namespace ui::pages {

using plots::StudyPlot;
using style::Label;
using style::Tone;

namespace {

QComboBox* axisChoice(const char* name, const QString& said)
{
    auto* box = new QComboBox;
    box->setObjectName(name);
    box->setAccessibleName(said);
    box->setToolTip(said);
    box->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    return box;
}

}

QString FigureView::lesson(Kind kind)
{
    switch (kind) {
    case Kind::Slice:
        return tr("Every trial at its value of one parameter: a slope tells that it matters, a valley where to look.");
    case Kind::Contour:
        return tr("The objective over two parameters, drawn between the trials: good regions are bright. Where no "
                  "trial is near, it is a guess.");
    case Kind::Rank:
        return tr("Every trial at two of its values, in the colour of its rank: single bad ones do not hide the rest.");
    case Kind::Edf:
        return tr(
            "The share of trials at most as large as a value: the sooner it rises, the more good ones there are.");
    case Kind::Timeline:
        return tr("Who trained what, and when: gaps are idle workers, short bars trials that were stopped early.");
    case Kind::Pareto:
        return tr("Two objectives: dark trials are those that no other beats in both. Choose among them.");
    }
    return {};
}

FigureView::FigureView(QWidget* parent)
    : QWidget(parent),
      m_x(axisChoice("figureX", tr("Parameter across"))),
      m_y(axisChoice("figureY", tr("Parameter upwards"))),
      m_objective(axisChoice("figureObjective", tr("Objective"))),
      m_by(new Label(tr("by"), Tone::Muted)),
      m_of(new Label(tr("of"), Tone::Muted)),
      m_plot(new StudyPlot),
      m_second(new StudyPlot),
      m_point(new PointBar)
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(4);
    auto* row = new QHBoxLayout;
    row->setSpacing(8);
    for (QWidget* each : std::initializer_list<QWidget*>{m_x, m_by, m_y, m_of, m_objective})
        row->addWidget(each);
    row->addWidget(m_point, 1);
    row->addStretch(0);
    column->addLayout(row);
    auto* plots = new QHBoxLayout;
    plots->setSpacing(24);
    plots->addWidget(m_plot, 3);
    plots->addWidget(m_second, 2);
    column->addLayout(plots, 1);
    for (QComboBox* box : {m_x, m_y, m_objective})
        connect(box, &QComboBox::currentIndexChanged, this, &FigureView::redraw);
    connect(m_plot, &StudyPlot::hovered, this, &FigureView::hovered);
    connect(m_plot, &StudyPlot::chosen, this, &FigureView::chosen);
    connect(m_plot, &StudyPlot::opened, this, &FigureView::opened);
    connect(m_plot, &StudyPlot::picked, this, &FigureView::pick);
    connect(m_point, &PointBar::tryWanted, this, [this](const core::base::Object& point) {
        m_plot->setPicked({});
        Q_EMIT tryWanted(point);
    });
    setKind(Kind::Slice);
}

void FigureView::setKind(Kind kind)
{
    m_kind = kind;
    m_filled.clear();
    fill();
}

void FigureView::setStudy(const Study& study)
{
    const bool same = study && m_study && study->name == m_study->name && study->order == m_study->order;
    m_study = study;
    if (!same)
        fill();
}

void FigureView::fill()
{
    QStringList parameters, objectives;
    if (m_study) {
        for (const core::tune::Parameter& each : m_study->space.parameters())
            parameters << models::shortName(m_study->space, each.path);
        for (const core::tune::ObjectiveSpec& each : m_study->spec.objective)
            objectives << models::metricTitle(each.metric);
    }
    const bool pareto = m_kind == Kind::Pareto;
    const QStringList choices = pareto ? objectives : parameters;
    const QString filled =
        choices.join(QLatin1Char('\n')) + QStringLiteral("\n\n") + objectives.join(QLatin1Char('\n'));
    if (filled != m_filled) {
        m_filled = filled;
        m_point->clear();
        m_plot->setPicked({});
        const QSignalBlocker a(m_x), b(m_y), c(m_objective);
        for (QComboBox* box : {m_x, m_y}) {
            box->clear();
            box->addItems(choices);
        }
        m_y->setCurrentIndex(std::min<int>(1, int(choices.size()) - 1));
        m_objective->clear();
        m_objective->addItems(objectives);
    }
    const bool two = twoParameters() || (pareto && objectives.size() > 2);
    const bool one = m_kind == Kind::Slice;
    m_x->setVisible((one || two) && choices.size() > 1);
    m_by->setVisible(two && choices.size() > 1);
    m_y->setVisible(two && choices.size() > 1);
    const bool several = objectives.size() > 1 && (one || twoParameters() || m_kind == Kind::Edf);
    m_of->setVisible(several && (one || two));
    m_objective->setVisible(several);
    m_second->setVisible(pareto && objectives.size() > 1);
    redraw();
}

void FigureView::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    if (m_stale)
        redraw();
}

void FigureView::redraw()
{
    m_stale = !isVisible();
    if (m_stale)
        return;
    if (!m_study || m_study->space.size() == 0) {
        m_plot->setSpec({});
        return;
    }
    const std::size_t x = std::size_t(std::max(0, m_x->currentIndex())),
                      y = std::size_t(std::max(0, m_y->currentIndex()));
    const std::size_t objective = std::size_t(std::max(0, m_objective->currentIndex()));
    switch (m_kind) {
    case Kind::Slice:
        m_plot->setSpec(models::sliceFigure(*m_study, x, objective));
        break;
    case Kind::Contour:
    case Kind::Rank:
        if (m_study->space.size() < 2 || x == y) {
            StudyPlot::Spec spec;
            spec.empty = m_study->space.size() < 2 ? tr("This takes two parameters; this study has one.")
                                                   : tr("Choose two different parameters.");
            m_plot->setSpec(spec);
        } else if (m_kind == Kind::Rank) {
            m_plot->setSpec(models::rankFigure(*m_study, x, y, objective));
        } else {
            // Its surface takes a while.
            m_worker.ask([study = m_study, x, y, objective] { return models::contourFigure(*study, x, y, objective); },
                         [this](StudyPlot::Spec spec) {
                             if (m_kind == Kind::Contour)
                                 m_plot->setSpec(std::move(spec));
                         });
        }
        break;
    case Kind::Edf:
        m_plot->setSpec(models::edfFigure(*m_study, objective));
        break;
    case Kind::Timeline:
        m_plot->setSpec(models::timelineFigure(*m_study, core::base::wallSeconds()));
        break;
    case Kind::Pareto:
        m_plot->setSpec(models::paretoFigure(*m_study, x, y));
        m_second->setSpec(models::hypervolumeFigure(*m_study));
        break;
    }
}

void FigureView::setLit(qint64 trial)
{
    m_plot->setLit(trial);
}

void FigureView::setFaded(const std::vector<qint64>& trials)
{
    m_plot->setFaded(trials);
}

void FigureView::pick(const QPointF& place)
{
    if (!m_study)
        return;
    std::vector<std::pair<std::size_t, double>> units{{std::size_t(std::max(0, m_x->currentIndex())), place.x()}};
    if (twoParameters())
        units.emplace_back(std::size_t(std::max(0, m_y->currentIndex())), place.y());
    m_plot->setPicked(place);
    m_point->offer(*m_study, units, anchorOf(*m_study));
}

}
