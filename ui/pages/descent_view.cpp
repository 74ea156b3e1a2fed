// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/descent_view.h"

#include "core/session/inspect.h"
#include "ui/bridge/preview.h"
#include "ui/bridge/workbench.h"
#include "ui/plots/path_plot.h"
#include "ui/style/label.h"
#include "ui/style/theme.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QPushButton>
#include <QSlider>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace ui::pages {

using core::base::Result;
using core::base::Value;
using core::session::Descent;
using style::Label;
using style::Tone;

DescentView::DescentView(bridge::Workbench& bench, QWidget* parent)
    : QWidget(parent),
      m_bench(bench),
      m_toy([](const Value& given, const std::filesystem::path&) {
          return core::spec::check(core::session::toyFields().schema(), given, "", {core::session::catalog()});
      }),
      m_preview(new bridge::Preview(this)),
      m_plot(new plots::PathPlot),
      m_surface(new QComboBox),
      m_formula(new Label({}, Tone::Muted))
{
    m_toy.open(core::base::Object{});
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    auto* row = new QHBoxLayout;
    row->setSpacing(16);
    m_surface->setObjectName("descentSurface");
    m_surface->setAccessibleName(tr("Surface"));
    m_surface->addItem(tr("Trained runs: two weights on real rows"));
    for (const auto& surface : core::session::toySurfaces())
        m_surface->addItem(tr("Formula: %1").arg(QString::fromStdString(surface.title)),
                           QString::fromStdString(surface.kind));
    m_formula->setElided(Qt::ElideRight);
    row->addWidget(m_surface);
    row->addWidget(m_formula, 1);
    column->addLayout(row);
    column->addWidget(m_plot, 1);
    column->addWidget(buildControls());
    m_timer.setInterval(paceMs);
    connect(&m_timer, &QTimer::timeout, this, [this] {
        m_position += double(std::max(1, m_plot->steps())) * paceMs / playMs;
        moveTo(int(m_position));
        if (m_plot->step() >= m_plot->steps())
            play(false);
    });
    connect(m_surface, &QComboBox::activated, this, [this] {
        if (toy())
            m_toy.setAll({{QStringLiteral("surface"), Value(m_surface->currentData().toString().toStdString())}},
                         tr("surface"));
        Q_EMIT toyShown(toy());
        compute();
    });
    connect(&m_toy, &bridge::ExperimentDocument::changed, this, [this] {
        if (toy())
            compute();
    });
    connect(m_plot, &plots::PathPlot::chosen, this, [this](int path) {
        if (std::size_t(path) >= m_runs.size() || m_runs[std::size_t(path)].empty())
            return;
        m_bench.openRun(QString::fromStdString(m_runs[std::size_t(path)]));
        Q_EMIT m_bench.pageRequested(QStringLiteral("train"));
    });
    m_plot->setEmptyText(tr("The loss of a model with two weights, as a landscape with the path of each optimizer. "
                            "Press Start to train them, or choose a formula above."));
    moveTo(0);
}

DescentView::~DescentView() = default;

QWidget* DescentView::buildControls()
{
    auto* controls = new QWidget;
    auto* row = new QHBoxLayout(controls);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(8);
    const auto button = [&](const QString& words, const char* name, const QString& tip, auto act) {
        auto* made = new QPushButton(words);
        made->setObjectName(name);
        made->setProperty("flat", true);
        made->setToolTip(tip);
        connect(made, &QPushButton::clicked, this, act);
        row->addWidget(made);
        return made;
    };
    m_play = button(tr("Play"), "descentPlay", tr("Goes through all updates within six seconds"),
                    [this] { play(!m_timer.isActive()); });
    button(tr("Back"), "descentBack", tr("One update back"), [this] {
        play(false);
        moveTo(m_plot->step() - 1);
    });
    button(tr("Step"), "descentStep", tr("One update on"), [this] {
        play(false);
        moveTo(m_plot->step() + 1);
    });
    m_slider = new QSlider(Qt::Horizontal);
    m_slider->setObjectName("descentSlider");
    m_slider->setAccessibleName(tr("Update that is shown"));
    row->addWidget(m_slider, 1);
    m_step = new Label({}, Tone::Muted);
    row->addWidget(m_step);
    connect(m_slider, &QSlider::valueChanged, this, &DescentView::moveTo);
    return controls;
}

bool DescentView::toy() const
{
    return m_surface->currentIndex() > 0;
}

bool DescentView::busy() const
{
    return m_preview->busy();
}

void DescentView::setSet(std::shared_ptr<const core::session::SweepSet> set)
{
    m_set = std::move(set);
    if (!toy())
        compute();
}

void DescentView::compute()
{
    QString formula;
    for (const auto& surface : core::session::toySurfaces())
        if (toy() && m_surface->currentData().toString().toStdString() == surface.kind)
            formula = QString::fromStdString(surface.formula + "   " + surface.help);
    m_formula->setText(formula);
    if (toy()) {
        if (m_toy.problems().empty())
            m_preview->ask([settings = core::session::toyFields().read(
                                m_toy.resolved())] { return core::session::descend(settings); },
                           [this](Result<Descent> made) { show(std::move(made)); });
        return;
    }
    if (!m_set || m_set->ended() == 0)
        return show(Descent{});
    m_preview->ask([set = m_set] { return core::session::descentOf(*set); },
                   [this](Result<Descent> made) { show(std::move(made)); });
}

void DescentView::show(Result<Descent> descent)
{
    play(false);
    m_descent.reset();
    m_runs.clear();
    plots::PathPlot::Ground ground;
    std::vector<plots::PathPlot::Path> paths;
    if (descent) {
        const auto& land = descent->landscape;
        ground = {QString::fromStdString(land.xName),
                  QString::fromStdString(land.yName),
                  land.left,
                  land.right,
                  land.bottom,
                  land.top,
                  land.width,
                  land.height,
                  land.loss,
                  land.minX,
                  land.minY,
                  land.minLoss};
        for (const auto& path : descent->paths) {
            paths.push_back(
                {QString::fromStdString(path.name), QString::fromStdString(path.note), int(paths.size()), path.points});
            m_runs.push_back(path.run);
        }
        m_descent = std::move(*descent);
    } else {
        m_plot->setEmptyText(QString::fromStdString(core::base::describe(descent.error())));
    }
    m_plot->setContent(std::move(ground), std::move(paths));
    moveTo(m_plot->steps());
    Q_EMIT surfaceChanged();
}

void DescentView::moveTo(int step)
{
    const int last = std::max(0, m_plot->steps());
    step = std::clamp(step, 0, last);
    if (!m_timer.isActive())
        m_position = step;
    m_plot->setStep(step);
    const QSignalBlocker quiet(m_slider);
    m_slider->setRange(0, last);
    m_slider->setValue(step);
    m_slider->setEnabled(last > 0);
    m_play->setEnabled(last > 0);
    m_step->setText(tr("update %1 of %2").arg(style::count(step), style::count(last)));
}

void DescentView::play(bool on)
{
    if (on && m_plot->step() >= m_plot->steps())
        moveTo(0);
    m_position = m_plot->step();
    if (on)
        m_timer.start();
    else
        m_timer.stop();
    m_play->setText(on ? tr("Pause") : tr("Play"));
}

/// Where each stands at the end.
QString DescentView::closing() const
{
    if (!m_descent || m_descent->paths.empty())
        return {};
    const core::session::DescentPath *best = nullptr, *worst = nullptr;
    QStringList away;
    for (const auto& path : m_descent->paths) {
        if (path.points.empty() || !std::isfinite(path.points.back()[2])) {
            away << QString::fromStdString(path.name);
            continue;
        }
        if (!best || path.points.back()[2] < best->points.back()[2])
            best = &path;
        if (!worst || path.points.back()[2] > worst->points.back()[2])
            worst = &path;
    }
    QString told;
    if (best && best != worst)
        told = tr("After %1 updates %2 was lowest (loss %3), %4 highest (%5). ")
                   .arg(style::count(m_plot->steps()), QString::fromStdString(best->name),
                        style::number(best->points.back()[2]), QString::fromStdString(worst->name),
                        style::number(worst->points.back()[2]));
    if (!away.isEmpty())
        told += tr("Left the surface: %1.").arg(away.join(QStringLiteral(", ")));
    return told.trimmed();
}

}
