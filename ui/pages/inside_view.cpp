// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/inside_view.h"

#include "ui/bridge/workbench.h"
#include "ui/models/run_model.h"
#include "ui/plots/live_plot.h"
#include "ui/style/label.h"
#include "ui/style/theme.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QPushButton>

#include <algorithm>
#include <cmath>
#include <limits>

namespace ui::pages {

using models::Inside;
using style::Label;
using style::Tone;

namespace {

constexpr double usualRatio = 1e-3;
constexpr std::size_t mostCurves = 24;

core::base::Value everyTenSteps()
{
    core::base::Array captures;
    for (const char* collection : {"all", "updates", "activations"})
        captures.push_back(core::base::Object{{"collection", collection}, {"save_interval", 10}, {"histogram", true}});
    return captures;
}

/// Whether the settings ask for histograms.
bool recordsHistograms(const core::base::Value& spec)
{
    const auto& captures = spec["capture"].array();
    return std::ranges::any_of(captures,
                               [](const core::base::Value& capture) { return capture["histogram"].toBool(); });
}

}

InsideView::InsideView(QWidget* parent)
    : QWidget(parent),
      m_what(new QComboBox),
      m_layer(new QComboBox),
      m_record(new QPushButton(tr("Record every 10 steps"))),
      m_ridges(new plots::RidgePlot),
      m_curves(new plots::LivePlot),
      m_note(new Label({}, Tone::Muted))
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    auto* row = new QHBoxLayout;
    row->setSpacing(8);
    row->addWidget(m_what);
    row->addWidget(m_layer);
    row->addStretch();
    row->addWidget(m_record);
    column->addLayout(row);
    column->addWidget(m_ridges, 3);
    column->addWidget(m_note);
    column->addWidget(m_curves, 2);
    m_what->addItems({tr("Weights"), tr("Gradients"), tr("Updates"), tr("Activations")});
    m_what->setAccessibleName(tr("What of the layers"));
    m_what->setToolTip(tr("Weights before the update, gradients before they are clipped, updates: what the step added "
                          "to the weights, activations: the layers' outputs for the step's first batch."));
    m_layer->setAccessibleName(tr("Layer"));
    m_layer->setToolTip(tr("All tensors beside each other, or one with all the room. A click on a histogram does the "
                           "same."));
    m_layer->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    m_record->setObjectName(QStringLiteral("recordHistograms"));
    m_record->setToolTip(
        tr("Keeps 64-bin histograms of every tensor at every tenth step in the run's file (capture, histogram). While "
           "a run is watched some pass by anyway; kept ones are there when it is opened again.\nToo seldom: what "
           "happens between two steps is not seen. Too often: the file grows, and each takes a part of a step."));
    m_note->setWordWrap(true);
    m_curves->setXAxis(plots::XAxis::Step);
    m_curves->setLegendShown(false);
    m_curves->setToolTip(
        tr("Length |x|₂ of each tensor, and |update|₂ / |weight|₂.\nThe usual ratio is about 1e-3. Above 1e-2: the "
           "rate is too high, weights are thrown about. Below 1e-5: the layer hardly learns. Lengths that grow without "
           "end explode; gradients that shrink from the last layer to the first vanish."));
    connect(m_what, &QComboBox::currentIndexChanged, this, &InsideView::refresh);
    connect(m_layer, &QComboBox::currentIndexChanged, this, &InsideView::refresh);
    connect(m_ridges, &plots::RidgePlot::chosen, this,
            [this](const QString& name) { chooseLayer(m_layer->currentIndex() > 0 ? QString() : name); });
    connect(m_record, &QPushButton::clicked, this, &InsideView::record);
    setRun(nullptr);
}

Inside InsideView::what() const
{
    return Inside(m_what->currentIndex());
}

void InsideView::choose(Inside what)
{
    m_what->setCurrentIndex(int(what));
}

void InsideView::chooseLayer(const QString& name)
{
    m_layer->setCurrentIndex(name.isEmpty() ? 0 : std::max(0, m_layer->findText(name)));
}

void InsideView::setRun(const models::RunModel* run)
{
    m_curves->setCurves({});
    m_run = run;
    m_norms.clear();
    m_usual.clear();
    m_names.clear();
    m_shown.clear();
    m_drawn.clear();
    m_ridges->setPanels({});
    const QString wait = run ? tr("The first histograms come with the first steps.")
                             : tr("Train a network: how the numbers in each layer are spread, step after step, will "
                                  "stand here.");
    m_ridges->setEmptyText(wait);
    m_curves->setEmptyText(run ? QString()
                               : tr("The length of each layer's weights, gradients and updates comes here."));
    refresh();
}

std::optional<std::int64_t> InsideView::upTo() const
{
    return m_run->shownStep();
}

QString InsideView::lesson() const
{
    switch (what()) {
    case Inside::Weights:
        return tr(
            "A bell that slowly widens learns. A spike that never moves: no gradient arrives. Ends that run away: "
            "the rate is too high.");
    case Inside::Gradients:
        return tr("Narrower from the last layer to the first by factors: they vanish (try ReLU, He's initialization, a "
                  "norm). Wider by factors: they explode (clip them, lower the rate).");
    case Inside::Updates:
        return tr("What a step adds. About a thousandth of the weights' width is usual. Two humps far from zero: an "
                  "adaptive optimizer moves every weight by the rate, whatever its gradient.");
    case Inside::Activations:
        return tr("After ReLU about half are zero. All zero: the layer is dead. Piled up at -1 and 1 after tanh, at 0 "
                  "and 1 after sigmoid: it is saturated, and no gradient passes.");
    }
    return {};
}

// Where only the weights' spread at evaluations is known, those are the ridges.
std::vector<plots::RidgePanel> InsideView::weightRidges(const std::string& only) const
{
    std::vector<plots::RidgePanel> panels = models::ridgesOf(m_run->spreads(), what(), upTo(), only);
    const core::events::WeightsFrame* now = m_run->weights();
    if (what() != Inside::Weights || !now)
        return panels;
    const bool none = panels.empty();
    for (const auto& layer : now->layers) {
        if (!only.empty() && layer.name != only)
            continue;
        auto panel = std::ranges::find(panels, QString::fromStdString(layer.name), &plots::RidgePanel::name);
        if (panel == panels.end() && !none)
            continue;
        if (panel == panels.end()) {
            panels.push_back({QString::fromStdString(layer.name), {}, {}});
            panel = panels.end() - 1;
        }
        plots::Ridge ridge{double(now->step), layer.low, layer.high, {layer.counts.begin(), layer.counts.end()}};
        if (panel->ridges.empty() || panel->ridges.back().step < ridge.step)
            panel->ridges.push_back(std::move(ridge));
    }
    return panels;
}

void InsideView::showRidges()
{
    const std::string only = m_layer->currentIndex() > 0 ? m_layer->currentText().toStdString() : std::string();
    const auto& spreads = m_run->spreads();
    const QString shown = QStringLiteral("%1 %2 %3 %4 %5")
                              .arg(m_what->currentIndex())
                              .arg(m_layer->currentText())
                              .arg(spreads.empty() ? -1 : qint64(spreads.back().step))
                              .arg(m_run->weights() ? qint64(m_run->weights()->step) : -1)
                              .arg(upTo().value_or(-1));
    if (shown == m_shown)
        return;
    m_shown = shown;
    m_ridges->setLesson(lesson());
    std::vector<plots::RidgePanel> panels = weightRidges(only);
    if (panels.empty())
        m_ridges->setEmptyText(
            m_run->opened().classes.empty() && m_run->tensors().empty() && m_run->finished()
                ? tr("Nothing of the layers was recorded in this run.")
            : m_run->live() ? tr("The first histograms come with the first steps.")
                            : tr("This run kept no histograms of these. The button above records them in the next "
                                 "one; their lengths, below, were kept."));
    m_ridges->setPanels(std::move(panels));
}

void InsideView::showCurves()
{
    const bool news = m_norms.update(m_run->tensors());
    const auto& norms = m_norms.norms(what());
    const std::string only = m_layer->currentIndex() > 0 ? m_layer->currentText().toStdString() : std::string();
    const QString drawn = m_what->currentText() + QLatin1Char('|') + m_layer->currentText() + QLatin1Char('|') +
                          QString::number(norms.size()) + QLatin1Char('|') + QString::number(m_norms.ratios().size());
    const double first = 0, last = double(m_run->step());
    if (m_usual.empty() || (m_usual.size() == 2 && m_usual.step(1) < last)) {
        m_usual.clear();
        m_usual.append(first, usualRatio, 0);
        m_usual.append(last, usualRatio, 0);
    }
    if (drawn != m_drawn) {
        m_drawn = drawn;
        m_curves->setCurves({});
        m_curves->setPanels({{.title = tr("Length"), .subtitle = m_what->currentText().toLower(), .logY = true},
                             {.title = tr("Update / weight"), .subtitle = tr("about 1e-3 is usual"), .logY = true}});
        std::vector<plots::CurveSpec> curves;
        // An activation bears its layer's name, a weight that and its own.
        const auto chosen = [&](const std::string& name) {
            return only.empty() || name == only || name.starts_with(only + '.');
        };
        const auto add = [&](int panel, const std::map<std::string, plots::SeriesBuffer>& all,
                             const QStringList& list) {
            std::vector<QString> names;
            for (const QString& name : list)
                if (all.contains(name.toStdString()) && chosen(name.toStdString()))
                    names.push_back(name);
            // Weights say more than biases where not all have room.
            if (names.size() > mostCurves)
                std::erase_if(names, [](const QString& name) { return name.endsWith(QStringLiteral("bias")); });
            for (std::size_t i = 0; i < std::min(names.size(), mostCurves); ++i) {
                plots::CurveSpec curve{panel, &all.at(names[i].toStdString()), names[i]};
                curve.shade = names.size() > 1 ? 0.1 + 0.75 * double(i) / double(names.size() - 1) : 0.4;
                curves.push_back(curve);
            }
        };
        add(0, norms, m_names);
        add(1, m_norms.ratios(), models::tensorsOf(m_run->tensors(), Inside::Updates));
        plots::CurveSpec usual{1, &m_usual, tr("usual"), -1};
        usual.dashed = true;
        usual.named = false;
        curves.push_back(usual);
        m_curves->setCurves(std::move(curves));
    }
    m_curves->setNow(upTo() ? double(*upTo()) : std::numeric_limits<double>::infinity());
    if (news)
        m_curves->refresh();
}

void InsideView::refresh()
{
    m_record->setVisible(m_run && m_bench);
    if (!m_run)
        return;
    const QStringList names = models::tensorsOf(m_run->tensors(), what());
    if (names != m_names || m_layer->count() == 0) {
        const QString chosen = m_layer->currentIndex() > 0 ? m_layer->currentText() : QString();
        const QSignalBlocker quiet(m_layer);
        m_layer->clear();
        m_layer->addItem(tr("All layers"));
        m_layer->addItems(names);
        m_names = names;
        m_drawn.clear();
        chooseLayer(chosen);
    }
    const core::base::Value& spec = m_run->live() || !m_bench ? m_run->spec() : m_bench->document().resolved();
    const bool records = recordsHistograms(spec) || recordsHistograms(m_run->settingsAt(m_run->step()));
    m_record->setEnabled(!records);
    m_record->setText(records ? tr("Recorded") : tr("Record every 10 steps"));
    m_note->setVisible(m_run->tensors().empty() && m_run->finished());
    m_note->setText(tr("This run recorded no statistics of its tensors (capture is empty)."));
    if (!isVisible())
        return;
    showRidges();
    showCurves();
}

void InsideView::record()
{
    if (m_bench)
        m_bench->edit(QStringLiteral("capture"), everyTenSteps());
    refresh();
}

}
