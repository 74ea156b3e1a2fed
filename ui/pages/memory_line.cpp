// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/memory_line.h"

#include "core/session/memory_fit.h"
#include "ui/bridge/workbench.h"
#include "ui/style/label.h"
#include "ui/style/theme.h"

#include <QVBoxLayout>

#include <algorithm>

namespace ui::pages {

using core::base::Object;
using core::base::Result;
using core::base::Value;
using core::session::MemoryFit;
using style::Label;
using style::Tone;

namespace {

QString verdictOf(const MemoryFit& fit)
{
    const QString whole = style::bytes(fit.bytes), free = style::bytes(fit.available);
    const QString together = style::bytes(fit.together);
    if (fit.fits())
        return fit.ranks == 1 ? MemoryLine::tr("Fits into memory: about %1 of %2.").arg(whole, free)
                              : MemoryLine::tr("Fits into memory: %1 ranks take about %2 of %3 together.")
                                    .arg(fit.ranks)
                                    .arg(together, free);
    if (fit.stages == 1)
        return (fit.stageBytes.empty()
                    ? MemoryLine::tr("Does not fit into memory: %1 ranks take about %2 of %3 together. At most %4 "
                                     "would. Take fewer, a smaller batch size, or ranks as stages of a pipeline.")
                    : MemoryLine::tr("Does not fit into memory: %1 stages take about %2 of %3 together. At most %4 "
                                     "would. Take fewer, or a smaller batch size."))
            .arg(fit.ranks)
            .arg(together, free)
            .arg(fit.mostRanks());
    if (fit.stageBytes.empty())
        return MemoryLine::tr("Does not fit into memory: about %1 of %2.").arg(whole, free);
    const QString largest = style::bytes(*std::ranges::max_element(fit.stageBytes));
    if (fit.stages == 0)
        return MemoryLine::tr("Does not fit into memory: about %1 of %2, and %3 with a stage for each layer. Try a "
                              "smaller batch size.")
            .arg(whole, free, largest);
    return MemoryLine::tr("Does not fit into memory: about %1 of %2. A pipeline of %3 stages, each on a machine with "
                          "that much, would take at most %4.")
        .arg(whole, free)
        .arg(fit.stages)
        .arg(largest);
}

QString sumOf(const MemoryFit& fit)
{
    if (fit.weights == 0)
        return MemoryLine::tr("Training rows as numbers, and once more as the trees see them.");
    QStringList lines{MemoryLine::tr("Weights %1, gradients and at most two moments %2, activations of a batch %3.")
                          .arg(style::bytes(fit.weights), style::bytes(fit.learned), style::bytes(fit.activations))};
    for (std::size_t i = 0; fit.stages > 1 && i < fit.stageBytes.size(); ++i)
        lines << MemoryLine::tr("Stage %1: %2 layers, %3.")
                     .arg(i)
                     .arg(fit.blocks[i])
                     .arg(style::bytes(fit.stageBytes[i]));
    return lines.join(QLatin1Char('\n'));
}

}

MemoryLine::MemoryLine(bridge::Workbench& bench, QWidget* parent)
    : QWidget(parent),
      m_bench(bench),
      m_verdict(new Label({}, Tone::Body)),
      m_sum(new Label({}, Tone::Muted))
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(4);
    m_verdict->setObjectName("memoryVerdict");
    m_sum->setObjectName("memorySum");
    for (Label* label : {m_verdict, m_sum}) {
        label->setWordWrap(true);
        column->addWidget(label);
    }
    m_sum->setToolTip(
        tr("An estimate from the shapes of the network, as of descent-cli launch --estimate. A stage of a "
           "pipeline keeps all weights, and the rest of its own layers."));
    connect(&m_bench.document(), &bridge::ExperimentDocument::changed, this, &MemoryLine::ask);
}

void MemoryLine::setAvailable(quint64 bytes)
{
    m_available = bytes;
    m_asked = {};
    ask();
}

// What is free changes with time: looked at again whenever the line is.
void MemoryLine::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    m_asked = {};
    ask();
}

void MemoryLine::ask()
{
    if (!isVisible())
        return;
    const Value resolved = m_bench.document().resolved();
    Value asked = Object{{"data", resolved["data"]},
                         {"split", resolved["split"]},
                         {"model", resolved["model"]},
                         {"train", resolved["train"]},
                         {"distributed", resolved["distributed"]}};
    if (asked == m_asked)
        return;
    m_asked = std::move(asked);
    m_preview.ask([resolved, available = m_available] { return core::session::memoryFit(resolved, available); },
                  [this](const Result<MemoryFit>& fit) { take(fit); });
}

void MemoryLine::take(const Result<MemoryFit>& fit)
{
    m_verdict->setText(fit ? verdictOf(*fit) : QStringLiteral("▲ ") + QString::fromStdString(fit.error().message));
    m_verdict->setTone(fit && fit->fits() ? Tone::Body : Tone::Problem);
    m_sum->setText(fit ? sumOf(*fit) : QString());
    m_sum->setVisible(bool(fit));
}

QString MemoryLine::verdict() const
{
    return m_verdict->text();
}

QString MemoryLine::sum() const
{
    return m_sum->text();
}

}
