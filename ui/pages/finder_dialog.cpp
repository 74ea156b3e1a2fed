// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/finder_dialog.h"

#include "ui/bridge/finder.h"
#include "ui/bridge/rate_plan.h"
#include "ui/bridge/workbench.h"
#include "ui/plots/response_plot.h"
#include "ui/style/label.h"
#include "ui/style/theme.h"

#include <QHBoxLayout>
#include <QProgressBar>
#include <QPushButton>

namespace ui::pages {

using bridge::Finder;
using style::Label;
using style::Tone;

namespace {

QString tipOf(const std::string& name)
{
    if (name == "valley")
        return FinderDialog::tr(
            "In the longest descent of the loss, a little right of its middle: usually a safe start.");
    if (name == "steepest")
        return FinderDialog::tr("Where the loss falls fastest. Bold: the steepest place is often close to the edge.");
    return FinderDialog::tr(
        "A tenth of the rate with the lowest loss: at the lowest place itself the loss is about to rise.");
}

QString megabytes(std::uint64_t bytes)
{
    return bytes < 1'000'000'000 ? QString::number(double(bytes) / 1e6, 'g', 3) + QStringLiteral(" MB")
                                 : QString::number(double(bytes) / 1e9, 'g', 3) + QStringLiteral(" GB");
}

}

FinderDialog::FinderDialog(bridge::Workbench& bench, QWidget* parent)
    : QDialog(parent),
      m_bench(bench),
      m_title(new Label({}, Tone::Heading)),
      m_from(new Label({}, Tone::Muted)),
      m_teach(new Label({}, Tone::Body)),
      m_plot(new plots::ResponsePlot),
      m_progress(new QProgressBar),
      m_note(new Label({}, Tone::Muted)),
      m_choices(new QHBoxLayout),
      m_again(new QPushButton(tr("Try again"))),
      m_cancel(new QPushButton(tr("Cancel")))
{
    setObjectName(QStringLiteral("finder"));
    resize(600, 520);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(24, 20, 24, 20);
    column->setSpacing(8);
    m_teach->setWordWrap(true);
    m_note->setWordWrap(true);
    m_progress->setRange(0, 1000);
    m_progress->setTextVisible(false);
    m_progress->setFixedHeight(4);
    column->addWidget(m_title);
    column->addWidget(m_from);
    column->addWidget(m_teach);
    column->addWidget(m_progress);
    column->addWidget(m_plot, 1);
    column->addLayout(m_choices);
    column->addWidget(m_note);
    auto* foot = new QHBoxLayout;
    auto* close = new QPushButton(tr("Close"));
    foot->addWidget(m_again);
    foot->addWidget(m_cancel);
    foot->addStretch();
    foot->addWidget(close);
    column->addLayout(foot);
    m_cancel->setObjectName(QStringLiteral("cancelFinding"));
    for (QPushButton* button : {m_again, m_cancel, close})
        button->setAutoDefault(false);
    connect(m_again, &QPushButton::clicked, this, [this] { m_bench.finder().start(m_bench.finder().kind()); });
    connect(m_cancel, &QPushButton::clicked, this, [this] { m_bench.finder().cancel(); });
    connect(close, &QPushButton::clicked, this, &QDialog::hide);
    connect(this, &QDialog::finished, this, [this] { m_bench.finder().cancel(); });
    connect(m_plot, &plots::ResponsePlot::chosen, this, [this](int choice) { use(std::size_t(choice)); });
    connect(&bench.finder(), &Finder::started, this, &FinderDialog::come);
    connect(&bench.finder(), &Finder::changed, this, &FinderDialog::refresh);
}

void FinderDialog::come()
{
    m_used.clear();
    refresh();
    show();
    raise();
    activateWindow();
}

void FinderDialog::refresh()
{
    const Finder& finder = m_bench.finder();
    const bool rate = finder.kind() == Finder::Kind::Rate;
    setWindowTitle(rate ? tr("Rate range test") : tr("Batch size"));
    m_title->setText(windowTitle());
    m_from->setText(finder.from());
    m_teach->setText(rate ? tr("A hundred steps with a rate that grows from 1e-7 to 10. Where the loss falls, the rate "
                               "works; where it turns up, it is too high.")
                          : tr("A few steps with each size. Larger batches use the machine better until it is full; "
                               "they make fewer and smoother steps an epoch, and often want a higher rate."));
    m_progress->setValue(int(finder.progress() * 1000));
    m_progress->setVisible(finder.going());
    m_cancel->setVisible(finder.going());
    m_again->setVisible(!finder.going());
    m_note->setTone(finder.problem().isEmpty() ? Tone::Muted : Tone::Problem);
    if (finder.rates())
        return showRates();
    if (finder.batches())
        return showBatches();
    m_plot->setSpec({});
    setChoices({}, {});
    m_note->setText(finder.problem().isEmpty() && !finder.going() ? tr("Given up: nothing was changed.")
                                                                  : finder.problem());
}

QString FinderDialog::proof(const std::string& digest) const
{
    return tr("Tried aside: weights and optimizer are as they were, digest %1 before and after.")
        .arg(QString::fromStdString(digest.substr(0, 8)));
}

void FinderDialog::showRates()
{
    const auto& test = *m_bench.finder().rates();
    plots::ResponsePlot::Spec spec{tr("learning rate"), tr("Loss")};
    for (std::size_t i = 0; i < test.lr.size(); ++i) {
        spec.faint.emplace_back(test.lr[i], test.loss[i]);
        spec.curve.emplace_back(test.lr[i], test.smoothed[i]);
    }
    spec.mark = m_bench.rates().rates().base;
    QStringList texts, tips;
    m_values.clear();
    for (const auto& [name, lr] : test.suggestions) {
        const double rounded = QString::number(lr, 'g', 2).toDouble();
        m_values.push_back(rounded);
        spec.choices.push_back({lr, QString::fromStdString(name)});
        texts << tr("%1: lr %2").arg(QString::fromStdString(name), style::number(rounded));
        tips << tipOf(name);
    }
    m_plot->setSpec(std::move(spec));
    setChoices(texts, tips);
    const QString said =
        test.suggestions.empty()
            ? tr("The loss never falls in this range: look at the data, the network and the loss first.")
            : tr("Click a suggestion to put it on the schedule.");
    m_note->setText((m_used.isEmpty() ? said : m_used) + QLatin1Char('\n') + proof(test.digest));
}

void FinderDialog::showBatches()
{
    const auto& search = *m_bench.finder().batches();
    plots::ResponsePlot::Spec spec{tr("batch size"), tr("Rows a second"), true, false, true};
    spec.mark = double(search.present);
    QStringList texts, tips;
    m_values.clear();
    std::uint64_t most = 0;
    for (const auto& trial : search.trials)
        if (trial.fits) {
            spec.curve.emplace_back(double(trial.batchSize), trial.rowsPerSecond);
            most = std::max(most, trial.bytes);
        }
    const auto add = [&](std::int64_t size, const QString& name, const QString& tip) {
        if (size <= 0)
            return;
        m_values.push_back(double(size));
        spec.choices.push_back({double(size), name});
        texts << tr("%1: %2").arg(name, style::count(size));
        tips << tip;
    };
    add(search.fastest, tr("fastest"), tr("The smallest size within 10 % of the most rows a second."));
    if (search.largest != search.fastest)
        add(search.largest, tr("largest that fits"), tr("The largest size that was tried and fits into memory."));
    m_plot->setSpec(std::move(spec));
    setChoices(texts, tips);
    QString said = m_used;
    if (said.isEmpty() && !search.trials.back().fits)
        said = tr("%1 does not fit: %2. ")
                   .arg(style::count(search.trials.back().batchSize), QString::fromStdString(search.trials.back().why));
    if (m_used.isEmpty())
        said += tr("A step held at most %1; %2 are free.").arg(megabytes(most), megabytes(search.freeBytes));
    m_note->setText(said + QLatin1Char('\n') + proof(search.digest));
}

void FinderDialog::setChoices(const QStringList& texts, const QStringList& tips)
{
    while (QLayoutItem* item = m_choices->takeAt(0)) {
        delete item->widget();
        delete item;
    }
    if (texts.isEmpty())
        m_values.clear();
    for (qsizetype i = 0; i < texts.size(); ++i) {
        auto* button = new QPushButton(texts[i]);
        button->setObjectName(QStringLiteral("choice%1").arg(i));
        button->setToolTip(tips[i]);
        button->setAutoDefault(false);
        // The button goes with the next look of the dialog: not while its click is still under way.
        connect(
            button, &QPushButton::clicked, this, [this, i] { use(std::size_t(i)); }, Qt::QueuedConnection);
        m_choices->addWidget(button);
    }
    if (!texts.isEmpty())
        m_choices->addStretch();
}

void FinderDialog::use(std::size_t choice)
{
    if (choice >= m_values.size())
        return;
    const double value = m_values[choice];
    if (m_bench.finder().kind() == Finder::Kind::Rate) {
        m_bench.finder().useRate(value);
        m_used = tr("The schedule now gives %1 for the next step. Ctrl+Z takes it back.").arg(style::number(value));
    } else {
        m_bench.finder().useBatchSize(std::int64_t(value));
        m_used = tr("batch_size is %1 now. Ctrl+Z takes it back.").arg(style::count(qint64(value)));
    }
    refresh();
}

}
