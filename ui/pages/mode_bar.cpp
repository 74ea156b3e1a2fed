// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/mode_bar.h"

#include "ui/bridge/workbench.h"
#include "ui/style/label.h"
#include "ui/style/theme.h"

#include <QLocale>
#include <QProgressBar>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>

namespace ui::pages {

using core::base::Value;
using core::session::ModeCost;
using core::session::ModeCosts;
using style::Label;
using style::Tone;

namespace {

QString bytesText(std::uint64_t bytes)
{
    return QLocale().formattedDataSize(qint64(bytes), 1, QLocale::DataSizeSIFormat);
}

QString secondsText(double seconds)
{
    return seconds < 0.1 ? ModeBar::tr("%1 ms").arg(QString::number(seconds * 1000, 'f', 0))
                         : ModeBar::tr("%1 s").arg(QString::number(seconds, 'f', seconds < 10 ? 1 : 0));
}

QString costText(const QString& name, const ModeCost& cost)
{
    QString text = ModeBar::tr("%1: first step after %2%3, %4 of memory")
                       .arg(name, cost.measured ? QString() : ModeBar::tr("about "), secondsText(cost.firstStep),
                            bytesText(cost.memory));
    if (cost.readPerEpoch > 0)
        text += ModeBar::tr(", %1 read again an epoch (%2)").arg(bytesText(cost.readPerEpoch), secondsText(cost.epoch));
    return text;
}

// What the settings are that the figures hold for: which way is taken now is not among them.
Value askedOf(const Value& resolved)
{
    Value data = resolved["data"];
    data.object().erase("mode");
    return core::base::Object{{"data", std::move(data)},
                              {"split", resolved["split"]},
                              {"augment", resolved["augment"]},
                              {"batch_size", resolved["train"]["batch_size"]}};
}

bool isBlankCanvas(const Value& data)
{
    const auto& edits = data["edits"].array();
    return data["source"]["kind"].text() == "canvas" &&
           std::ranges::none_of(edits, [](const Value& edit) { return edit["kind"].text() == "add_rows"; });
}

}

ModeBar::ModeBar(bridge::Workbench& bench, QWidget* parent)
    : QWidget(parent),
      m_bench(bench),
      m_preview(new bridge::Preview(this)),
      m_now(new Label({}, Tone::Body, this)),
      m_rule(new Label({}, Tone::Muted, this)),
      m_costs(new Label({}, Tone::Muted, this)),
      m_progress(new QProgressBar(this)),
      m_measure(new QPushButton(tr("Measure file and pipe"), this)),
      m_cancel(new QPushButton(tr("Cancel"), this)),
      m_use(new QPushButton(this))
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(2);
    auto* row = new QHBoxLayout;
    row->setSpacing(12);
    row->addWidget(m_now);
    row->addWidget(m_rule, 1);
    m_rule->setElided(Qt::ElideRight);
    column->addLayout(row);
    column->addWidget(m_costs);
    m_costs->setWordWrap(true);
    m_costs->hide();
    m_progress->setRange(0, 0);
    m_progress->setTextVisible(false);
    m_progress->setFixedWidth(96);
    row->addWidget(m_progress);
    for (QPushButton* button : {m_use, m_measure, m_cancel}) {
        button->setProperty("flat", true);
        row->addWidget(button);
    }
    m_measureHelp = tr("Streams to the first step and loads all rows, or a sample of many, and compares time, "
                       "memory and what is read again in every epoch.\n"
                       "file: the start waits until every row is in memory; each row may come at any place.\n"
                       "pipe: training starts at once and memory stays flat; rows are shuffled within a buffer "
                       "(data.shuffle_buffer), and the file is read again in every epoch.");
    connect(m_measure, &QPushButton::clicked, this, &ModeBar::measure);
    connect(m_cancel, &QPushButton::clicked, this, &ModeBar::cancel);
    connect(m_use, &QPushButton::clicked, this, [this] {
        m_bench.document().setAll({{QStringLiteral("data.mode"), m_suggested}},
                                  m_suggested == "pipe" ? tr("Stream the rows") : tr("Load all rows"));
    });
    connect(&m_bench.document(), &bridge::ExperimentDocument::changed, this, &ModeBar::refresh);
    refresh();
}

ModeBar::~ModeBar()
{
    cancel();
}

QString ModeBar::text() const
{
    return m_now->text() + QLatin1Char(' ') + m_rule->text() + QLatin1Char(' ') + m_costs->text();
}

void ModeBar::refresh()
{
    const Value resolved = m_bench.document().resolved();
    const bool streams = resolved["data"]["mode"].text() == "pipe";
    m_now->setText(streams ? tr("Rows are streamed (pipe)") : tr("All rows in memory (file)"));
    // Figures of other data say nothing of this.
    if (!measuring() && m_asked != askedOf(resolved)) {
        say({}, {});
        m_suggested.clear();
    }
    m_measure->setVisible(!measuring());
    const bool blank = isBlankCanvas(resolved["data"]);
    m_measure->setEnabled(!blank);
    m_measure->setToolTip(blank ? tr("There is nothing to measure yet: paint some points first.") : m_measureHelp);
    m_cancel->setVisible(measuring());
    m_progress->setVisible(measuring());
    m_use->setVisible(!measuring() && !m_suggested.empty() && streams != (m_suggested == "pipe"));
    m_use->setText(m_suggested == "pipe" ? tr("Use pipe") : tr("Use file"));
}

void ModeBar::measure()
{
    const Value resolved = m_bench.document().resolved();
    m_asked = askedOf(resolved);
    m_suggested.clear();
    m_stop = std::make_shared<std::atomic<bool>>(false);
    say(tr("streaming to the first step, then loading …"), {});
    m_preview->ask(
        [resolved, stop = m_stop] { return core::session::measureModes(resolved, [stop] { return stop->load(); }); },
        [this](const core::base::Result<ModeCosts>& measured) { show(measured); });
    refresh();
}

void ModeBar::cancel()
{
    if (m_stop)
        *m_stop = true;
}

void ModeBar::say(const QString& rule, const QString& costs, bool problem)
{
    m_rule->setTone(problem ? Tone::Problem : Tone::Muted);
    m_rule->setText(rule);
    m_costs->setText(costs);
    m_costs->setVisible(!costs.isEmpty());
}

void ModeBar::show(const core::base::Result<ModeCosts>& measured)
{
    if (!measured && *m_stop) {
        say(tr("stopped"), {});
    } else if (!measured) {
        say(QStringLiteral("▲ ") + QString::fromStdString(describe(measured.error())), {}, true);
    } else {
        m_suggested = measured->suggested;
        QStringList parts{costText(tr("file"), measured->file)};
        if (measured->pipeRefused.empty())
            parts << costText(tr("pipe"), measured->pipe);
        say(tr("%1 suggested: %2").arg(QString::fromStdString(m_suggested), QString::fromStdString(measured->rule)),
            parts.join(QLatin1Char('\n')));
    }
    refresh();
}

}
