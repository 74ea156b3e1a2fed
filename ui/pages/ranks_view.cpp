// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/ranks_view.h"

#include "ui/bridge/workbench.h"
#include "ui/models/rank_moments.h"
#include "ui/pages/all_reduce_panel.h"
#include "ui/pages/memory_line.h"
#include "ui/pages/pipeline_picture.h"
#include "ui/pages/rank_grid.h"
#include "ui/pages/rank_lanes.h"
#include "ui/pages/rank_mistakes.h"
#include "ui/pages/scaling_panel.h"
#include "ui/style/label.h"
#include "ui/style/theme.h"

#include <QPushButton>
#include <QScrollArea>
#include <QVBoxLayout>

#include <algorithm>

namespace ui::pages {

using core::base::Value;
using core::events::RankFigure;
using core::events::RankMoment;
using style::Label;
using style::Tone;

namespace {

constexpr int lookMs = 120;      // from one look to the next
constexpr std::size_t steps = 6; // that the lanes show

QString headOf(const RankMoment& moment)
{
    const auto slowest = std::ranges::max_element(
        moment.ranks, {}, [](const RankMoment::Rank& rank) { return rank.figure(RankFigure::Compute); });
    double waited = 0, all = 0;
    for (const RankMoment::Rank& rank : moment.ranks) {
        waited += rank.figure(RankFigure::Wait);
        all += rank.seconds();
    }
    const QString equal = moment.equal(RankFigure::WeightsDigest) ? RanksView::tr("all begin with the same weights")
                                                                  : RanksView::tr("their weights are not the same");
    return RanksView::tr(
               "Step %1: %2 ranks learn from %3 rows; %4. Rank %5 computes longest; %6 of their time they wait.")
        .arg(style::count(moment.step))
        .arg(moment.ranks.size())
        .arg(style::count(qint64(moment.rows())), equal)
        .arg(slowest - moment.ranks.begin())
        .arg(style::percent(all > 0 ? waited / all : 0, 2));
}

}

RanksView::RanksView(bridge::Workbench& bench, QWidget* parent) : QWidget(parent), m_bench(bench)
{
    auto* scroll = new QScrollArea;
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setWidget(buildInside());
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(scroll);
    m_timer.setSingleShot(true);
    m_timer.setInterval(lookMs);
    connect(&m_timer, &QTimer::timeout, this, &RanksView::refresh);
    connect(&m_bench, &bridge::Workbench::frontChanged, this, &RanksView::follow);
    for (auto signal : {&bridge::Workbench::advanced, &bridge::Workbench::stateChanged})
        connect(&m_bench, signal, this, &RanksView::refreshSoon);
    connect(&m_bench.document(), &bridge::ExperimentDocument::changed, this, &RanksView::refreshSoon);
    connect(m_begin, &QPushButton::clicked, this, &RanksView::begin);
    follow();
}

RanksView::~RanksView() = default;

QWidget* RanksView::buildInside()
{
    auto* inside = new QWidget;
    auto* column = new QVBoxLayout(inside);
    column->setContentsMargins(24, 16, 24, 24);
    column->setSpacing(12);
    m_headline = new Label({}, Tone::Body);
    m_headline->setObjectName("ranksHeadline");
    m_headline->setWordWrap(true);
    column->addWidget(m_headline);
    m_begin = new QPushButton(tr("Train on 2 ranks"));
    m_begin->setObjectName("ranksBegin");
    m_begin->setProperty("outlined", true);
    m_begin->setToolTip(tr("Sets distributed.strategy to ddp with 2 ranks, and trains the experiment"));
    column->addWidget(m_begin, 0, Qt::AlignLeft);
    m_measured = new QWidget;
    auto* measured = new QVBoxLayout(m_measured);
    measured->setContentsMargins(0, 0, 0, 0);
    measured->setSpacing(12);
    m_lanes = new RankLanes;
    m_grid = new RankGrid;
    measured->addWidget(m_lanes);
    measured->addWidget(m_grid);
    column->addWidget(m_measured);
    m_pipeline = new PipelinePicture;
    m_blocks = new Label({}, Tone::Muted);
    m_blocks->setWordWrap(true);
    column->addWidget(m_pipeline);
    column->addWidget(m_blocks);
    m_memory = new MemoryLine(m_bench);
    column->addWidget(m_memory);
    const auto head = [&](const QString& title) {
        column->addSpacing(8);
        column->addWidget(new Label(title, Tone::Strong));
    };
    head(tr("Mistakes on purpose"));
    m_mistakes = new RankMistakes(m_bench);
    column->addWidget(m_mistakes);
    head(tr("How gradients are averaged"));
    m_allReduce = new AllReducePanel;
    column->addWidget(m_allReduce);
    head(tr("What more devices bring"));
    m_scaling = new ScalingPanel(m_bench);
    column->addWidget(m_scaling);
    column->addStretch(1);
    return inside;
}

void RanksView::follow()
{
    if (m_run != m_bench.front()) {
        if (m_run)
            disconnect(m_run, nullptr, this, nullptr);
        m_run = m_bench.front();
        if (m_run)
            connect(m_run, &models::RunModel::shownChanged, this, &RanksView::refreshSoon);
    }
    refreshSoon();
}

void RanksView::refreshSoon()
{
    if (isVisible() && !m_timer.isActive())
        m_timer.start();
}

void RanksView::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    refresh();
}

void RanksView::refresh()
{
    std::vector<RankMoment> moments = m_run ? models::rankMoments(*m_run, steps) : std::vector<RankMoment>{};
    const Value& ranks = m_bench.document().resolved()["distributed"];
    const bool several = ranks["strategy"].text() == "ddp";
    const bool measured = !moments.empty();
    m_measured->setVisible(measured);
    const QString piped = showPipeline();
    m_begin->setVisible(!measured && !several && piped.isEmpty());
    m_begin->setEnabled(!m_bench.training());
    if (measured)
        m_headline->setText(headOf(moments.back()));
    else if (!piped.isEmpty())
        m_headline->setText(piped);
    else if (m_run && several && m_run->live() && m_run->spec()["distributed"]["strategy"].text() == "ddp")
        m_headline->setText(tr("The ranks meet; their first step is awaited."));
    else if (several)
        m_headline->setText(tr("What each rank does in a step stands here: what it computes, when its gradients are "
                               "sent, how long it waits, and whether all weights are the same. Train the experiment."));
    else
        m_headline->setText(tr(
            "One process trains this experiment. Several ranks each learn from their share of every batch and average "
            "their gradients (data parallel). What each of them does in a step would stand here."));
    const std::int64_t size = several ? ranks["world_size"].toInt(1) : 4;
    m_allReduce->setRanks(measured ? qint64(moments.back().ranks.size()) : size > 1 ? size : 4);
    const std::int64_t parameters = m_run ? m_run->opened().parameters : 0;
    m_allReduce->setBytes(4.0 * double(parameters));
    if (measured) {
        m_grid->setMoment(moments.back());
        m_lanes->setMoments(std::move(moments));
    }
    m_mistakes->refresh();
    m_scaling->refresh();
}

QString RanksView::showPipeline()
{
    using core::debug::PipelineTrace;
    const bool piped = m_run && m_run->spec()["distributed"]["strategy"].text() == "pipeline";
    auto read = piped ? core::debug::pipelineOf(m_run->folder().toStdString())
                      : core::base::Result<PipelineTrace>(PipelineTrace{});
    const bool shown = read && !read->work.empty();
    m_pipeline->setVisible(shown);
    m_blocks->setVisible(shown);
    if (!piped)
        return {};
    if (!read)
        return QString::fromStdString(core::base::describe(read.error()));
    if (!shown)
        return tr("The layers of this network are divided among ranks. What each stage does in a step stands here once "
                  "a step was measured.");
    QStringList stages;
    for (std::int64_t stage = 0; stage < read->stages; ++stage) {
        QStringList blocks;
        for (const PipelineTrace::Block& block : read->blocks)
            if (block.stage == stage)
                blocks << QString::fromStdString(block.name + " " + block.type).trimmed();
        stages << tr("Stage %1: %2, %3 parameters.")
                      .arg(stage)
                      .arg(blocks.join(QStringLiteral(", ")), style::count(read->parameters[std::size_t(stage)]));
    }
    m_blocks->setText(stages.join(QLatin1Char('\n')));
    const QString text =
        tr("Step %1 goes through %2 stages in %3 micro-batches (%4). Stages are idle for %5 of it; with "
           "equal stages it would be %6.")
            .arg(style::count(read->step))
            .arg(read->stages)
            .arg(read->microBatches)
            .arg(QString::fromStdString(read->schedule), style::percent(read->idleShare, 2),
                 style::percent(read->idealIdleShare, 2));
    m_pipeline->setTrace(std::move(*read));
    return text;
}

void RanksView::begin()
{
    m_bench.trainAgain(
        {{QStringLiteral("distributed.strategy"), Value("ddp")}, {QStringLiteral("distributed.world_size"), Value(2)}},
        tr("Train on 2 ranks"));
}

QString RanksView::headline() const
{
    return m_headline->text();
}

}
