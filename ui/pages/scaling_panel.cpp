// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/scaling_panel.h"

#include "ui/bridge/sweep_desk.h"
#include "ui/bridge/workbench.h"
#include "ui/models/rank_moments.h"
#include "ui/pages/scaling_plot.h"
#include "ui/style/label.h"
#include "ui/style/theme.h"

#include <QDoubleSpinBox>
#include <QGridLayout>
#include <QPushButton>
#include <QSignalBlocker>

namespace ui::pages {

using core::base::Array;
using core::base::Object;
using core::debug::Exchange;
using core::debug::ScaledStep;
using core::debug::ScalingFacts;
using style::Label;
using style::Tone;

namespace {

const std::string rankSweepKind = "rank_sweep";

// Of a small convolutional network, where there is no run to ask.
constexpr ScalingFacts usualFacts{0.02, 0.04, 1e8, 1.25e9, 5e-5, 1, 0.03};

QString sourceOf(models::ScalingSource::Times times)
{
    using Times = models::ScalingSource::Times;
    if (times == Times::Steps)
        return ScalingPanel::tr("Times, how uneven they are and the size are those of the run in front; the link is "
                                "assumed.");
    if (times == Times::Stages)
        return ScalingPanel::tr("The run in front divides its layers among ranks. Here each rank would have all of "
                                "them: the passes of all its stages, one after the other; the link is assumed.");
    return ScalingPanel::tr("Of a usual small network. A run with the profiler on brings its own times.");
}

}

ScalingPanel::ScalingPanel(bridge::Workbench& bench, QWidget* parent)
    : QWidget(parent),
      m_bench(bench),
      m_desk(new bridge::SweepDesk(bench, this)),
      m_plot(new ScalingPlot),
      m_table(new Label({}, Tone::Body)),
      m_source(new Label({}, Tone::Muted)),
      m_going(new Label({}, Tone::Muted)),
      m_measure(new QPushButton(tr("Measure 1, 2 and 4 ranks"))),
      m_reset(new QPushButton(tr("As the run")))
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    auto* both = new QHBoxLayout;
    both->setSpacing(24);
    m_plot->setMinimumHeight(260);
    both->addWidget(m_plot, 1);
    both->addWidget(buildFields());
    column->addLayout(both);
    m_table->setTextFormat(Qt::RichText);
    m_table->setObjectName("scalingTable");
    column->addWidget(m_table);
    auto* line = new QHBoxLayout;
    m_measure->setObjectName("scalingMeasure");
    m_measure->setProperty("outlined", true);
    m_measure->setToolTip(tr("Trains the experiment for an epoch on 1, 2 and 4 ranks, as ordinary runs, one after the "
                             "other. They are listed under Learn, experiments, too."));
    m_going->setElided(Qt::ElideRight);
    m_going->setObjectName("scalingGoing");
    line->addWidget(m_measure);
    line->addWidget(m_going, 1);
    column->addLayout(line);
    connect(m_measure, &QPushButton::clicked, this, &ScalingPanel::begin);
    connect(m_desk, &bridge::SweepDesk::changed, this, &ScalingPanel::showDesk);
    connect(m_desk, &bridge::SweepDesk::setChanged, this, [this] {
        if (m_desk->set())
            showMeasured(*m_desk->set());
    });
    connect(&m_bench, &bridge::Workbench::stateChanged, this, &ScalingPanel::showDesk);
    takeFromRun();
    showDesk();
}

ScalingPanel::~ScalingPanel() = default;

QWidget* ScalingPanel::buildFields()
{
    struct Told {
        const char* name;
        QString title, unit, tip;
        double most;
        int decimals;
    };
    const Told told[] = {
        {"forward", tr("Forward, update"), tr("ms"), tr("Of one rank's rows. Nothing can be sent meanwhile."), 1e6, 3},
        {"backward", tr("Backward"), tr("ms"), tr("Of one rank's rows. Buckets that are ready are sent beside it."),
         1e6, 3},
        {"size", tr("Gradients"), tr("MB"), tr("Four bytes for each parameter."), 1e6, 3},
        {"bandwidth", tr("Bandwidth"), tr("Gbit/s"),
         tr("Of a rank's link, each way at once: 10 of Ethernet, 200 of InfiniBand, 2400 of NVLink."), 1e5, 1},
        {"latency", tr("Latency"), tr("µs"),
         tr("Of one message: 50 over TCP, 2 over InfiniBand. A ring pays it "
            "2 (N − 1) times."),
         1e6, 1},
        {"overlap", tr("Overlap"), tr("%"),
         tr("Share of the backward pass beside which gradients are sent. Without "
            "buckets: 0."),
         100, 0},
        {"spread", tr("Uneven steps"), tr("%"),
         tr("How much what a rank computes differs from step to step: standard deviation / mean. All wait for the "
            "slowest: 0.56 deviations of 2 ranks, 1.4 of 8, 2.3 of 64, 3 of 512. Of a machine of one's own 1 to 3, of "
            "one shared with others 10 and more. Batches of unlike length make it large."),
         1000, 1}};
    auto* box = new QWidget;
    auto* grid = new QGridLayout(box);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(12);
    grid->setVerticalSpacing(8);
    grid->addWidget(new Label(tr("Assumed"), Tone::Strong), 0, 0);
    m_reset->setObjectName("scalingReset");
    m_reset->setProperty("flat", true);
    m_reset->setToolTip(tr("Takes the times of the run in front again"));
    grid->addWidget(m_reset, 0, 1, Qt::AlignRight);
    for (int i = 0; i < NumberCount; ++i) {
        const Told& one = told[i];
        auto* field = new QDoubleSpinBox;
        field->setObjectName(QStringLiteral("scaling-") + QLatin1String(one.name));
        field->setAccessibleName(one.title);
        field->setToolTip(one.tip);
        field->setDecimals(one.decimals);
        field->setRange(0, one.most);
        field->setSuffix(QChar(0x00A0) + one.unit);
        field->setAlignment(Qt::AlignRight);
        field->setFixedWidth(int(124 * style::theme().scale));
        auto* title = new Label(one.title);
        title->setToolTip(one.tip);
        grid->addWidget(title, i + 1, 0);
        grid->addWidget(field, i + 1, 1);
        m_numbers[std::size_t(i)] = field;
        connect(field, &QDoubleSpinBox::valueChanged, this, [this] {
            m_byHand = true;
            showModel();
        });
    }
    m_source->setObjectName("scalingSource");
    m_source->setWordWrap(true);
    m_source->setFixedWidth(int(250 * style::theme().scale));
    grid->addWidget(m_source, NumberCount + 1, 0, 1, 2);
    grid->setRowStretch(NumberCount + 2, 1);
    connect(m_reset, &QPushButton::clicked, this, [this] {
        m_byHand = false;
        takeFromRun();
    });
    return box;
}

ScalingFacts ScalingPanel::facts() const
{
    const auto of = [this](Number number) { return m_numbers[number]->value(); };
    return {of(Forward) / 1000, of(Backward) / 1000, of(Size) * 1e6,  std::max(0.001, of(Bandwidth)) * 1.25e8,
            of(Latency) * 1e-6, of(Overlap) / 100,   of(Uneven) / 100};
}

QDoubleSpinBox* ScalingPanel::field(const QString& name) const
{
    for (QDoubleSpinBox* one : m_numbers)
        if (one->objectName() == QStringLiteral("scaling-") + name)
            return one;
    return nullptr;
}

void ScalingPanel::refresh()
{
    if (m_byHand)
        showModel();
    else
        takeFromRun();
    showDesk();
}

void ScalingPanel::takeFromRun()
{
    const ScalingFacts facts = models::scalingFactsOf(m_bench.front(), usualFacts).facts;
    const double values[] = {1000 * facts.forwardSeconds, 1000 * facts.backwardSeconds, facts.bytes / 1e6,
                             facts.bandwidth / 1.25e8,    facts.latency * 1e6,          100 * facts.overlap,
                             100 * facts.spread};
    for (std::size_t i = 0; i < m_numbers.size(); ++i) {
        const QSignalBlocker quiet(m_numbers[i]);
        m_numbers[i]->setValue(values[i]);
    }
    showModel();
}

void ScalingPanel::showModel()
{
    m_reset->setVisible(m_byHand && m_bench.front());
    m_source->setText(m_byHand ? tr("Changed by hand.")
                               : sourceOf(models::scalingFactsOf(m_bench.front(), usualFacts).times));
    const ScalingFacts now = facts();
    m_plot->setFacts(now);
    QString cells;
    const std::pair<QString, Exchange> kinds[] = {{tr("Ring"), Exchange::Ring},
                                                  {tr("Parameter server"), Exchange::ParameterServer}};
    for (const auto& [name, exchange] : kinds) {
        cells += QStringLiteral("<tr><td style='padding-right:24px'>%1</td>").arg(name);
        for (const qint64 ranks : {8, 64, 512}) {
            const ScaledStep step = core::debug::scaledStep(now, ranks, exchange);
            cells += QStringLiteral("<td style='padding-right:32px'><b>%1×</b>&nbsp; %2<br>%3&nbsp;ms %4</td>")
                         .arg(style::number(step.speedup, 3), style::percent(step.efficiency, 2),
                              style::number(1000 * step.waiting(), 3), tr("of a step waiting"));
        }
        cells += QStringLiteral("</tr>");
    }
    m_table->setText(QStringLiteral("<table><tr><td></td><td>%1</td><td>%2</td><td>%3</td></tr>%4</table>")
                         .arg(tr("8 devices"), tr("64 devices"), tr("512 devices"), cells));
}

QString ScalingPanel::extrapolated() const
{
    return m_table->text();
}

void ScalingPanel::begin()
{
    if (m_desk->going())
        return m_desk->cancel();
    m_desk->start(rankSweepKind, Object{{"ranks", Array{1, 2, 4}}, {"seeds", 1}, {"epochs", 1}},
                  m_bench.document().resolved());
}

void ScalingPanel::showMeasured(const core::session::SweepSet& set)
{
    std::vector<ScalingPlot::Measured> measured;
    const core::session::SweepSummary summary = set.summary();
    if (summary.curves.empty())
        return;
    const core::session::SweepPoint* one = summary.curves.front().at(1);
    const core::session::Spread* alone = one ? one->find("seconds_per_epoch") : nullptr;
    for (const core::session::SweepPoint& point : summary.curves.front().points)
        if (const auto* seconds = point.find("seconds_per_epoch"); alone && seconds && seconds->mean > 0)
            measured.push_back({point.x, alone->mean / seconds->mean});
    m_plot->setMeasured(std::move(measured));
    if (!m_desk->going())
        m_going->setText(QString::fromStdString(set.closing()));
}

void ScalingPanel::showDesk()
{
    const bool going = m_desk->going();
    m_measure->setText(going ? tr("Stop measuring") : tr("Measure 1, 2 and 4 ranks"));
    m_measure->setEnabled(going ? !m_desk->stopping() : !m_bench.training() && m_bench.document().problems().empty());
    if (going) {
        const auto& progress = m_desk->progress();
        m_going->setText(progress ? tr("%1: %2 of %3 runs have ended")
                                        .arg(QString::fromStdString(progress->label))
                                        .arg(progress->ended)
                                        .arg(progress->all)
                                  : tr("Planning"));
    } else if (!m_desk->problem().isEmpty()) {
        m_going->setText(m_desk->problem());
    } else if (m_desk->set()) {
        m_going->setText(QString::fromStdString(m_desk->set()->closing()));
    }
}

void ScalingPanel::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    if (!m_desk->set())
        if (const auto set = core::session::SweepSet::newest(m_bench.runsFolder().toStdString(), rankSweepKind))
            showMeasured(*set);
}

}
